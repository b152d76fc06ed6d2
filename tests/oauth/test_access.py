"""A token for a connection: the one that is kept, a new one in time, and the truth where there is none."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oauth.conftest import NOW, Clock, client_of
from servers.issuer import CLIENT, Issuer, refusing
from servers.model import endless, hanging_up, sending
from whiteglove.errors import Problem, TokenError
from whiteglove.oauth import Access
from whiteglove.oauth.issuer import Grant
from whiteglove.settings import OAuthClient
from whiteglove.settings.secrets import Secret, SecretSource


def lasting(call: Callable[[], object]) -> tuple[bool, str]:
    with pytest.raises(TokenError) as error:
        call()
    assert "Marked" not in "".join(traceback.format_exception(error.value))
    return error.value.lasting, str(error.value)


class TestToken:
    def test_the_one_that_is_kept_will_do(self, logged_in: Access, issuer: Issuer, clock: Clock) -> None:
        first = logged_in.token()
        clock.advance(minutes=54)
        assert logged_in.token() == first
        assert issuer.refreshes == 0

    def test_it_is_renewed_some_minutes_before_its_end(self, logged_in: Access, issuer: Issuer, clock: Clock) -> None:
        first = logged_in.token()
        clock.advance(minutes=55)
        second = logged_in.token()
        assert second != first
        assert logged_in.token() == second
        assert issuer.refreshes == 1
        assert issuer.asked[-1] == {
            "client_id": CLIENT,
            "grant_type": "refresh_token",
            "refresh_token": "Marked-refresh-1",
        }

    def test_a_refresh_token_that_is_good_once_is_replaced(
        self, logged_in: Access, issuer: Issuer, clock: Clock
    ) -> None:
        issuer.rotates = True
        for _ in range(3):
            clock.advance(hours=1)
            logged_in.token()
        said = [form["refresh_token"] for form in issuer.asked]
        assert said == ["Marked-refresh-1", "Marked-refresh-2", "Marked-refresh-3"]

    def test_the_new_one_is_on_the_disk_before_it_is_used(
        self, logged_in: Access, issuer: Issuer, clock: Clock, client: OAuthClient
    ) -> None:
        issuer.rotates = True
        clock.advance(hours=1)
        token = logged_in.token()
        content = client.file.read_text()
        assert token in content
        assert "Marked-refresh-2" in content
        assert "Marked-refresh-1" not in content

    def test_threads_and_processes_ask_once(
        self, logged_in: Access, issuer: Issuer, clock: Clock, client: OAuthClient
    ) -> None:
        issuer.rotates = True
        clock.advance(hours=1)
        got: list[str] = []
        threads = [
            threading.Thread(target=lambda: got.append(Access("studio", client, clock).token())) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(got) == 8
        assert len(set(got)) == 1
        assert issuer.refreshes == 1

    def test_a_process_beside_this_one_harms_nothing(
        self, grant: Callable[[], Grant], issuer: Issuer, client: OAuthClient
    ) -> None:
        """Both renew all the time, with a refresh token that is good once."""
        issuer.rotates = True
        issuer.seconds = 0
        access = Access("studio", client)
        access.keep(grant())
        program = (
            "import sys\nfrom oauth.conftest import client_of\nfrom pathlib import Path\n"
            "from types import SimpleNamespace\nfrom whiteglove.oauth import Access\n"
            "client = client_of(SimpleNamespace(url=sys.argv[1]), Path(sys.argv[2]))\n"
            "print([Access('studio', client).token() for _ in range(20)][-1])\n"
        )
        folder = client.file.parents[2]
        command = [sys.executable, "-c", program, issuer.url, str(folder)]
        tests = str(Path(__file__).parents[1])
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": tests}) as other:
            for _ in range(20):
                Access("studio", client).token()
            said, _ = other.communicate(timeout=30)
        assert other.returncode == 0
        assert said.startswith("Marked-access-")
        assert issuer.refreshes == 40
        assert access.state().condition == "ok"

    def test_nobody_has_logged_in(self, access: Access, issuer: Issuer) -> None:
        assert lasting(access.token) == (
            True,
            "nobody has logged in to this mailbox yet; run `whiteglove login studio`",
        )
        assert issuer.paths == []

    @pytest.mark.parametrize("name", ["client_id", "token_endpoint", "user"])
    def test_a_login_is_shown_to_nobody_but_whom_it_is_from(
        self, logged_in: Access, client: OAuthClient, clock: Clock, name: str, issuer: Issuer
    ) -> None:
        with Issuer() as another:
            changed = {"client_id": "else", "token_endpoint": f"{another.url}/token", "user": "kim@vale.example"}
            other = Access("studio", replace(client, **{name: changed[name]}), clock)
            clock.advance(hours=2)
            is_lasting, text = lasting(other.token)
            assert another.paths == []
        assert is_lasting
        assert "another app or for another user" in text
        assert other.state().condition == "missing"
        assert issuer.refreshes == 0

    def test_the_command_quotes_a_name_with_a_blank(self, client: OAuthClient) -> None:
        assert Access("two words", client).command == "whiteglove login 'two words'"


class TestTrouble:
    def test_a_login_that_is_over(self, logged_in: Access, issuer: Issuer, clock: Clock) -> None:
        issuer.forget()
        clock.advance(hours=1)
        is_lasting, text = lasting(logged_in.token)
        assert is_lasting
        assert text == "127.0.0.1 says invalid_grant: the grant is no good; run `whiteglove login studio`"
        state = logged_in.state()
        assert (state.condition, state.code, state.since) == ("refused", "invalid_grant", clock.at)
        clock.advance(hours=1)
        lasting(logged_in.token)
        assert logged_in.state() == state

    def test_a_provider_that_repeats_what_it_was_shown_is_not_quoted(
        self, logged_in: Access, issuer: Issuer, clock: Clock, client: OAuthClient
    ) -> None:
        issuer.then.append(refusing("invalid_grant", description="Marked-refresh-1\r\nis unknown"))
        clock.advance(hours=1)
        _, text = lasting(logged_in.token)
        assert "says invalid_grant: <secret> is unknown" in text

    @pytest.mark.parametrize(
        ("instead", "code"),
        [
            (refusing("temporarily_unavailable", 503), "temporarily_unavailable"),
            (refusing("Not A Code", 429), "status_429"),
            (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"), "garbage"),
            (sending(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"), "status_302"),
            (sending(b"nonsense\r\n\r\n"), "garbage"),
            (hanging_up, "garbage"),
            (endless, "too_long"),
        ],
    )
    def test_a_provider_that_cannot_be_asked(
        self, logged_in: Access, issuer: Issuer, clock: Clock, instead: object, code: str
    ) -> None:
        first = logged_in.token()
        issuer.always = instead  # type: ignore[assignment]
        clock.advance(minutes=56)
        assert logged_in.token() == first, "the old one will do for some minutes yet"
        assert (logged_in.state().condition, logged_in.state().code) == ("failing", code)
        began = clock.at
        clock.advance(minutes=5)
        assert lasting(logged_in.token)[0] is False
        assert logged_in.state().since == began
        issuer.always = None
        assert logged_in.token() != first
        assert logged_in.state().condition == "ok"

    def test_a_slow_provider_is_given_up(
        self, logged_in: Access, issuer: Issuer, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("whiteglove.oauth.issuer.PATIENCE", 0.2)
        issuer.always = lambda _, over: over.wait()  # type: ignore[assignment,return-value]
        clock.advance(hours=2)
        assert lasting(logged_in.token) == (False, "127.0.0.1 gave no answer (late)")
        assert logged_in.state().code == "late"

    def test_an_outage_does_not_hide_that_the_login_is_over(
        self, logged_in: Access, issuer: Issuer, clock: Clock
    ) -> None:
        issuer.forget()
        clock.advance(hours=1)
        lasting(logged_in.token)
        state = logged_in.state()
        issuer.always = hanging_up
        clock.advance(hours=1)
        assert lasting(logged_in.token)[0] is False
        assert logged_in.state() == state

    def test_an_outage_that_turns_out_to_be_the_end(self, logged_in: Access, issuer: Issuer, clock: Clock) -> None:
        issuer.always = hanging_up
        clock.advance(hours=1)
        lasting(logged_in.token)
        issuer.always = None
        issuer.forget()
        clock.advance(hours=1)
        assert lasting(logged_in.token)[0]
        state = logged_in.state()
        assert (state.condition, state.code, state.since) == ("refused", "invalid_grant", clock.at)

    def test_a_new_login_ends_it(
        self, logged_in: Access, issuer: Issuer, clock: Clock, grant: Callable[[], Grant]
    ) -> None:
        issuer.forget()
        clock.advance(hours=1)
        lasting(logged_in.token)
        logged_in.keep(grant())
        assert logged_in.state().condition == "ok"
        assert logged_in.token().startswith("Marked-access-")

    def test_a_login_without_a_refresh_token_is_none(self, access: Access, grant: Callable[[], Grant]) -> None:
        is_lasting, text = lasting(lambda: access.keep(replace(grant(), refresh=None)))
        assert is_lasting
        assert "offline access" in text
        assert access.state().condition == "missing"

    def test_a_secret_that_cannot_be_read_is_no_refusal(
        self, issuer: Issuer, tmp_path: Path, clock: Clock, grant: Callable[[], Grant]
    ) -> None:
        place = Problem("whiteglove.toml", 9, "mailboxes[0].oauth.client_secret", "")
        secret = Secret(SecretSource("env", ("CLIENT",)), place)
        access = Access("studio", client_of(issuer, tmp_path, client_secret=secret), clock)
        access.keep(grant())
        clock.advance(hours=2)
        is_lasting, text = lasting(access.token)
        assert not is_lasting
        assert text.startswith("whiteglove.toml:9: mailboxes[0].oauth.client_secret: the environment variable CLIENT")


class TestRenewed:
    def test_a_token_that_was_called_back_is_renewed(self, logged_in: Access, issuer: Issuer, clock: Clock) -> None:
        first = logged_in.token()
        clock.advance(minutes=2)
        second = logged_in.renewed(first)
        assert second not in (None, first)
        assert logged_in.token() == second

    def test_one_that_has_just_come_is_refused_for_another_reason(self, logged_in: Access, issuer: Issuer) -> None:
        assert logged_in.renewed(logged_in.token()) is None
        assert issuer.refreshes == 0

    def test_where_somebody_else_has_renewed_it_theirs_is_taken(
        self, logged_in: Access, issuer: Issuer, clock: Clock
    ) -> None:
        first = logged_in.token()
        clock.advance(hours=1)
        second = logged_in.token()
        assert logged_in.renewed(first) == second
        assert issuer.refreshes == 1

    def test_where_none_is_to_be_had_the_refused_one_is_not_shown_again(
        self, logged_in: Access, issuer: Issuer, clock: Clock
    ) -> None:
        first = logged_in.token()
        clock.advance(minutes=2)
        issuer.always = hanging_up
        assert lasting(lambda: logged_in.renewed(first))[0] is False
        assert lasting(logged_in.token)[0] is False
        issuer.always = None
        assert logged_in.token() != first


class TestEnd:
    def test_the_provider_says_when_a_login_ends(
        self, access: Access, grant: Callable[[], Grant], issuer: Issuer, clock: Clock
    ) -> None:
        issuer.ends_in = 604799
        access.keep(grant())
        end = access.state().ends_at
        assert end == NOW + timedelta(seconds=604799)
        for hours in range(8, 4 * 24, 8):
            clock.at = NOW + timedelta(hours=hours)
            issuer.ends_in = 604799 - 3600 * hours
            access.token()
        assert access.state().ends_at == end
        clock.at = NOW + timedelta(days=4)
        assert access.state().ends_soon(clock.at)
        assert not access.state().ends_soon(clock.at - timedelta(minutes=1))

    def test_the_configuration_says_it_where_the_provider_does_not(
        self, issuer: Issuer, tmp_path: Path, clock: Clock, grant: Callable[[], Grant]
    ) -> None:
        access = Access("studio", client_of(issuer, tmp_path, lasts=timedelta(days=7)), clock)
        access.keep(grant())
        clock.advance(days=3)
        access.token()
        assert access.state().ends_at == NOW + timedelta(days=7), "the refresh token is the same"
        issuer.rotates = True
        clock.advance(days=1)
        access.token()
        assert access.state().ends_at == clock.at + timedelta(days=7)

    def test_a_login_that_each_renewal_prolongs_never_ends_soon(
        self, access: Access, grant: Callable[[], Grant], issuer: Issuer, clock: Clock
    ) -> None:
        issuer.ends_in = 86400
        access.keep(grant())
        for _ in range(5 * 4):
            clock.advance(hours=6)
            access.token()
            assert not access.state().ends_soon(clock.at)
        clock.advance(hours=13)
        assert access.state().ends_soon(clock.at)

    def test_most_logins_have_no_end(self, logged_in: Access, clock: Clock) -> None:
        assert logged_in.state().ends_at is None
        assert not logged_in.state().ends_soon(clock.at + timedelta(days=1000))

    def test_a_token_of_which_nobody_says_how_long_it_lives(
        self, access: Access, grant: Callable[[], Grant], issuer: Issuer
    ) -> None:
        issuer.seconds = None
        access.keep(grant())
        assert access.state().expires_at == NOW + timedelta(hours=1)
        issuer.seconds = "1800"
        access.keep(grant())
        assert access.state().expires_at == NOW + timedelta(minutes=30)
