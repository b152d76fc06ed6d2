"""A duration, a time of day, a weekday in a plugin's settings read like everywhere else."""

from datetime import time, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from whiteglove.setting_types import Duration, TimeOfDay, Weekday

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


def test_a_time_of_day_is_written_as_everywhere() -> None:
    adapter = TypeAdapter(TimeOfDay)
    assert adapter.validate_python("08:00") == time(8)
    assert adapter.validate_python(time(17, 30)) == time(17, 30)


def test_a_weekday_is_written_as_everywhere() -> None:
    adapter = TypeAdapter(Weekday)
    assert [adapter.validate_python(day) for day in ("Mon", "Sun")] == [0, 6]


@pytest.mark.parametrize("wrong", ["late", "25:00", 8, None])
def test_what_is_no_time_of_day_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValidationError, match="08:00"):
        TypeAdapter(TimeOfDay).validate_python(wrong)


@pytest.mark.parametrize("wrong", ["Someday", 1, True, None])
def test_what_is_no_weekday_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValidationError, match="Mon"):
        TypeAdapter(Weekday).validate_python(wrong)
