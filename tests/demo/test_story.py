"""The story is one that can be played: in order, among invented people, with words that the log knows."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from importlib.resources import files

import pytest

from whiteglove.demo.story import BEGIN, BEGUN, DAY, END, PAST, ROBIN, Scene
from whiteglove.guard import REASONS as GUARD_REASONS
from whiteglove.log import EVENTS
from whiteglove.screen import REASONS as SCREEN_REASONS

SCENES = (*PAST, *DAY)


def test_the_scenes_stand_in_order_and_each_has_a_name_of_its_own() -> None:
    times = [scene.at for scene in SCENES]
    assert times == sorted(times)
    assert PAST[-1].at < BEGIN < DAY[0].at
    assert DAY[-1].at < END
    assert len({scene.name for scene in SCENES}) == len(SCENES)


def test_a_mail_answers_only_what_came_before() -> None:
    known: set[str] = set()
    for scene in SCENES:
        assert not scene.answers or scene.answers in known
        known.add(scene.name)


def test_everybody_is_invented_and_every_client_of_the_book_writes() -> None:
    written = "".join(scene.sender + scene.to + scene.cc for scene in SCENES)
    assert set(re.findall(r"\.(\w+)>", written)) == {"example"}
    book = files("whiteglove.demo") / "studio" / "clients"
    for entry in book.iterdir():
        addresses = re.findall(r'addresses = \["(.+)"\]', entry.read_text("utf-8"))
        assert any(address in scene.sender for address in addresses for scene in DAY), entry.name


@pytest.mark.parametrize("scene", DAY, ids=lambda scene: scene.name)
def test_what_is_expected_are_words_of_the_log(scene: Scene) -> None:
    for expected in (*scene.expected, *BEGUN):
        event, _, reason = expected.partition(" ")
        assert event in EVENTS
        if event in ("mail.withheld", "mail.cancelled"):
            assert reason in {**GUARD_REASONS, **SCREEN_REASONS}


def test_a_scene_is_a_whole_mail() -> None:
    first, second = DAY[0], Scene(
        name="again", at=DAY[0].at, sender=ROBIN, to="Wile Coyote <wile@acme.example>",
        cc="Kim <kim@vale.example>", subject="Grüße", text="Übung", answers=DAY[0].name, headers={"X-Odd": "1"},
    )  # fmt: skip
    mail = message_from_bytes(second.raw(first), policy=policy.default)
    assert mail["Message-ID"] == "<again@vale.example>"
    assert mail["In-Reply-To"] == mail["References"] == f"<{first.message_id}>"
    assert (mail["Subject"], mail["Cc"], mail["X-Odd"]) == ("Grüße", "Kim <kim@vale.example>", "1")
    assert mail["Date"].datetime == DAY[0].at
    assert mail.get_content() == "Übung\n"
    assert "In-Reply-To" not in message_from_bytes(first.raw(), policy=policy.default)
