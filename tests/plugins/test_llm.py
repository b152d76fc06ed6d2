"""`[plugins.llm]`: which settings are taken, and that no mail leaves the machine by an oversight."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from whiteglove_plugins import llm

LOCAL = "http://127.0.0.1:11434/v1"


def settings(**given: Any) -> llm.Llm:
    return llm.Llm.model_validate({"url": LOCAL, "model": "small", **given})


def fault(**given: Any) -> str:
    with pytest.raises(ValidationError) as error:
        settings(**given)
    return str(error.value.errors()[0]["msg"])


@pytest.mark.parametrize("url", [LOCAL, "http://localhost:8080", "http://[::1]:8000/v1", "https://127.1.2.3"])
def test_this_machine_needs_no_leave(url: str) -> None:
    made = settings(url=url)
    assert (made.allow_remote, made.deadline, made.api_key) == (False, timedelta(seconds=2), None)


@pytest.mark.parametrize(
    "url",
    ["https://llm.vale.example/v1", "http://10.0.0.7:11434", "http://localhost.vale.example", "http://0.0.0.0:1",
     "http://127.0.0.1.vale.example/v1"],
)  # fmt: skip
def test_another_machine_needs_the_owners_leave_and_tls(url: str) -> None:
    assert "is not this machine" in fault(url=url)
    secure = url.replace("http:", "https:")
    assert settings(url=secure, allow_remote=True).url == secure
    if url != secure:
        assert "right would be https://" in fault(url=url, allow_remote=True)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:11434", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x", "http://me:pw@127.0.0.1/v1",
            "http://127.0.0.1/v1?key=1", "http://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_answered_with_one(url: str) -> None:
    assert f'right would be "{LOCAL}"' in fault(url=url)


@pytest.mark.parametrize("deadline", ["0s", "31s", "-1s"])
def test_a_deadline_is_short(deadline: str) -> None:
    assert "2s" in fault(deadline=deadline) or "3m" in fault(deadline=deadline)


def test_a_key_is_kept_in_one_place_and_never_here() -> None:
    assert settings(api_key={"env": "LLM_KEY"}).api_key == {"env": "LLM_KEY"}
    for written in ({}, {"key": "s3cret"}, {"env": "A", "file": "b"}):
        assert "exactly one place" in fault(api_key=written)
        assert "s3cret" not in fault(api_key=written)


def test_it_is_a_plugin_without_hooks() -> None:
    assert llm.describe().settings is llm.Llm
