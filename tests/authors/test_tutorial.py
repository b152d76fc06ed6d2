"""Who follows the tutorial word for word has a plugin that works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from authors.conftest import Author
from authors.tutorial import steps
from whiteglove.demo.imapd import ImapServer
from whiteglove.demo.smtpd import SmtpServer

USER, PASSWORD = "robin@vale.example", "only here"


def configured(author: Author, folder: Path, ports: tuple[int, int]) -> Path:
    """A configuration of somebody who runs whiteglove already."""
    configuration = author.configuration / "whiteglove.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(f"""
[owner]
name = "Robin Vale"
address = "{USER}"
timezone = "Europe/Berlin"
[daemon]
state = "{folder / "state"}"
[[mailboxes]]
name = "studio"
imap = "imap://{USER.replace("@", "%40")}@127.0.0.1:{ports[0]}"
smtp = "smtp://127.0.0.1:{ports[1]}"
password = {{ command = ["echo", "{PASSWORD}"] }}
""")
    return configuration


def test_it_says_what_to_type_and_where_each_text_belongs() -> None:
    paths = [step.path for step in steps()]
    assert paths == [
        "", "src/invoices/__init__.py", "src/invoices/words/invoices.toml", "tests/test_invoices.py", "",
        "whiteglove.toml", "",
    ]  # fmt: skip


@pytest.mark.long
def test_it_ends_with_a_plugin_that_works(author: Author, tmp_path: Path) -> None:
    with ImapServer({USER: PASSWORD}) as imap, SmtpServer(lambda mail: None) as smtp:
        configuration = configured(author, tmp_path, (imap.port, smtp.port))
        here, printed = tmp_path, []
        for step in steps():
            if not step.path:
                said = author.run("bash", "-euo", "pipefail", "-c", f"{step.text}\npwd", cwd=here)
                *lines, where = said.splitlines()
                here = Path(where)
                printed.append("\n".join(lines))
            elif step.path == "whiteglove.toml":
                configuration.write_text(configuration.read_text() + step.text)
            else:
                assert (here / step.path).exists(), "it is a file that was written before, with another text"
                (here / step.path).write_text(step.text, encoding="utf-8")
    made, tested, checked = printed
    assert "1 passed" in made
    assert "2 passed" in tested
    assert "plugin invoices: Tells the owner of questions about money that wait. (whiteglove-invoices 0.1.0)" in checked
    assert "invoices" in checked.partition("PLUGIN")[2].splitlines()[1]
    subprocess.run([author.python, "-m", "pip", "uninstall", "-y", "-q", "whiteglove-invoices"], check=True)
