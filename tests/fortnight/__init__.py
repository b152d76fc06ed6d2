"""Two simulated fortnights of eight clients, over a real IMAP server, on a clock that jumps."""
