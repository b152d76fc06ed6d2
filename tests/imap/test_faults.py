"""What a server or a connection says, as an error that tells whether trying again can help."""

from __future__ import annotations

import imaplib
import ssl

import pytest

from whiteglove.errors import MailboxError
from whiteglove.imap.faults import broken, is_lasting, refusal, response_code, shown, translated


@pytest.mark.parametrize(
    ("text", "code", "fatal"),
    [
        ("[AUTHENTICATIONFAILED] Invalid credentials", "login", True),
        ("[ALERT] [AUTHENTICATIONFAILED] Use an app password", "login", True),
        ("[AUTHORIZATIONFAILED] no", "login", True),
        ("[EXPIRED] password expired", "login", True),
        ("[PRIVACYREQUIRED] use TLS", "login", True),
        ("[CONTACTADMIN] call us", "login", True),
        ("UID command error: BAD [b'User is authenticated but not connected.']", "login", False),
        ("[UNAVAILABLE] later", "unavailable", False),
        ("[INUSE] held", "unavailable", False),
        ("[LIMIT] too many", "unavailable", False),
        ("[OVERQUOTA] full", "unavailable", False),
        ("[SERVERBUG] internal", "unavailable", False),
        ("BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", "unavailable", False),
        ("[ALERT] Too many simultaneous connections. (Failure)", "unavailable", False),
        ("[ALERT] Account exceeded command or bandwidth limits. (Failure)", "unavailable", False),
        ("Temporary problem, please try again later", "unavailable", False),
        ("[NONEXISTENT] no such folder", "missing_folder", False),
        ("[TRYCREATE] no such folder", "missing_folder", False),
        ("no", "protocol", False),
    ],
)
def test_each_code_of_rfc_5530(text: str, code: str, fatal: bool) -> None:
    error = refusal("imap.vale.example:993", text)

    assert (error.code, error.fatal) == (code, fatal)
    assert "imap.vale.example:993" in str(error)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", 92.415),
        ("Request is throttled. Suggested Backoff Time: 99999 seconds", 900.0),
        ("[LIMIT] rate", 60.0),
        ("Too many simultaneous connections.", 60.0),
        ("[UNAVAILABLE] back in a moment", 0.0),
        ("Server shutting down.", 0.0),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(text: str, seconds: float) -> None:
    assert refusal("here", text).pause == seconds


def test_what_is_shown_holds_no_control_characters() -> None:
    assert shown("one\r\n\x1b[31mtwo\x00") == "one [31mtwo"


def test_the_code_of_a_status_text() -> None:
    assert response_code("[ALERT] [UNAVAILABLE x] y") == "UNAVAILABLE"
    assert response_code("nothing") == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ssl.SSLCertVerificationError("no"), "tls"),
        (ssl.SSLError("handshake"), "tls"),
        (TimeoutError("timed out"), "timeout"),
        (ConnectionRefusedError("refused"), "unreachable"),
        (OSError("no route"), "unreachable"),
        (imaplib.IMAP4.abort("the server closed the connection"), "unreachable"),
        (imaplib.IMAP4.abort("socket error: timed out"), "timeout"),
        (imaplib.IMAP4.abort("Session expired, please login again."), "unavailable"),
        (imaplib.IMAP4.abort("[UNAVAILABLE] going down"), "unavailable"),
        (imaplib.IMAP4.abort("command: UID => unexpected response: b'mumble'"), "protocol"),
    ],
)
def test_a_connection_that_broke(error: Exception, code: str) -> None:
    told = broken("here", error)

    assert (told.code, told.fatal) == (code, False)


def test_only_a_refused_command_leaves_the_connection_standing() -> None:
    lasting = []
    for error in (imaplib.IMAP4.error("NO"), imaplib.IMAP4.abort("BYE"), OSError("gone"), KeyError("x")):
        with pytest.raises(MailboxError) as translation, translated("here"):
            raise error
        lasting.append(is_lasting(translation.value))

    assert lasting == [False, True, True, True]


def test_a_defect_keeps_its_own_traceback() -> None:
    with pytest.raises(ZeroDivisionError), translated("here"):
        _ = 1 / 0


def test_long_texts_are_cut() -> None:
    assert len(str(refusal("here", "x" * 5000))) < 400
