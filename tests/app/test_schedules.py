"""When plugins want to be called."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from app.conftest import House
from whiteglove import Context, PluginInfo, PluginSettings, Schedule, hookimpl
from whiteglove.app import schedules_of
from whiteglove.host import Host

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Morning:
    @hookimpl
    def describe(self) -> PluginInfo:
        return PluginInfo("Looks at the day.", PluginSettings)

    @hookimpl
    def schedules(self, ctx: Context[PluginSettings]) -> list[Schedule]:
        assert ctx.now == NOW
        return [Schedule(name="morning", at=time(8, 0)), Schedule(name="often", every=timedelta(minutes=5))]


class Broken(Morning):
    @hookimpl
    def schedules(self, ctx: Context[PluginSettings]) -> list[Schedule]:
        raise ValueError("no idea when")


class Silent:
    @hookimpl
    def describe(self) -> PluginInfo:
        return PluginInfo("Has no hours.", PluginSettings)


def test_each_plugin_says_its_own_and_one_that_fails_costs_nobody_else_theirs(house: House) -> None:
    failures: list[str] = []
    host = Host.for_modules(
        {"broken": (Broken(), {}), "silent": (Silent(), {}), "morning": (Morning(), {})},
        on_failure=lambda plugin, hook, error: failures.append(f"{plugin}.{hook}"),
    )
    found = schedules_of(house.settings, host, house.store, NOW)
    host.close()
    assert {name: [schedule.name for schedule in known] for name, known in found.items()} == {
        "morning": ["morning", "often"]
    }
    assert failures == ["broken.schedules"]
