"""IMAP: a mailbox read without touching it. `session` is the entry; the modules below it know one thing each."""

from whiteglove.imap.session import ImapMailbox

__all__ = ["ImapMailbox"]
