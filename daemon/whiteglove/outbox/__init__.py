"""From a planned mail to one that is accepted, refused, or given up. The client's mail at most once, the owner's at
least once.

`loop` decides what is handed over when, `results` writes what became of it, `doubts` finds that out where nobody said,
`notices` puts what the owner is to be told into mails.
"""

from whiteglove.outbox.loop import Outbox

__all__ = ["Outbox"]
