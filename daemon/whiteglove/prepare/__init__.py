"""From a decided mail to its bytes and the guard's word on them.

The outbox prepares a mail in the transaction that hands it over, so that every fact and every relative word ("today")
is true at that moment. The desk prepares the same mail on trial, so that a refusal known early is told early.

`occasion` reads the facts, `answer` and `moved` write to clients, `drafting` what the owner may send them, `forwarding`
to teammates, `notice` and `summing` to the owner (by `owner_mail`); `telling` and `absences` put before the owner what
is to stand in a notice.
"""

from whiteglove.prepare.answer import AnswerWriter
from whiteglove.prepare.drafting import DraftWriter
from whiteglove.prepare.forwarding import ForwardWriter
from whiteglove.prepare.moved import MoveWriter
from whiteglove.prepare.notice import NoticeWriter
from whiteglove.prepare.prepared import Prepared, Templates
from whiteglove.prepare.summing import SummaryWriter

__all__ = [
    "AnswerWriter",
    "DraftWriter",
    "ForwardWriter",
    "MoveWriter",
    "NoticeWriter",
    "Prepared",
    "SummaryWriter",
    "Templates",
]
