"""What leaves the machine beside mail: a body to a web address, a notice by apprise; yes, later, or never."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from servers.model import FakeModel, reply, sending
from servers.ports import free_port
from whiteglove.errors import CallError
from whiteglove.outward import WebCaller


@pytest.fixture
def server() -> Iterator[FakeModel]:
    with FakeModel(sending(reply(b"{}"))) as made:
        yield made


def hook(server: FakeModel) -> str:
    return f"http://127.0.0.1:{server.port}/hook"


class TestPost:
    def test_any_two_hundred_is_a_yes(self, server: FakeModel) -> None:
        server.always = sending(reply(b"", "204 No Content"))
        WebCaller().post(hook(server), b'{"n": 1}', {"X-Mine": "yes"})
        assert (server.asked, server.headers[0]["x-mine"]) == ([{"n": 1}], "yes")

    @pytest.mark.parametrize(
        ("status", "permanent"),
        [("500 Oops", False), ("503 Busy", False), ("429 Slow", False), ("410 Gone", True), ("302 Found", False)],
    )
    def test_what_is_no_yes_says_whether_to_try_again(self, server: FakeModel, status: str, permanent: bool) -> None:
        server.always = sending(reply(b"{}", status))
        with pytest.raises(CallError) as error:
            WebCaller().post(hook(server), b"{}", {})
        assert (error.value.code, error.value.permanent) == (f"status_{status[:3]}", permanent)

    def test_unencrypted_it_goes_to_this_machine_only(self) -> None:
        with pytest.raises(CallError) as error:
            WebCaller().post("http://192.0.2.1/hook", b"{}", {})
        assert (error.value.code, error.value.permanent) == ("not_loopback", True)

    def test_nobody_there_is_worth_another_try(self) -> None:
        with pytest.raises(CallError) as error:
            WebCaller().post(f"http://127.0.0.1:{free_port()}/", b"{}", {})
        assert (error.value.code, error.value.permanent) == ("unreachable", False)


class TestNotify:
    def test_a_notice_arrives_with_title_and_text(self, server: FakeModel) -> None:
        WebCaller().notify([f"json://127.0.0.1:{server.port}/n"], "Acme", "Two <words>.")
        (sent,) = server.asked
        assert (sent["title"], sent["message"]) == ("Acme", "Two <words>.")

    def test_one_that_is_refused_is_worth_another_try(self, server: FakeModel) -> None:
        server.always = sending(reply(b"{}", "500 Oops"))
        with pytest.raises(CallError) as error:
            WebCaller().notify([f"json://127.0.0.1:{server.port}/n"], "Acme", "Two words.")
        assert (error.value.code, error.value.permanent) == ("refused", False)

    def test_an_address_that_is_none_never_will_be(self, capfd: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(CallError) as error:
            WebCaller().notify(["nonsense-s3cret"], "Acme", "Two words.")
        assert (error.value.code, error.value.permanent) == ("address", True)
        assert "s3cret" not in "".join(capfd.readouterr())

    def test_without_the_extra_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "apprise", None)
        with pytest.raises(CallError) as error:
            WebCaller().notify(["json://127.0.0.1/n"], "Acme", "Two words.")
        assert (error.value.code, error.value.permanent) == ("apprise_missing", True)
