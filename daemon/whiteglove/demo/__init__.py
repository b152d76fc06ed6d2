"""The mail provider of `whiteglove demo`: an IMAP and an SMTP server on this machine, in memory, for a few minutes."""

from whiteglove.demo.imapd import ImapServer
from whiteglove.demo.maildrop import Mail
from whiteglove.demo.smtpd import SmtpServer, Submitted

__all__ = ["ImapServer", "Mail", "SmtpServer", "Submitted"]
