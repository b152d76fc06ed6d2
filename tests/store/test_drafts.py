"""A draft is wanted, lies there, is taken away; what a person has dealt with is never laid there again."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, MINUTE, NOW
from whiteglove.actions import Draft
from whiteglove.ledger import DraftState
from whiteglove.store import drafts
from whiteglove.store.drafts import LEFT_BEHIND, MISSING, DraftRow

TOKEN = "t" * 32


def wish(key: str = "ask", **values: Any) -> Draft:
    given = {"client": "acme", "template": "ask", "subject": "ask_subject", "brief": "Ask them."}
    return Draft(reason="made", key=key, **{**given, **values})


def want(tx: sa.Connection, key: str = "ask", **values: Any) -> int:
    row = drafts.want(tx, "made", wish(key, **values), NOW)
    assert row is not None
    return row


def placed(tx: sa.Connection, key: str = "ask", **values: Any) -> int:
    row = want(tx, key, **values)
    drafts.change(tx, row, state=DraftState.PLACED, placed_at=NOW, token=TOKEN, message_id=f"draft.{TOKEN}@x.example")
    return row


def due(tx: sa.Connection, at: Any = NOW) -> list[int]:
    return [draft.row for draft in drafts.due(tx, at, 20)]


def test_a_wanted_draft_is_due_at_once(tx: sa.Connection) -> None:
    row = want(tx, is_report=True, answers=7, until=NOW + HOUR)

    draft = drafts.get(tx, row)
    assert due(tx) == [row]
    assert drafts.next_due(tx) == NOW
    assert (draft.plugin, draft.key, draft.client, draft.template) == ("made", "ask", "acme", "ask")
    assert (draft.state, draft.is_report, draft.answers) == (DraftState.WANTED, True, 7)
    assert (draft.until, draft.token, draft.attempts) == (NOW + HOUR, None, 0)


def test_the_same_wish_is_no_news(tx: sa.Connection) -> None:
    row = want(tx)

    assert want(tx) == row
    drafts.change(tx, row, state=DraftState.PLACED, token=TOKEN)
    assert want(tx) == row
    assert len(drafts.everything(tx)) == 1


def test_another_wish_under_the_key_replaces_what_was_only_wanted(tx: sa.Connection) -> None:
    first, second = want(tx), want(tx, brief="Something else.")

    assert drafts.get(tx, first).state is DraftState.WITHDRAWN
    assert due(tx) == [second]


def test_and_has_taken_away_what_lies_there(tx: sa.Connection) -> None:
    first, second = placed(tx), want(tx, brief="Something else.")

    assert drafts.get(tx, first).withdraw
    assert due(tx) == [first, second]
    before = drafts.previous(tx, drafts.get(tx, second))
    assert before is not None
    assert before.row == first
    assert drafts.previous(tx, before) is None


@pytest.mark.parametrize("state", [DraftState.CHANGED, DraftState.SENT, DraftState.GONE])
def test_what_a_person_has_dealt_with_is_not_laid_there_again(tx: sa.Connection, state: DraftState) -> None:
    drafts.change(tx, placed(tx), state=state)

    assert drafts.want(tx, "made", wish(brief="Once more."), NOW) is None
    assert drafts.want(tx, "other", wish(), NOW) is not None


def test_nor_where_its_replacement_was_called_off(tx: sa.Connection) -> None:
    first, second = placed(tx), want(tx, brief="Something else.")
    drafts.change(tx, first, state=DraftState.CHANGED)
    drafts.change(tx, second, state=DraftState.WITHDRAWN)

    assert drafts.want(tx, "made", wish(brief="Once more."), NOW) is None


@pytest.mark.parametrize("state", [DraftState.WITHDRAWN, DraftState.FAILED])
def test_what_nobody_has_dealt_with_may_be_wanted_again(tx: sa.Connection, state: DraftState) -> None:
    drafts.change(tx, placed(tx), state=state)

    assert drafts.want(tx, "made", wish(), NOW) is not None


def test_withdrawing(tx: sa.Connection) -> None:
    wanted, lying = want(tx, "a"), placed(tx, "b")
    for key in ("a", "b", "none such"):
        drafts.withdraw(tx, "made", key, NOW + MINUTE)
    drafts.withdraw(tx, "other", "b", NOW)

    assert drafts.get(tx, wanted).state is DraftState.WITHDRAWN
    assert (drafts.get(tx, lying).state, drafts.get(tx, lying).withdraw) == (DraftState.PLACED, True)
    assert due(tx) == []
    assert due(tx, NOW + MINUTE) == [lying]


def test_taking_all_away(tx: sa.Connection) -> None:
    wanted, lying, changed = want(tx, "a"), placed(tx, "b"), placed(tx, "c", client="birch")
    drafts.change(tx, changed, state=DraftState.CHANGED)
    drafts.take_all_away(tx, NOW)

    assert drafts.get(tx, wanted).state is DraftState.WITHDRAWN
    assert [drafts.get(tx, row).withdraw for row in (lying, changed)] == [True, False]


def test_one_that_may_lie_there_already_is_looked_for_before_it_is_over(tx: sa.Connection) -> None:
    row = want(tx)
    drafts.change(tx, row, token=TOKEN)
    drafts.withdraw(tx, "made", "ask", NOW)

    assert drafts.get(tx, row).state is DraftState.WANTED
    assert drafts.get(tx, row).withdraw


def test_a_placed_draft_is_due_when_its_time_is_over(tx: sa.Connection) -> None:
    row = placed(tx, until=NOW + HOUR)

    assert due(tx, NOW + HOUR - MINUTE) == []
    assert due(tx, NOW + HOUR) == [row]


@pytest.mark.parametrize("state", [state for state in DraftState if state not in ("wanted", "placed")])
def test_what_is_over_or_a_persons_is_never_due(tx: sa.Connection, state: DraftState) -> None:
    drafts.change(tx, placed(tx, until=NOW), state=state)

    assert due(tx, NOW + DAY) == []
    assert drafts.next_due(tx) is None


def sent(tx: sa.Connection, row: int) -> DraftRow:
    assert drafts.was_sent(tx, TOKEN, NOW, NOW + MINUTE) is not None
    return drafts.get(tx, row)


def test_a_draft_that_was_sent_is_looked_for_after_a_while(tx: sa.Connection) -> None:
    row = placed(tx)
    draft = sent(tx, row)

    assert (draft.state, draft.settled_at, draft.withdraw) == (DraftState.SENT, NOW, True)
    assert due(tx, NOW + MINUTE) == []
    assert due(tx, NOW + MINUTE + LEFT_BEHIND) == [row]
    assert drafts.next_due(tx) == NOW + MINUTE + LEFT_BEHIND


@pytest.mark.parametrize("state", [DraftState.WITHDRAWN, DraftState.GONE, DraftState.FAILED])
def test_one_that_no_longer_lay_there_leaves_nothing_behind(tx: sa.Connection, state: DraftState) -> None:
    row = placed(tx)
    drafts.change(tx, row, state=state)

    assert sent(tx, row).state is DraftState.SENT
    assert due(tx, NOW + DAY) == []


def test_it_is_sent_once(tx: sa.Connection) -> None:
    row = placed(tx)
    sent(tx, row)

    assert drafts.was_sent(tx, TOKEN, NOW + DAY, NOW + DAY) is None
    assert drafts.was_sent(tx, "u" * 32, NOW, NOW) is None
    assert drafts.get(tx, row).settled_at == NOW


def test_what_is_live_and_what_lies_ready(tx: sa.Connection) -> None:
    wanted, lying, changed, gone = want(tx, "a"), placed(tx, "b"), placed(tx, "c"), placed(tx, "d", client="birch")
    drafts.change(tx, changed, state=DraftState.CHANGED)
    drafts.change(tx, gone, state=DraftState.GONE)
    other = want(tx, "e", client="birch")

    assert [draft.row for draft in drafts.live(tx)] == [wanted, lying, changed, other]
    assert [draft.row for draft in drafts.live(tx, "acme")] == [wanted, lying, changed]
    assert drafts.count_lying(tx) == 2
    seen = drafts.get(tx, lying).as_placed()
    assert (seen.row, seen.plugin, seen.key, seen.client) == (lying, "made", "b", "acme")
    assert (seen.state, seen.created_at, seen.placed_at) == (DraftState.PLACED, NOW, NOW)


def test_of_a_client_those_that_ended_lately_are_found_too(tx: sa.Connection) -> None:
    live, old, new = want(tx, "a"), placed(tx, "b"), placed(tx, "c")
    drafts.change(tx, old, state=DraftState.GONE, settled_at=NOW - 2 * DAY)
    drafts.change(tx, new, state=DraftState.WITHDRAWN, settled_at=NOW)
    placed(tx, "d", client="birch")

    assert [draft.row for draft in drafts.of_client(tx, "acme", NOW - DAY)] == [live, new]


@pytest.mark.parametrize("state", [DraftState.PLACED, DraftState.CHANGED, DraftState.GONE])
def test_what_may_have_been_sent_was_laid_there_before(tx: sa.Connection, state: DraftState) -> None:
    row = placed(tx)
    drafts.change(tx, row, state=state, settled_at=NOW + HOUR if state is DraftState.GONE else None)
    placed(tx, "other", client="birch")

    assert [one.row for one in drafts.laid_before(tx, "acme", NOW + HOUR)] == [row]
    assert drafts.laid_before(tx, "acme", NOW - HOUR) == ()


@pytest.mark.parametrize("state", [DraftState.WANTED, DraftState.SENT, DraftState.WITHDRAWN, DraftState.FAILED])
def test_nothing_else_may(tx: sa.Connection, state: DraftState) -> None:
    drafts.change(tx, placed(tx), state=state, settled_at=NOW + HOUR)

    assert drafts.laid_before(tx, "acme", NOW + HOUR) == ()


def test_one_that_is_gone_may_have_been_for_a_day(tx: sa.Connection) -> None:
    drafts.is_missing(tx, drafts.get(tx, placed(tx)), NOW + HOUR)

    assert len(drafts.laid_before(tx, "acme", NOW + HOUR + MISSING)) == 1
    assert drafts.laid_before(tx, "acme", NOW + HOUR + MISSING + MINUTE) == ()


def test_missing_is_gone_unless_something_else_is_known(tx: sa.Connection) -> None:
    row = placed(tx)
    before = drafts.get(tx, row)
    drafts.change(tx, row, state=DraftState.SENT, settled_at=NOW)
    drafts.is_missing(tx, before, NOW + HOUR)

    assert (drafts.get(tx, row).state, drafts.get(tx, row).settled_at) == (DraftState.SENT, NOW)
    drafts.change(tx, row, state=DraftState.CHANGED)
    drafts.is_missing(tx, before, NOW + HOUR)
    assert (drafts.get(tx, row).state, drafts.get(tx, row).settled_at) == (DraftState.GONE, NOW + HOUR)
