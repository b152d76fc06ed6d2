"""`contact`: what was tried with clients who write too often, and forgetting it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.conftest import Home
from whiteglove.actions import Draft
from whiteglove.ledger import DraftState
from whiteglove.store import drafts, memory

NOW = datetime.now(UTC).replace(microsecond=0)
WEEK = timedelta(days=7)


@pytest.fixture
def tried(home: Home) -> Home:
    """A step was taken with Acme, and one, long ago, with Birch."""
    with home.store() as store, store.write() as tx:
        for client, until in (("acme", NOW + WEEK), ("birch", NOW - WEEK)):
            kept = {"step": "cadence", "at": NOW.isoformat(), "began": (NOW - WEEK).isoformat()}
            memory.put(tx, "contact_frequency", f"ladder:{client}", dict(kept), until)
        for plugin in ("contact_frequency", "reports"):
            wish = Draft(reason="x", key="k", client="acme", template="cadence", subject="s", brief="b")
            drafts.want(tx, plugin, wish, NOW)
    return home


def test_the_last_step_with_each_client_is_listed_until_it_is_forgotten(tried: Home) -> None:
    (step,) = tried.ask("contact", "--json").json["steps"]
    assert (step["client"], step["step"]) == ("acme", "cadence")
    assert datetime.fromisoformat(step["at"]) == NOW
    assert datetime.fromisoformat(step["began"]) == NOW - WEEK
    text = tried.ask("contact").out
    assert text.splitlines()[0].split() == ["CLIENT", "LAST", "STEP", "TAKEN", "BEGAN"]
    assert "birch" not in text


def test_reset_forgets_it_and_takes_the_draft_away(tried: Home) -> None:
    done = tried.ask("contact", "reset", "acme")
    assert done.out == "Acme GmbH: what was tried is forgotten; the next time begins with the first step.\n"
    assert tried.ask("contact", "--json").json == {"steps": []}
    with tried.store() as store, store.read() as tx:
        assert memory.get(tx, "contact_frequency", "ladder:acme", NOW) is None
        assert [(draft.plugin, draft.state) for draft in drafts.everything(tx)] == [
            ("contact_frequency", DraftState.WITHDRAWN), ("reports", DraftState.WANTED)
        ]  # fmt: skip


def test_reset_says_what_there_was(tried: Home) -> None:
    assert tried.ask("contact", "reset", "acme", "--json").json["was"]["step"] == "cadence"
    assert tried.ask("contact", "reset", "acme", "--json").json == {"client": "acme", "was": None}
    assert tried.ask("contact", "reset", "acme").out.startswith("Nothing was tried with Acme GmbH")


def test_without_a_store_there_is_nothing_and_none_is_made(home: Home) -> None:
    assert home.ask("contact", "--json").json == {"steps": []}
    assert home.ask("contact").out.startswith("Nothing was tried")
    assert not home.state.exists()


def test_an_unknown_key_exits_2_with_a_guess(home: Home) -> None:
    done = home.ask("contact", "reset", "acne")
    assert (done.code, done.out) == (2, "")
    assert 'did you mean "acme"' in done.err
