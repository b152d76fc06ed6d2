"""What people do in this month beside the steps of the fortnight: they call, answer what was sent from a draft, Kim
answers for Robin, and Robin writes in heat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy

from fortnight import steps
from fortnight.cast import ROBIN
from fortnight.stage import Stage, Step
from month.cast import KIM, PEOPLE
from month.stage import MonthStage


@dataclass(frozen=True, slots=True)
class Contact(Step):
    """A client makes contact. `kind` is what a person would call it, of a call "call", which took so many `minutes`."""

    key: str
    kind: str
    minutes: int = 0


def hears(
    at: datetime, key: str, kind: str, text: str, subject: str, label: str, answers: str | None = None
) -> Contact:
    """A client writes; `label` names the mail, `answers` the one it replies to."""
    return Contact(at, steps.writes(at, key, text, subject, label, answers).act, key, kind)


def hears_back(at: datetime, key: str, kind: str, text: str, words: str, label: str) -> Contact:
    """A client answers Robin's last mail that has these words in its subject."""

    def act(stage: Stage) -> None:
        stage.program.select_folder("Sent", readonly=True)
        found = stage.program.search(["SUBJECT", words, "TO", _address(key)], "UTF-8")
        (data,) = stage.program.fetch(found[-1:], ["RFC822.HEADER"]).values()
        mail = message_from_bytes(data[b"RFC822.HEADER"], policy=policy.default)
        answered = str(mail["Message-ID"]).strip("<>")
        subject = f"Re: {str(mail['Subject']).removeprefix('Re: ')}"
        raw = steps.letter(at, PEOPLE[key], ROBIN, f"{label}@{key}.example", text, subject, answered)
        stage.receive(key, raw)

    return Contact(at, act, key, kind)


def is_called(at: datetime, key: str, text: str, minutes: int) -> Contact:
    """A client called; Robin notes it at the end of the call."""
    act = steps.commands(at, "note", key, text, "--call", "--in", "--minutes", str(minutes)).act
    return Contact(at, act, key, "call", minutes)


def calls(at: datetime, key: str, text: str, minutes: int) -> Contact:
    """Robin called a client."""
    act = steps.commands(at, "note", key, text, "--call", "--out", "--minutes", str(minutes)).act
    return Contact(at, act, key, "call", minutes)


def kim_answers(at: datetime, key: str, text: str, subject: str, label: str, answers: str) -> Step:
    """Kim answers a client, with Robin in Cc."""

    def act(stage: Stage) -> None:
        answered = f"{answers}@{key}.example"
        raw = steps.letter(at, KIM, PEOPLE[key], f"{label}@kim.example", text, subject, answered, Cc=ROBIN)
        stage.program.append("INBOX", raw, msg_time=at)

    return Step(at, act)


def rewrites(at: datetime, key: str, old: str, new: str) -> Step:
    """Robin changes a client's file."""

    def act(stage: Stage) -> None:
        assert isinstance(stage, MonthStage)
        stage.rewrite(key, old, new)

    return Step(at, act)


def saves(at: datetime, key: str, text: str, subject: str, label: str, answers: str) -> Step:
    """Robin's mail program saves a mail to a client that Robin is writing, under the same Message-ID each time."""

    def act(stage: Stage) -> None:
        assert isinstance(stage, MonthStage)
        raw = _own(at, key, text, subject, label, answers)
        stage.save_draft(raw, instead_of=f"{label}@laptop.example")

    return Step(at, act)


def sends_saved(at: datetime, key: str, text: str, subject: str, label: str, answers: str) -> Step:
    """Robin sends it."""

    def act(stage: Stage) -> None:
        stage.program.select_folder("Drafts")
        stage.program.delete_messages(stage.program.search(["HEADER", "Message-ID", f"{label}@laptop.example"]))
        stage.program.expunge()
        stage.file_in_sent(_own(at, key, text, subject, label, answers))

    return Step(at, act)


def _own(at: datetime, key: str, text: str, subject: str, label: str, answers: str) -> bytes:
    sender = f"Robin Vale <{ROBIN}>"
    return steps.letter(at, sender, PEOPLE[key], f"{label}@laptop.example", text, subject, f"{answers}@{key}.example")


def _address(key: str) -> str:
    return PEOPLE[key].partition("<")[2].rstrip(">")
