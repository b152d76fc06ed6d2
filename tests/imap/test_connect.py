"""Connecting: certificates that do not hold, logins that are not meant, mechanisms, and nothing in the clear."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from servers import certificates
from servers.certificates import Certificate
from servers.scripted import CLOSE, ScriptedImap
from servers.sink import Sink
from whiteglove.errors import ConfigurationError, MailboxError, Problem, TokenError
from whiteglove.imap import connect as connect_module
from whiteglove.imap.connect import Connection, Credentials, Timeouts, connect
from whiteglove.settings.servers import Security, ServerAddress

SECRET = Credentials(password=lambda: "secret")
PREAUTH = b"* PREAUTH welcome\r\n"


def opened(
    server: ScriptedImap | Sink,
    security: Security = Security.PLAIN,
    credentials: Credentials = SECRET,
    *,
    user: str = "robin",
    certificate: Certificate | None = None,
) -> Connection:
    address = ServerAddress(security, server.host, server.port, user)
    context = certificate.client_context() if certificate else None
    connection = connect(address, credentials, Timeouts(5, 5), context)
    connection.wire.shutdown()
    return connection


def refused(call: Callable[[], object]) -> tuple[str, bool, str]:
    with pytest.raises(MailboxError) as error:
        call()
    return error.value.code, error.value.fatal, str(error.value)


class TestTls:
    @pytest.mark.parametrize("fault", ["expired", "elsewhere", "unknown"])
    def test_a_certificate_that_does_not_hold(self, tmp_path: Path, certificate: Certificate, fault: str) -> None:
        own = {
            "expired": lambda: certificates.make(tmp_path, "own", expired=True),
            "elsewhere": lambda: certificates.make(tmp_path, "own", host="elsewhere.example", address="192.0.2.1"),
            "unknown": lambda: certificates.make(tmp_path, "own"),
        }[fault]()
        trusted = certificate if fault == "unknown" else own
        with Sink(security="tls", certificate=own) as server:
            code, fatal, text = refused(lambda: opened(server, Security.TLS, certificate=trusted))

        assert (code, fatal) == ("tls", False)
        assert "certificate" in text

    def test_without_a_context_the_system_decides(self, certificate: Certificate) -> None:
        with Sink(security="tls", certificate=certificate) as server:
            assert refused(lambda: opened(server, Security.TLS))[0] == "tls"

    def test_no_tls_at_all(self) -> None:
        with ScriptedImap() as server:
            assert refused(lambda: opened(server, Security.TLS))[0] == "tls"

    def test_starttls_stripped(self) -> None:
        with ScriptedImap() as server:
            code, _, text = refused(lambda: opened(server, Security.STARTTLS))

            assert (code, "LOGIN" in server.commands) == ("tls", False)
        assert "STARTTLS" in text

    @pytest.mark.parametrize("answer", [b"%t NO not now\r\n", b"%t BAD what\r\n"])
    def test_starttls_refused(self, answer: bytes) -> None:
        with ScriptedImap({"STARTTLS": [answer]}, capabilities="IMAP4rev1 STARTTLS") as server:
            assert refused(lambda: opened(server, Security.STARTTLS))[0] == "tls"
            assert "LOGIN" not in server.commands

    def test_commands_injected_behind_starttls(self) -> None:
        injected = b"%t OK go ahead\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
        with ScriptedImap({"STARTTLS": [injected]}, capabilities="IMAP4rev1 STARTTLS") as server:
            code, _, text = refused(lambda: opened(server, Security.STARTTLS))

        assert code == "tls"
        assert "clear" in text

    def test_a_server_that_skips_the_login_ahead_of_starttls(self) -> None:
        with ScriptedImap(capabilities="IMAP4rev1 STARTTLS", greeting=PREAUTH) as server:
            assert refused(lambda: opened(server, Security.STARTTLS))[0] == "tls"
            assert "STARTTLS" not in server.commands

    def test_in_the_clear_only_to_this_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connect_module, "_is_loopback", lambda wire: False)
        with ScriptedImap() as server:
            code, fatal, _ = refused(lambda: opened(server))

            assert (code, fatal, "LOGIN" in server.commands) == ("tls", True, False)

    def test_the_authorities_are_read_once(self) -> None:
        assert connect_module.verifying_context() is connect_module.verifying_context()


class TestLogin:
    def test_capabilities_are_asked_for_again_afterwards(self) -> None:
        with ScriptedImap() as server:
            before = b"* CAPABILITY IMAP4rev1\r\n%t OK done\r\n"
            server.then("CAPABILITY", before)
            server.then("CAPABILITY", before)
            connection = opened(server)

        assert connection.capabilities == {"IMAP4REV1", "IDLE"}

    def test_the_prefix_of_the_users_folders(self) -> None:
        said = b'* NAMESPACE (("INBOX." ".")) NIL (("Public." "."))\r\n%t OK done\r\n'
        with ScriptedImap({"NAMESPACE": [said]}, capabilities="IMAP4rev1 NAMESPACE") as server:
            assert opened(server).prefix == "INBOX."

    @pytest.mark.parametrize(
        "said", [b"* NAMESPACE NIL NIL NIL\r\n%t OK done\r\n", b"* NAMESPACE ((\r\n%t OK done\r\n", b"%t BAD what\r\n"]
    )
    def test_a_namespace_that_says_nothing(self, said: bytes) -> None:
        with ScriptedImap({"NAMESPACE": [said]}, capabilities="IMAP4rev1 NAMESPACE") as server:
            assert opened(server).prefix == ""

    @pytest.mark.parametrize("command", ["NAMESPACE", "LIST"])
    def test_a_login_that_microsoft_does_not_mean(self, command: str) -> None:
        capabilities = "IMAP4rev1 NAMESPACE" if command == "NAMESPACE" else "IMAP4rev1"
        said = b"%t BAD User is authenticated but not connected.\r\n"
        with ScriptedImap({command: [said]}, capabilities=capabilities) as server:
            assert refused(lambda: opened(server))[:2] == ("login", False)

    def test_one_attempt_and_no_more(self) -> None:
        with ScriptedImap({"LOGIN": [b"%t NO no\r\n"]}, capabilities="IMAP4rev1 AUTH=PLAIN") as server:
            refused(lambda: opened(server))

            assert [command for command in server.commands if command in ("LOGIN", "AUTHENTICATE")] == ["LOGIN"]

    @pytest.mark.parametrize(
        "said",
        [b'%t BAD what is LOGIN "robin" "marked-2"\r\n', b"* BYE LOGIN robin marked-2\r\n", b"%t NO marked-2\r\n"],
    )
    def test_a_server_that_repeats_the_password_is_not_quoted(self, said: bytes) -> None:
        script = [said, CLOSE] if said.startswith(b"* BYE") else [said]
        with ScriptedImap({"LOGIN": script}) as server:
            _, _, text = refused(lambda: opened(server, credentials=Credentials(password=lambda: "marked-2")))
        assert "marked-2" not in text

    def test_a_busy_server_is_not_a_wrong_password(self) -> None:
        with ScriptedImap({"LOGIN": [b"%t NO [UNAVAILABLE] try later\r\n"]}) as server:
            assert refused(lambda: opened(server))[:2] == ("unavailable", False)

    def test_a_good_bye_instead_of_an_answer(self) -> None:
        with ScriptedImap({"LOGIN": [b"* BYE too many connections\r\n", CLOSE]}) as server:
            assert refused(lambda: opened(server))[:2] == ("unavailable", False)

    def test_a_greeting_that_is_a_good_bye(self) -> None:
        with ScriptedImap(greeting=b"* BYE [UNAVAILABLE] full\r\n") as server:
            code, fatal, _ = refused(lambda: opened(server))

        assert (code, fatal) == ("unavailable", False)

    @pytest.mark.parametrize("password", ["sécret", "line\nbreak"])
    def test_what_login_cannot_carry_goes_by_plain(self, password: str) -> None:
        with _authenticating("PLAIN") as server:
            opened(server, credentials=Credentials(password=lambda: password))

            assert _answers(server) == [f"\0robin\0{password}"]

    def test_login_disabled_is_honoured(self) -> None:
        with _authenticating("PLAIN", "IMAP4rev1 LOGINDISABLED AUTH=PLAIN") as server:
            opened(server)

            assert "LOGIN" not in server.commands
        with ScriptedImap(capabilities="IMAP4rev1 LOGINDISABLED") as server:
            assert refused(lambda: opened(server))[:2] == ("login", True)
            assert "LOGIN" not in server.commands

    def test_without_user_or_password_nothing_is_opened(self) -> None:
        with ScriptedImap() as server:
            assert refused(lambda: opened(server, credentials=Credentials()))[:2] == ("login", True)
            assert refused(lambda: opened(server, user=""))[:2] == ("login", True)
            assert server.commands == []

    def test_a_password_that_cannot_be_read(self) -> None:
        def unreadable() -> str:
            raise ConfigurationError((Problem("whiteglove.toml", 3, "password", "there is no such file"),))

        with ScriptedImap() as server:
            code, fatal, text = refused(lambda: opened(server, credentials=Credentials(password=unreadable)))

        assert (code, fatal) == ("login", False)
        assert "whiteglove.toml:3" in text

    def test_preauth_on_this_machine_needs_no_login(self) -> None:
        with ScriptedImap(greeting=PREAUTH) as server:
            opened(server)

            assert "LOGIN" not in server.commands


class TestTokens:
    def test_xoauth2(self) -> None:
        with _authenticating("XOAUTH2") as server:
            opened(server, credentials=Credentials(token=lambda: "t0k3n"))

            assert _answers(server) == ["user=robin\x01auth=Bearer t0k3n\x01\x01"]

    def test_oauthbearer_where_it_is_the_only_one(self) -> None:
        with _authenticating("OAUTHBEARER") as server:
            opened(server, user="a=b,c", credentials=Credentials(token=lambda: "t0k3n"))

            assert _answers(server) == ["n,a=a=3Db=2Cc,\x01auth=Bearer t0k3n\x01\x01"]

    def test_the_reason_of_a_refusal_is_answered_so_that_the_refusal_comes(self) -> None:
        with _authenticating("XOAUTH2", challenges=2, end=b"%t NO [AUTHENTICATIONFAILED] expired\r\n") as server:
            fault = refused(lambda: opened(server, credentials=Credentials(token=lambda: "t0k3n")))

            assert fault[:2] == ("login", True)
            assert _answers(server)[1] == ""

    @pytest.mark.parametrize(("mechanism", "answer"), [("XOAUTH2", ""), ("OAUTHBEARER", "\x01")])
    def test_with_the_command_itself_where_the_server_takes_that(self, mechanism: str, answer: str) -> None:
        with _authenticating(mechanism, f"IMAP4rev1 SASL-IR AUTH={mechanism}", end=b"%t NO [EXPIRED] no\r\n") as server:
            server.then("AUTHENTICATE", b"%t OK welcome\r\n")
            credentials = Credentials(token=lambda: "t0k3n")
            opened(server, credentials=credentials)

            assert server.answers == []
            assert refused(lambda: opened(server, credentials=credentials))[:2] == ("login", True)
            assert _answers(server) == [answer]

    def test_one_that_is_refused_is_renewed_once(self) -> None:
        refusals: list[str] = []

        def renewed(token: str) -> str:
            refusals.append(token)
            return "new"

        credentials = Credentials(token=lambda: "old", renewed=renewed)
        with _authenticating("XOAUTH2", challenges=2, end=b"%t NO [AUTHENTICATIONFAILED] expired\r\n") as server:
            server.then("AUTHENTICATE", b"%t NO [AUTHENTICATIONFAILED] expired\r\n")
            server.then("AUTHENTICATE", b"%t OK welcome\r\n")
            opened(server, credentials=credentials)

            assert (refusals, server.commands.count("AUTHENTICATE")) == (["old"], 2)
            assert refused(lambda: opened(server, credentials=Credentials(token=lambda: "old", renewed=lambda _: None)))
            assert server.commands.count("AUTHENTICATE") == 3

    def test_a_busy_server_has_nothing_against_the_token(self) -> None:
        with _authenticating("XOAUTH2") as server:
            server.then("AUTHENTICATE", b"%t NO [UNAVAILABLE] later\r\n")
            credentials = Credentials(token=lambda: "t0k3n", renewed=lambda _: pytest.fail("it was not refused"))

            assert refused(lambda: opened(server, credentials=credentials))[:2] == ("unavailable", False)

    @pytest.mark.parametrize(("lasting", "code"), [(True, "login"), (False, "unreachable")])
    def test_where_there_is_none_nothing_is_opened(self, lasting: bool, code: str) -> None:
        def missing(*_: object) -> str:
            raise TokenError("run `whiteglove login studio`", lasting=lasting)

        with _authenticating("XOAUTH2") as server:
            found, fatal, text = refused(lambda: opened(server, credentials=Credentials(token=missing)))

            assert (found, fatal, server.commands) == (code, lasting, [])
            assert text.endswith("run `whiteglove login studio`")
            server.then("AUTHENTICATE", b"%t NO [AUTHENTICATIONFAILED] expired\r\n")
            again = Credentials(token=lambda: "old", renewed=missing)
            assert refused(lambda: opened(server, credentials=again))[:2] == (code, lasting)


class _Authenticating(ScriptedImap):
    """Challenges so many times, keeps the answers, and ends as told."""

    def __init__(self, capabilities: str, challenges: int, end: bytes) -> None:
        super().__init__({"AUTHENTICATE": [b"+ \r\n"]}, capabilities=capabilities)
        self.answers: list[bytes] = []
        self.left, self.end = challenges, end

    def continued(self, line: bytes, tag: bytes) -> bytes:
        self.answers.append(line)
        self.left -= 1
        return b"+ e30=\r\n" if self.left else self.end.replace(b"%t", tag)


def _authenticating(
    mechanism: str, capabilities: str = "", challenges: int = 1, end: bytes = b"%t OK welcome\r\n"
) -> _Authenticating:
    return _Authenticating(capabilities or f"IMAP4rev1 AUTH={mechanism}", challenges, end)


def _answers(server: _Authenticating) -> list[str]:
    return [base64.b64decode(answer).decode() for answer in server.answers]
