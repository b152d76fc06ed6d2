"""The SMTP server with the daemon's own transport, with smtplib, and with clients that know no manners."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Iterator

import pytest

from demo.talk import Talk
from whiteglove.demo import SmtpServer, Submitted, smtpd
from whiteglove.errors import SubmissionError
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.smtp import SmtpTransport

Dial = Callable[[int], Talk]

ROBIN, WILE = "robin@vale.example", "wile@acme.example"
NOTE = b"From: robin@vale.example\r\nTo: wile@acme.example\r\nSubject: Report\r\n\r\nToday at 16:00.\r\n"


class Post:
    """What has come; `trouble` is raised instead while it is set."""

    def __init__(self) -> None:
        self.mails: list[Submitted] = []
        self.trouble: Exception | None = None

    def __call__(self, mail: Submitted) -> None:
        if self.trouble:
            raise self.trouble
        self.mails.append(mail)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post) -> Iterator[SmtpServer]:
    with SmtpServer(post) as running:
        yield running


@pytest.fixture
def transport(server: SmtpServer) -> Iterator[SmtpTransport]:
    made = SmtpTransport(ServerAddress(Security.PLAIN, server.host, server.port))
    yield made
    made.close()


class TestWithTheTransport:
    def test_the_bytes_arrive_as_they_are(self, transport: SmtpTransport, post: Post) -> None:
        mail = NOTE + b".\r\n.. two dots\r\n.hidden\r\n" + "ä€".encode() + b"\r\n"

        assert transport.submit(ROBIN, WILE, mail) == "250 taken"
        assert post.mails == [Submitted(ROBIN, (WILE,), mail)]

    def test_many_on_one_connection(self, transport: SmtpTransport, post: Post) -> None:
        transport.check()
        for _ in range(50):
            transport.submit(ROBIN, WILE, NOTE)

        assert len(post.mails) == 50

    def test_a_mail_that_is_not_taken_is_refused_for_now(
        self, transport: SmtpTransport, post: Post, caplog: pytest.LogCaptureFixture
    ) -> None:
        post.trouble = ValueError("no room")
        with caplog.at_level(logging.ERROR), pytest.raises(SubmissionError) as refused:
            transport.submit(ROBIN, WILE, NOTE)
        post.trouble = None
        transport.submit(ROBIN, WILE, NOTE)

        assert (refused.value.outcome, refused.value.code) == ("temporary", 451)
        assert "no room" in caplog.text
        assert len(post.mails) == 1

    def test_a_mail_too_large(self, server: SmtpServer, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(smtpd, "LARGEST_MAIL", 200)
        with smtplib.SMTP(server.host, server.port) as client:
            client.ehlo()
            assert client.docmd(f"MAIL FROM:<{ROBIN}> SIZE=201")[0] == 552
            client.mail(ROBIN)
            client.rcpt(WILE)
            assert client.data(NOTE + b"x" * 200)[0] == 552
            client.sendmail(ROBIN, [WILE], NOTE)

        assert [mail.message for mail in post.mails] == [NOTE]

    def test_a_restarted_server_is_reached_again(
        self, server: SmtpServer, transport: SmtpTransport, post: Post
    ) -> None:
        transport.submit(ROBIN, WILE, NOTE)
        server.stop()
        with pytest.raises(SubmissionError) as gone:
            transport.submit(ROBIN, WILE, NOTE)
        server.start()
        transport.submit(ROBIN, WILE, NOTE)

        assert gone.value.outcome == "temporary"
        assert len(post.mails) == 2


class TestWithSmtplib:
    def test_several_recipients_and_the_null_path(self, server: SmtpServer, post: Post) -> None:
        with smtplib.SMTP(server.host, server.port) as client:
            client.ehlo()
            assert set(client.esmtp_features) == {"pipelining", "8bitmime", "size"}
            client.sendmail("", [WILE, ROBIN], NOTE)

        assert post.mails == [Submitted("", (WILE, ROBIN), NOTE)]

    def test_helo_and_reset(self, server: SmtpServer, post: Post) -> None:
        with smtplib.SMTP(server.host, server.port) as client:
            assert client.helo()[0] == 250
            client.mail(ROBIN)
            client.rcpt(ROBIN)
            assert client.rset()[0] == 250
            client.sendmail(ROBIN, [WILE], NOTE)
            assert client.noop()[0] == 250

        assert [mail.recipients for mail in post.mails] == [(WILE,)]


class TestWithoutManners:
    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ("FOO", "500"),
            ("", "500"),
            ("RCPT TO:<a@b.example>", "503"),
            ("DATA", "503"),
            ("MAIL FROM:a@b.example", "501"),
            ("MAIL TO:<a@b.example>", "501"),
            ("MAIL FROM:<a@b.example> BODY=BINARYMIME", "555"),
            ("MAIL FROM:<a@b.example> SIZE=many", "555"),
            ("MAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>", "503"),
            ("MAIL FROM:<a@b.example>\r\nRCPT TO:<>", "501"),
            ("MAIL FROM:<a@b.example>\r\nDATA", "503"),
            ("mail from: <a@b.example> size=20 body=8bitmime\r\nrcpt to: <c@d.example>", "250"),
        ],
    )
    def test_the_last_answer(self, server: SmtpServer, dial: Dial, lines: str, code: str) -> None:
        talk = dial(server.port)
        talk.send(f"{lines}\r\nQUIT\r\n".encode())
        answers = []
        while line := talk.line():
            answers.append(line[:3])

        assert talk.greeting.startswith("220 ")
        assert answers[-2:] == [code, "221"]

    def test_only_crlf_ends_a_line_before_the_dot(self, server: SmtpServer, post: Post, dial: Dial) -> None:
        talk = dial(server.port)
        talk.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        talk.send(b"one\n.\r\nMAIL FROM:<x@y.example>\n.\n..\r\n..\r\n.\r\nQUIT\r\n")
        while talk.line():
            pass

        assert [mail.message for mail in post.mails] == [b"one\n.\r\nMAIL FROM:<x@y.example>\n.\n..\r\n.\r\n"]

    def test_an_empty_mail(self, server: SmtpServer, post: Post, dial: Dial) -> None:
        talk = dial(server.port)
        talk.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n.\r\nQUIT\r\n")
        while talk.line():
            pass

        assert [mail.message for mail in post.mails] == [b""]

    def test_half_a_mail_is_no_mail(self, server: SmtpServer, post: Post, dial: Dial) -> None:
        talk = dial(server.port)
        talk.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: Half\r\n")
        assert [talk.line()[:3] for _ in range(3)] == ["250", "250", "354"]
        talk.close()
        server.stop()

        assert post.mails == []
