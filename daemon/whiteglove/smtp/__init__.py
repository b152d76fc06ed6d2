"""SMTP: mail handed over, and known to be. `transport` is the entry; `connection` knows what is said on the wire."""

from whiteglove.smtp.transport import SmtpTransport

__all__ = ["SmtpTransport"]
