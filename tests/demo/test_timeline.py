"""What happened becomes rows, and nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from whiteglove.clients import Owner, WorkingHours
from whiteglove.demo.timeline import Arrived, Explained, Happening, Left, Logged, Row, Timeline, identity, page_of
from whiteglove.log import EVENTS

AT = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours(((),) * 7),
    own_addresses=frozenset({"robin@vale.example"}),
)


def rows(*happenings: Happening) -> list[Row]:
    return list(Timeline(OWNER, {"acme": "Acme GmbH"}).rows(happenings))


def said(*happenings: Happening) -> list[tuple[str, str]]:
    return [(row.word, row.text) for row in rows(*happenings)]


def line(event: str, **values: Any) -> Logged:
    return Logged(AT, {"timestamp": "now", "level": "info", "event": event, **values})


def mail(message_id: str = "1@vale.example", *, text: str = "Hi Wile,\n\ntoday.\n", **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {"From": "Robin Vale <robin@vale.example>", "To": "Wile Coyote <wile@acme.example>", "Subject": "Re: News"}
    for name, value in {**given, **headers}.items():
        made[name] = value
    made["Message-ID"] = f"<{message_id}>"
    made.set_content(text)
    return made


def explained(
    *, kinds: Sequence[str] = (), action: str = "nothing", reason: str | None = None, **more: Any
) -> Explained:
    message = {"kinds": list(kinds), "cues": [], "abstained": False, "history": False, **more}
    return Explained(AT, {"message": message, "decision": {"action": action, "reason": reason}})


def test_a_mail_that_arrives_is_told_as_it_lies_in_the_mailbox() -> None:
    lying = mail(From="Wile Coyote <wile@acme.example>", To="Robin Vale <robin@vale.example>", Cc="kim@vale.example")
    (row,) = rows(Arrived(AT, lying.as_bytes()))
    assert (row.word, row.tone) == ("arrives", "in")
    assert row.text == "Wile Coyote <wile@acme.example>, Cc kim@vale.example: “Re: News”"
    assert row.quoted == ("Hi Wile, today.",)


def test_the_owners_own_mail_is_told_as_theirs() -> None:
    assert said(Arrived(AT, mail().as_bytes())) == [
        ("by hand", "Robin Vale to Wile Coyote <wile@acme.example>: “Re: News”")
    ]


def test_an_answer_is_the_mail_that_the_server_has() -> None:
    letter = mail()
    letter.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="next-report.ics")
    raw = letter.as_bytes()
    (row,) = rows(Left(AT, raw), line("mail.sent", client="acme", message_id="1@vale.example"))
    assert (row.word, row.tone, row.client, row.raw) == ("answer", "good", "acme", raw)
    assert row.text == "to Wile Coyote <wile@acme.example>: “Re: News”, with next-report.ics"
    assert row.quoted == ("Hi Wile,", "today.")


def test_a_mail_that_only_the_log_or_only_the_server_knows_is_told_as_that() -> None:
    assert said(line("mail.sent", client="acme", message_id="1@vale.example")) == [
        ("unknown", "the log tells of a mail that the server never had")
    ]
    (row,) = rows(Left(AT, mail().as_bytes()))
    assert (row.word, row.text) == ("unknown", "a mail left that the log does not tell of")
    assert row.raw is not None


def test_a_notice_and_a_summary_are_the_owners() -> None:
    notice, summary = mail("1@vale.example", To="robin@vale.example"), mail("2@vale.example", text="All\n\n  clear\n")
    notices = rows(Left(AT, notice.as_bytes()), line("mail.sent", message_id="<1@vale.example>"))
    summaries = rows(
        Left(AT, summary.as_bytes()),
        line("mail.sent", message_id="2@vale.example"),
        line("summary.sent", message_id="2@vale.example"),
    )
    assert [(row.word, row.tone, row.client) for row in notices] == [("notice", "owner", None)]
    assert [(row.word, row.quoted) for row in summaries] == [("summary", ("All", "", "  clear"))]


def test_a_strangers_mail_has_its_reason_and_a_clients_is_left_to_what_explain_says() -> None:
    assert said(line("message.received", reason="stranger")) == [
        ("silence", "stranger – its sender is not in the client book")
    ]
    assert rows(line("message.received", client="acme", message_id="x@acme.example")) == []


def test_what_explain_says_is_told_with_its_cues() -> None:
    sure = explained(kinds=["complaint", "question"], cues=["so late"], reason="complaint")
    assert said(sure) == [("wants", "complaint, question, because of “so late”"), ("silence", "complaint")]
    unsure = explained(kinds=["question"], abstained=True, reason=None)
    assert said(unsure) == [("wants", "question, but not surely"), ("silence", "no reason is known")]
    assert said(explained(kinds=["status_request"], action="answered")) == [("wants", "status_request")]


def test_what_was_there_before_is_counted_once() -> None:
    old = line("message.received", client="acme", history=True)
    owed = line("obligation.opened", client="acme", history=True, due="2026-11-24T12:00:00Z")
    assert said(old, explained(kinds=["question"], history=True), old, owed) == [
        ("history", "2 messages from before: learned from, never answered"),
        ("owed", "Acme GmbH: Robin's own answer, by Tue 24 Nov, 13:00"),
    ]


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        (line("daemon.ready"), ("ready", "the daemon watches the mailbox and has its line")),
        (line("obligation.opened", client="acme"), ("owed", "Acme GmbH: Robin's own answer")),
        (line("obligation.answered", client="acme"), ("answered", "Acme GmbH: by Robin, in person")),
        (
            line("mail.planned", client="acme", due="2026-11-24T09:15:00Z"),
            ("planned", "Acme GmbH: an answer at 10:15, unless Robin is faster"),
        ),
        (
            line("mail.withheld", client="acme", reason="told"),
            ("withheld", "Acme GmbH: told – this person was told this time in this thread already"),
        ),
        (line("mail.cancelled", client="acme", reason="odd"), ("called off", "Acme GmbH: odd")),
        (
            line("promise.made", client="acme", kind="report", due="2026-11-24T15:00:00Z"),
            ("promised", "Acme GmbH: the report on Tue 24 Nov, 16:00"),
        ),
        (
            line("promise.kept", client="acme", kind="report", due="2026-11-24T15:00:00Z", reason="window", late=False),
            ("kept", "Acme GmbH: the report of Tue 24 Nov, 16:00, in time, seen by window"),
        ),
        (
            line("promise.late", client="acme", kind="report", due="2026-11-24T15:00:00Z"),
            ("late", "Acme GmbH: the report of Tue 24 Nov, 16:00 has not gone out"),
        ),
        (
            line("incident.opened", client="acme", incident=1, kind="complaint", reason="complaint"),
            ("incident", "Acme GmbH: number 1 is open, complaint"),
        ),
        (
            line("incident.resolved", client="acme", incident=1, kind="complaint", reason="kept"),
            ("incident", "Acme GmbH: number 1 is resolved, kept"),
        ),
        (
            line("contact.exceeded", client="acme", count=4, limit=3),
            ("contact", "Acme GmbH: 4 messages, agreed were 3"),
        ),
    ],
)
def test_a_line_of_the_log_becomes_a_sentence(logged: Logged, told: tuple[str, str]) -> None:
    assert said(logged) == [told]


def test_a_line_without_a_sentence_of_its_own_is_shown_as_it_is() -> None:
    assert said(line("mail.failed", client="acme", error="no such user")) == [
        ("log", "mail.failed level=info client=acme error=no such user")
    ]
    assert rows(line("something unforeseen", source="desk"))[0].tone == "grave"


def test_lines_that_say_nothing_to_a_reader_are_silent() -> None:
    for event in ("mailbox.connected", "summary.sent", "mail.planned"):
        assert event in EVENTS
        assert rows(line(event)) == []


def test_the_page_of_a_mail_is_its_html_part() -> None:
    letter = mail()
    assert page_of(letter.as_bytes()) is None
    letter.add_alternative("<p>Today.</p>\n", subtype="html")
    assert page_of(letter.as_bytes()) == "<p>Today.</p>\n"
    assert identity(letter.as_bytes()) == "1@vale.example"
