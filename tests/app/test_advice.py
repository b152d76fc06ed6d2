"""An adviser exists where a section wants one, and nowhere else."""

from __future__ import annotations

import types

import pytest

from app.conftest import House
from servers.model import FakeModel, sending, silent, vote
from servers.ports import until
from whiteglove import log
from whiteglove.app import Daemon, Running, run_once
from whiteglove.app.advice import adviser_of
from whiteglove.errors import ConfigurationError
from whiteglove.host import Host
from whiteglove.llm import LlmAdviser
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, llm

BASE = {"url": "http://127.0.0.1:1/v1", "model": "small"}
ODD = "Vlomb dritsel lettering hangs askew karpon fyx amzuto gelsam."


def advised(house: House, model: FakeModel) -> Daemon:
    """A daemon that asks this model."""
    plugins = {"acknowledge": (acknowledge, {"delay": "0s"}), "llm": (llm, {**BASE, "url": model.url})}
    house.made.append(Daemon(house.settings, Host.for_modules(plugins), house.store, house.world, log.event_log()))
    return house.made[-1]


def test_nobody_is_asked_unless_the_owner_wants_it() -> None:
    with Bench(types.SimpleNamespace(__name__="quiet", describe=llm.describe), **BASE) as bench:
        assert bench.daemon.adviser is None


def test_a_section_makes_one() -> None:
    with Bench(llm, **BASE) as bench:
        assert isinstance(bench.daemon.adviser, LlmAdviser)


def test_a_key_that_is_kept_nowhere_is_told_with_its_place() -> None:
    with Bench(llm, **BASE) as bench:
        host = Host.for_modules({"llm": (llm, {**BASE, "api_key": {"command": "words"}})})
        with pytest.raises(ConfigurationError, match=r"plugins\.llm\.api_key: a command is a list"):
            adviser_of(bench.settings, host)
        host.close()


def test_a_single_run_waits_for_the_answer(house: House) -> None:
    with FakeModel(sending(vote("billing", 0.6, "hangs askew"))) as model:
        run_once(advised(house, model))
        house.deliver(house.mail(text=ODD))
        assert run_once(advised(house, model)) == (0, True)
    assert [line["kind"] for line in house.lines if line["event"] == "obligation.opened"] == ["billing"]
    assert len(model.asked) == 1


def test_a_running_daemon_answers_others_while_a_model_thinks(house: House) -> None:
    with FakeModel(silent) as model:
        daemon = advised(house, model)
        running = Running(daemon)
        until(lambda: daemon.is_ready, "the daemon")
        house.deliver(house.mail("odd@acme.example", ODD))
        house.deliver()
        until(lambda: house.sent == ["wile@acme.example"], "the answer to the other mail")
        assert house.events("obligation.opened") == ["obligation.opened"]
        until(lambda: len(house.events("obligation.opened")) == 2, "the deadline")
        assert running.finish()
