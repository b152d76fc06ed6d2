"""From a decided mail to its bytes and the guard's word on them.

The outbox prepares a mail in the transaction that hands it over, so that every fact and every relative word ("today")
is true at that moment. The desk prepares the same mail on trial, so that a refusal known early is told early.

`occasion` reads the facts, `answer` writes to clients, `notice` and `summing` to the owner (by `owner_mail`); `telling`
puts before the owner what is to stand in a notice.
"""

from whiteglove.prepare.answer import AnswerWriter
from whiteglove.prepare.notice import NoticeWriter
from whiteglove.prepare.prepared import Prepared, Templates
from whiteglove.prepare.summing import SummaryWriter

__all__ = ["AnswerWriter", "NoticeWriter", "Prepared", "SummaryWriter", "Templates"]
