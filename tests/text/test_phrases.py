"""The phrases by which quotes are recognised: every table is usable, in every language that matters."""

import re

import pytest

from whiteglove.text import phrases

TABLES = {name: table for name, table in vars(phrases).items() if name.isupper()}
PLAIN = {"NOTICE_MAIL", "NOTICE_SECRET", "NOTICE_OTHERS", "PRINT_NOTICES"}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_fragment_is_a_valid_expression_in_lower_case(name: str) -> None:
    table = TABLES[name]
    groups = table.values() if isinstance(table, dict) else [table]
    for fragments in groups:
        for fragment in fragments:
            if name not in PLAIN:
                assert re.compile(fragment)
            assert re.sub(r"\\.", "", fragment) == re.sub(r"\\.", "", fragment).lower()
        assert len(set(fragments)) == len(fragments)


def test_a_header_block_needs_fields_that_tell_apart() -> None:
    roles = phrases.FIELD_NAMES

    assert {"from", "date", "to", "subject"} <= roles.keys()
    assert not set(roles["from"]) & set(roles["subject"])
