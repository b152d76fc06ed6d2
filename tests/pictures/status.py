"""Prints what `status` says in the evening of the demonstration's day, of the store that the daemon has filled."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from whiteglove.cli.staging import Stage
from whiteglove.cli.status import look, show
from whiteglove.demo import story
from whiteglove.host import Host


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder), story.BEGIN) as stage:
        for mail in story.PAST:
            stage.lay(mail)
        stage.open()
        for scene in story.DAY:
            for _ in stage.forward(scene.at):
                pass
            stage.play(scene)
        settings, now = stage.settings, stage.clock.now() + timedelta(minutes=4)
        host = Host.load(settings.plugins, settings.problem)
        answer = look(settings, host, stage.store, now)
        # Where the store of an ordinary service lies.
        answer["store"] = "/var/lib/whiteglove/whiteglove.sqlite3"
        show(answer, now)
        host.close()


if __name__ == "__main__":
    main()
