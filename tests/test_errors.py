"""The errors that cross module borders say what a person or a loop has to know."""

from __future__ import annotations

import base64

import pytest

from whiteglove import errors
from whiteglove.errors import (
    ConfigurationError,
    GrammarError,
    MailboxError,
    PluginError,
    Problem,
    StoreError,
    SubmissionError,
    WhiteGloveError,
    without_secret,
)


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem("acme.toml", 4, "report", "no such day"), "acme.toml:4: report: no such day"),
        (Problem("acme.toml", 0, "name", "is missing"), "acme.toml: name: is missing"),
        (Problem("acme.toml", 4, "", "no TOML"), "acme.toml:4: no TOML"),
        (Problem("acme.toml", 0, "", "cannot be read"), "acme.toml: cannot be read"),
    ],
)
def test_a_problem_names_file_line_and_key_as_far_as_they_are_known(problem: Problem, shown: str) -> None:
    assert str(problem) == shown


def test_every_problem_of_a_configuration_is_told() -> None:
    problems = (Problem("a.toml", 1, "x", "wrong"), Problem("b.toml", 2, "y", "wrong too"))
    error = ConfigurationError(problems)

    assert error.problems == problems
    assert str(error) == "a.toml:1: x: wrong\nb.toml:2: y: wrong too"


def test_a_faulty_text_is_a_value_error_so_that_pydantic_takes_it_for_one() -> None:
    assert isinstance(GrammarError("8h"), ValueError)


def test_a_mailbox_error_says_whether_trying_again_can_only_do_harm() -> None:
    assert (MailboxError("timeout", "no answer").code, MailboxError("timeout", "no answer").fatal) == ("timeout", False)
    assert MailboxError("login", "wrong password", fatal=True).fatal


def test_a_submission_error_says_what_may_have_become_of_the_mail() -> None:
    error = SubmissionError("permanent", "no such user", code=550)

    assert (error.outcome, error.code, str(error)) == ("permanent", 550, "no such user")
    assert SubmissionError("temporary", "no connection").code == 0


def test_a_plugin_error_names_the_plugin() -> None:
    error = PluginError("acknowledge", "returned a number")

    assert (error.plugin, str(error)) == ("acknowledge", "acknowledge: returned a number")


def test_whatever_is_raised_on_purpose_has_one_base() -> None:
    raised = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]

    assert StoreError in raised
    assert all(issubclass(kind, WhiteGloveError) for kind in raised)


class TestWithoutSecret:
    SECRET = "hunter-marked-2"

    @pytest.mark.parametrize(
        "said",
        [
            'BAD unknown: LOGIN "robin" "hunter-marked-2"',
            "NO AUTHENTICATE PLAIN " + base64.b64encode(b"\0robin\0hunter-marked-2").decode(),
            "535 " + base64.b64encode(b"hunter-marked-2").decode() + " is wrong",
            "535 " + base64.b64encode(b"user=robin\x01auth=Bearer hunter-marked-2\x01\x01").decode(),
        ],
    )
    def test_what_a_server_repeats_is_covered(self, said: str) -> None:
        told = without_secret(said, self.SECRET)
        assert self.SECRET not in told
        assert "<secret>" in told
        assert all(self.SECRET.encode() not in _decoded(word) for word in told.split())

    @pytest.mark.parametrize("said", ["535 5.7.8 wrong", "NO [AUTHENTICATIONFAILED] Nope", "aGVsbG8= then", "===="])
    def test_everything_else_stays(self, said: str) -> None:
        assert without_secret(said, self.SECRET) == said
        assert without_secret(said, "") == said


def _decoded(word: str) -> bytes:
    try:
        return base64.b64decode(word, validate=True)
    except ValueError:
        return b""
