"""A duration in a plugin's settings reads like everywhere else."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from whiteglove.setting_types import Duration

ADAPTER = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("text", "duration"), [("3m", timedelta(minutes=3)), ("0s", timedelta(0)), ("2w", timedelta(weeks=2))]
)
def test_it_is_written_as_everywhere(text: str, duration: timedelta) -> None:
    assert ADAPTER.validate_python(text) == duration


def test_a_value_that_is_one_already_stays() -> None:
    assert ADAPTER.validate_python(timedelta(hours=8)) == timedelta(hours=8)


@pytest.mark.parametrize("wrong", ["soon", "", 180, None, 3.5])
def test_what_is_none_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValidationError, match='"3m"'):
        ADAPTER.validate_python(wrong)
