"""Packages as others write them, installed beside whiteglove's wheel: what `plugins new` writes, and the examples."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from authors.conftest import ROOT, Author
from authors.tutorial import steps
from whiteglove.cli.scaffolding import scaffold

EVERYTHING = (Path(__file__).parent / "everything.py").read_text("utf-8")
EXAMPLES = sorted(path for path in (ROOT / "plugins" / "examples").iterdir() if path.is_dir())
CONFIGURATION = """
[owner]
name = "Robin Vale"
address = "robin@vale.example"
timezone = "Europe/Berlin"
[daemon]
state = "{state}"
[[mailboxes]]
name = "studio"
imap = "imap://robin@127.0.0.1:1"
smtp = "smtp://127.0.0.1:1"
password = { env = "NOT_ASKED_FOR" }
"""


@pytest.fixture(scope="module")
def fresh(author: Author, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `plugins new` writes, without any configuration."""
    home = tmp_path_factory.mktemp("fresh")
    author.run("whiteglove", "plugins", "new", "friday_mail", cwd=home)
    return home / "whiteglove-friday-mail"


def copied(example: Path, to: Path) -> Path:
    return Path(shutil.copytree(example, to / example.name, ignore=shutil.ignore_patterns(".*_cache", "__pycache__")))


@pytest.mark.long
def test_a_new_package_installs_passes_its_test_and_a_section_enables_it(author: Author, fresh: Path) -> None:
    author.pip("-e", ".", cwd=fresh)
    assert "1 passed" in author.run(author.python, "-m", "pytest", cwd=fresh)
    (section,) = re.findall(r"```toml\n(.*?)```", (fresh / "README.md").read_text("utf-8"), re.DOTALL)
    (fresh / "whiteglove.toml").write_text(CONFIGURATION.replace("{state}", str(fresh / "state")) + section, "utf-8")
    listed = author.run("whiteglove", "--config", "whiteglove.toml", "plugins", cwd=fresh)
    (line,) = (line for line in listed.splitlines() if line.startswith("friday_mail"))
    assert line.split()[1:] == ["called", "whiteglove-friday-mail", "0.1.0"]


@pytest.mark.long
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_built_installed_and_passes_its_own_tests(author: Author, example: Path, tmp_path: Path) -> None:
    folder = copied(example, tmp_path)
    author.run(author.python, "-m", "hatchling", "build", "-t", "wheel", cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    author.pip(wheel, cwd=folder)
    shutil.rmtree(folder / "src")
    assert " passed" in author.run(author.python, "-m", "pytest", cwd=folder)


@pytest.mark.long
def test_the_time_log_becomes_a_table_and_forgets_whom_it_shall_forget(author: Author, tmp_path: Path) -> None:
    folder = copied(ROOT / "plugins" / "examples" / "whiteglove-timelog", tmp_path)
    author.pip("--force-reinstall", "--no-deps", ".", cwd=folder)
    configuration = CONFIGURATION.replace("{state}", str(tmp_path / "state"))
    (tmp_path / "whiteglove.toml").write_text(f"{configuration}\n[plugins.timelog]\n", "utf-8")
    (tmp_path / "clients").mkdir()
    for key in ("acme", "birch"):
        (tmp_path / "clients" / f"{key}.toml").write_text(f'name = "{key.title()}"\n', "utf-8")
    author.run(author.python, "-c", REMEMBER, cwd=tmp_path)
    block = "whiteglove --config . plugins memory timelog --json | whiteglove-timelog --month 2026-11"
    before = author.run("bash", "-euo", "pipefail", "-c", block, cwd=tmp_path)
    author.run("whiteglove", "--config", ".", "forget", "acme", cwd=tmp_path)
    after = author.run("bash", "-euo", "pipefail", "-c", block, cwd=tmp_path)
    assert before.splitlines()[1:] == ["2026-11-24,acme,question,5", "2026-11-25,birch,call,20"]
    assert after.splitlines()[1:] == ["2026-11-25,birch,call,20"]


REMEMBER = """
from pathlib import Path
from whiteglove.store import Store, memory
store = Store.open(Path("state").resolve())
with store.write() as tx:
    for date, client, kind, minutes in (("2026-11-24", "acme", "question", 5), ("2026-11-25", "birch", "call", 20)):
        entry = {"date": date, "client": client, "kind": kind, "minutes": minutes}
        memory.put(tx, "timelog", f"{date}:{client}:x", entry, None)
store.close()
"""


@pytest.mark.long
def test_types_are_checked_strictly_against_the_installed_package(author: Author, fresh: Path, tmp_path: Path) -> None:
    followed = scaffold("invoices", tmp_path)
    for step in steps():
        if step.path.startswith(("src/", "tests/")):
            (followed / step.path).write_text(step.text, "utf-8")
    folders = [followed, copied(fresh, tmp_path), *(copied(example, tmp_path) for example in EXAMPLES)]
    (tmp_path / "everything.py").write_text(EVERYTHING, "utf-8")
    for folder in folders:
        author.run(author.python, "-m", "ruff", "check", cwd=folder)
        author.run(author.python, "-m", "ruff", "format", "--check", cwd=folder)
    sources = [path for folder in folders for path in (*folder.glob("src/*"), *folder.glob("tests/*.py"))]
    mypy = (author.python, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache")
    said = author.run(*mypy, "everything.py", *sources, cwd=tmp_path)
    assert said.startswith("Success: no issues found")
    (tmp_path / "wrong.py").write_text(EVERYTHING.replace('urgency="today"', "urgency=3"), "utf-8")
    with pytest.raises(AssertionError, match='Argument "urgency" to "Warn" has incompatible type'):
        author.run(*mypy, "wrong.py", cwd=tmp_path)
