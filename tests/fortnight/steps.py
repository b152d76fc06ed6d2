"""What people do in a fortnight, each as a step: clients write, Robin writes, sends a draft, runs a command."""

from __future__ import annotations

from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from fortnight.cast import PEOPLE, ROBIN
from fortnight.stage import Stage, Step


def letter(
    at: datetime, sender: str, recipient: str, label: str, text: str, subject: str, answers: str | None, **headers: str
) -> bytes:
    """A mail as some mail program writes it; `label` and `answers` are Message-IDs."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{label}>"
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def writes(
    at: datetime, key: str, text: str, subject: str, label: str, answers: str | None = None, **headers: str
) -> Step:
    """A client writes; `label` names the mail, `answers` the one it replies to."""

    def act(stage: Stage) -> None:
        raw = letter(at, PEOPLE[key], ROBIN, f"{label}@{key}.example", text, subject, _id(answers, key), **headers)
        stage.receive(key, raw)

    return Step(at, act)


def robin_writes(at: datetime, key: str, text: str, subject: str, label: str, answers: str | None = None) -> Step:
    """Robin writes to a client from another mail program."""

    def act(stage: Stage) -> None:
        sender = f"Robin Vale <{ROBIN}>"
        raw = letter(at, sender, PEOPLE[key], f"{label}@phone.example", text, subject, _id(answers, key))
        stage.file_in_sent(raw)

    return Step(at, act)


def sends_draft(at: datetime, key: str, words: str, **changes: str) -> Step:
    return Step(at, lambda stage: stage.send_draft(key, words, **changes))


def commands(at: datetime, *arguments: str) -> Step:
    return Step(at, lambda stage: stage.command(*arguments))


def _id(label: str | None, key: str) -> str | None:
    return f"{label}@{key}.example" if label is not None else None
