"""Logins by OAuth 2.0 that end: renewed in time, told early, told once, and loudly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oauth.conftest import NOW, Clock, client_of
from servers.issuer import Issuer
from servers.model import hanging_up
from whiteglove.grammar import parse_hours
from whiteglove.logins import LOOK, Logins
from whiteglove.oauth import Access
from whiteglove.oauth import issuer as protocol
from whiteglove.owner_words import Words
from whiteglove.prepare.notice_words import words_in
from whiteglove.settings.data import load_languages
from whiteglove.store import Store, warnings
from whiteglove.store import schema as tables
from whiteglove.worktime import WorkingTime

BERLIN = ZoneInfo("Europe/Berlin")


def words_for(language: str, now: datetime) -> Words:
    return Words(texts=words_in(language), language=load_languages()[language], zone=BERLIN, now=now)


class Watch:
    """One mailbox, its provider, and the loop."""

    def __init__(self, folder: Path, issuer: Issuer, language: str = "en", **changed: object) -> None:
        self.language = language
        self.issuer = issuer
        self.clock = Clock()
        self.client = client_of(issuer, folder, **changed)
        self.access = Access("studio", self.client, self.clock)
        self.store = Store.empty()
        self.begin()

    def begin(self) -> None:
        """A new process over the same store."""
        worktime = WorkingTime(BERLIN, parse_hours("Mon-Fri 09:00-17:30"), frozenset(), ())
        self.logins = Logins(
            self.store, {"studio": self.access}, self.clock, lambda: worktime, partial(words_for, self.language)
        )

    def log_in(self) -> None:
        self.access.keep(protocol._grant(self.issuer.tokens(), self.client))

    def look(self, **later: float) -> int:
        self.clock.advance(**(later or {"seconds": LOOK.total_seconds()}))
        return self.logins.look()

    def all(self) -> list[warnings.WarningRow]:
        with self.store.read() as tx:
            rows = tx.execute(tables.warnings.select().order_by(tables.warnings.c.row)).all()
            return [warnings.get(tx, row.row) for row in rows]

    def tell(self) -> None:
        """What waits is put into a mail, which is accepted."""
        with self.store.write() as tx:
            warnings.put_into(tx, [one.row for one in self.all_waiting(tx)], 1)
            warnings.told(tx, 1)

    def all_waiting(self, tx: object) -> tuple[warnings.WarningRow, ...]:
        return warnings.due(tx, self.clock.at + timedelta(days=30))  # type: ignore[arg-type]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    with Issuer() as issuer:
        yield lambda **changed: Watch(tmp_path, issuer, **changed)


@pytest.fixture
def watch(make: Callable[..., Watch]) -> Watch:
    made = make()
    made.log_in()
    return made


def test_a_login_is_renewed_before_any_connection_asks(watch: Watch) -> None:
    for _ in range(24 * 6):
        assert watch.look(minutes=10) == 0
    assert watch.issuer.refreshes == 24 * 6 * 10 // 60
    assert watch.all() == []


def test_the_file_is_not_looked_at_every_moment(watch: Watch) -> None:
    watch.look()
    watch.client.file.unlink()
    watch.clock.advance(seconds=1)
    assert watch.logins.look() == 0
    assert watch.look() == 1
    watch.clock.advance(hours=-5)
    watch.client.file.unlink(missing_ok=True)
    assert watch.logins.look() == 0, "a clock that was set back stops nothing"


def test_a_login_that_is_over_is_told_once_and_at_once(watch: Watch) -> None:
    watch.issuer.forget()
    assert watch.look(hours=1) == 1
    (warning,) = watch.all()
    assert (warning.reason, warning.urgency, warning.key) == ("login_ended", "now", "login:studio")
    assert "accepts it no more (invalid_grant). Next step: run `whiteglove login studio`" in warning.text
    watch.tell()
    for _ in range(100):
        assert watch.look(minutes=30) == 0
    watch.begin()
    assert watch.look() == 0
    assert len(watch.all()) == 1
    assert watch.issuer.refreshes < 110, "a provider that has said no is not asked all the time"


def test_the_owner_is_told_in_their_language(make: Callable[..., Watch]) -> None:
    watch = make(language="de", lasts=timedelta(days=7))
    watch.look()
    watch.tell()
    watch.log_in()
    watch.look(days=4)
    watch.issuer.forget()
    watch.look(days=2, hours=2)
    assert [warning.text.partition(". Nächster Schritt: ")[0] for warning in watch.all()] == [
        "Am Postfach „studio“ hat sich noch niemand angemeldet, oder nur mit einer anderen App",
        "Die Anmeldung am Postfach „studio“ endet nach den Regeln des Anbieters (Di 1. Dez. 2026, 10:00 Uhr)",
        "Die Anmeldung am Postfach „studio“ ist zu Ende: Der Anbieter nimmt sie nicht mehr an (invalid_grant)",
    ]
    assert all("`whiteglove login studio` ausführen" in warning.text for warning in watch.all())


def test_one_that_ends_again_is_told_again(watch: Watch) -> None:
    for _ in range(2):
        watch.issuer.forget()
        assert watch.look(hours=1) == 1
        watch.tell()
        watch.log_in()
        assert watch.look(minutes=1) == 0
    assert [warning.reason for warning in watch.all()] == ["login_ended", "login_ended"]


def test_nobody_has_logged_in(make: Callable[..., Watch]) -> None:
    watch = make()
    assert watch.look() == 1
    (warning,) = watch.all()
    assert (warning.reason, warning.urgency) == ("login_missing", "now")
    assert "run `whiteglove login studio`" in warning.text
    watch.tell()
    assert watch.look(hours=2) == 0
    watch.log_in()
    assert watch.look() == 0


def test_a_provider_out_of_reach_is_told_after_an_hour_in_working_time(watch: Watch) -> None:
    watch.issuer.always = hanging_up
    assert watch.look(minutes=58) == 0
    assert watch.look(minutes=59) == 0
    assert watch.look(minutes=2) == 1
    (warning,) = watch.all()
    assert (warning.reason, warning.urgency) == ("login_failing", "today")
    assert "gives no answer (garbage)" in warning.text
    watch.tell()
    assert watch.look(hours=5) == 0
    watch.issuer.always = None
    watch.look(minutes=2)
    assert watch.access.state().condition == "ok"


def test_the_end_of_a_login_is_told_days_before_and_on_the_last_day(make: Callable[..., Watch]) -> None:
    watch = make(lasts=timedelta(days=7))
    watch.log_in()
    told: dict[int, str] = {}
    for hour in range(1, 7 * 24):
        if watch.look(hours=1):
            told[hour] = watch.all()[-1].text
            watch.tell()
    assert list(told) == [4 * 24, 6 * 24]
    assert "ends on Tue 1 Dec 2026, 10:00 by its provider’s rules" in told[96]
    assert "run `whiteglove login studio` before that" in told[96]
    assert {(one.reason, one.urgency) for one in watch.all()} == {("login_ends", "today")}
    watch.log_in()
    assert watch.look() == 0


def test_a_file_that_may_not_be_read_is_told(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert watch.look() == 1
    (warning,) = watch.all()
    assert warning.reason == "login_unusable"
    assert "run this as root or as whom the store belongs to" in warning.text
    monkeypatch.undo()
    assert watch.look() == 0


def test_one_mailbox_in_trouble_keeps_no_other_from_being_renewed(watch: Watch, tmp_path: Path) -> None:
    other = Access("shop", replace(watch.client, file=tmp_path / "state" / "logins" / "shop.json"), watch.clock)
    watch.logins._accesses = {"shop": other, "studio": watch.access}  # type: ignore[assignment]
    assert watch.look(hours=1) == 1
    assert watch.issuer.refreshes == 1
    assert watch.access.state().expires_at == watch.clock.at + timedelta(hours=1)
    assert watch.clock.at > NOW
