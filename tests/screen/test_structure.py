"""Machines known by the parts of their mail, and people who attach what machines wrote."""

from collections.abc import Callable

import pytest

from whiteglove.message import Kind, Verdicts
from whiteglove.screen import structure
from whiteglove.screen.evidence import Evidence

Judge = Callable[..., Verdicts]
Look = Callable[..., Evidence]

REPORT_PART = "--{b}\nContent-Type: {kind}\n\nFinal-Recipient: rfc822; x@y.example\n"
ICS = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n"


def multipart(*parts: str, boundary: str = "b") -> str:
    return "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"


TEXT = "Content-Type: text/plain\n\nHello Robin, does Tuesday suit you? I would like to talk about the catalogue."
EMPTY = "Content-Type: text/plain\n\n\n"
INVITE = f"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n{ICS}"


@pytest.mark.parametrize(
    ("report_type", "kind"),
    [
        ("report-type=delivery-status; ", Kind.BOUNCE),
        ("report-type=DELIVERY-STATUS; ", Kind.BOUNCE),
        ("", Kind.BOUNCE),
        ("report-type=disposition-notification; ", Kind.RECEIPT),
        ("report-type=feedback-report; ", Kind.MACHINE_REPORT),
        ("report-type=tlsrpt; ", Kind.MACHINE_REPORT),
        ("report-type=unheard-of; ", Kind.BOUNCE),
    ],
)
def test_r20_a_report_of_any_type(look: Look, report_type: str, kind: Kind) -> None:
    seen = look(Content_Type=f"multipart/report; {report_type}boundary=b", text=multipart(TEXT))

    assert structure.report(seen) == ("report", kind)


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("message/delivery-status", Kind.BOUNCE),
        ("message/global-delivery-status", Kind.BOUNCE),
        ("message/disposition-notification", Kind.RECEIPT),
        ("message/global-disposition-notification", Kind.RECEIPT),
        ("message/feedback-report", Kind.MACHINE_REPORT),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_r20_a_part_that_only_servers_write(look: Look, content_type: str, kind: Kind, nested: bool) -> None:
    inner = multipart(TEXT, f"Content-Type: {content_type}\n\nStatus: 5.1.1", boundary="i")
    outer = multipart(f"Content-Type: multipart/mixed; boundary=i\n\n{inner}") if nested else inner
    seen = look(Content_Type=f"multipart/mixed; boundary={'b' if nested else 'i'}", text=outer)

    assert structure.report(seen) == ("delivery_status_part", kind)


def test_r20_a_report_that_a_gateway_wrapped(look: Look) -> None:
    seen = look(Content_Type="multipart/mixed; report-type=delivery-status; boundary=b", text=multipart(TEXT))

    assert structure.report(seen) == ("report", Kind.BOUNCE)


def test_r20_the_header_alone_is_enough(look: Look) -> None:
    assert structure.report(look(Content_Type="multipart/report; report-type=delivery-status", text="")) is not None


@pytest.mark.parametrize("report_type", ["delivery-status", "disposition-notification", "feedback-report"])
def test_r21_a_report_that_a_person_sends_on_is_a_persons_mail(judge: Judge, report_type: str) -> None:
    report = multipart(
        "Content-Type: text/plain\n\nThis is the mail system at host mx.vale.example.",
        "Content-Type: message/delivery-status\n\nStatus: 5.1.1",
        boundary="i",
    )
    attached = (
        "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@mx.vale.example\nSubject: Undelivered Mail\n"
        f"Content-Type: multipart/report; report-type={report_type}; boundary=i\n\n{report}"
    )
    text = "Content-Type: text/plain\n\nI got this when I wrote to Kim. Is the address right?"
    for subject in ("Fwd: Undelivered Mail Returned to Sender", "Kim's address", "Undelivered Mail Returned to Sender"):
        verdicts = judge(Content_Type="multipart/mixed; boundary=b", Subject=subject, text=multipart(text, attached))

        assert (verdicts.human, verdicts.may_acknowledge) == (True, True)


@pytest.mark.parametrize("method", ["REQUEST", "reply", "CANCEL", "Counter"])
@pytest.mark.parametrize("shape", ["alone", "alternative", "alternative in mixed", "beside an empty text"])
def test_r30_an_invitation_in_the_place_of_the_text(judge: Judge, method: str, shape: str) -> None:
    invite = INVITE.replace("REQUEST;", f"{method};")
    alternative = multipart(TEXT, invite, boundary="i")
    changes = {
        "alone": {"Content_Type": f"text/calendar; method={method}", "text": ICS},
        "alternative": {"Content_Type": "multipart/alternative; boundary=i", "text": alternative},
        "alternative in mixed": {
            "Content_Type": "multipart/mixed; boundary=b",
            "text": multipart(f"Content-Type: multipart/alternative; boundary=i\n\n{alternative}"),
        },
        "beside an empty text": {"Content_Type": "multipart/mixed; boundary=b", "text": multipart(EMPTY, invite)},
    }[shape]
    verdicts = judge(**changes)

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "calendar", Kind.CALENDAR)


def test_r30_an_invitation_beside_a_persons_text_is_an_attachment(judge: Judge) -> None:
    assert judge(Content_Type="multipart/mixed; boundary=b", text=multipart(TEXT, INVITE)).may_acknowledge


@pytest.mark.parametrize("parameters", ["", "; method=PUBLISH", "; method="])
def test_r30_a_calendar_that_asks_nothing_is_an_attachment(judge: Judge, parameters: str) -> None:
    plain = INVITE.replace("; method=REQUEST", parameters)

    assert judge(Content_Type="multipart/mixed; boundary=b", text=multipart(TEXT, plain)).may_acknowledge
    assert judge(Content_Type="multipart/alternative; boundary=b", text=multipart(TEXT, plain)).may_acknowledge


@pytest.mark.parametrize(
    "content_type", ["multipart/alternative; boundary=b", "multipart/signed; boundary=b", "multipart/mixed; boundary=b"]
)
def test_the_shapes_of_ordinary_mail(judge: Judge, content_type: str) -> None:
    assert judge(
        Content_Type=content_type, text=multipart(TEXT, "Content-Type: text/html\n\n<p>Hello</p>")
    ).may_acknowledge
