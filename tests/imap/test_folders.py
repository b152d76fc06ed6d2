"""Which folder has which role."""

from __future__ import annotations

import pytest

from whiteglove.imap.folders import Listed, Role, find, listed, quoted_name


def folders(*names: str, separator: str = "/", sent: str = "", also: str = "") -> list[Listed]:
    marks = {sent: frozenset({"sent"}), also: frozenset({"sent"})}
    return [Listed(name, separator, marks.get(name, frozenset())) for name in names]


def test_the_mark_of_the_server_comes_before_any_name() -> None:
    assert find(folders("INBOX", "Sent", "Ausgang", sent="Ausgang"), Role.SENT) == "Ausgang"


def test_of_two_marked_folders_the_better_known_name_wins() -> None:
    both = folders("Sent Messages", "Sent", sent="Sent", also="Sent Messages")

    assert find(both, Role.SENT) == find(both[::-1], Role.SENT) == "Sent"


@pytest.mark.parametrize(
    "name",
    ["Sent", "SENT ITEMS", "Gesendet", "Éléments envoyés", "E\u0301le\u0301ments envoye\u0301s", "Posta inviata",
     "Verzonden items", "Enviados", "Itens enviados", "Отправленные", "INBOX/Sent", "[Gmail]/Gesendet"],
)  # fmt: skip
def test_localised_names(name: str) -> None:
    assert find(folders("INBOX", name, "Archiv"), Role.SENT) == name


def test_names_below_the_prefix_of_the_server() -> None:
    found = folders("INBOX", "INBOX.Sent", "INBOX.Entwürfe", "INBOX.Spam", separator=".")

    assert find(found, Role.SENT, prefix="INBOX.") == "INBOX.Sent"
    assert find(found, Role.DRAFTS, prefix="INBOX.") == "INBOX.Entwürfe"
    assert find(found, Role.JUNK, prefix="INBOX.") == "INBOX.Spam"
    assert find(folders("Mail/Gesendet"), Role.SENT, prefix="Mail/") == "Mail/Gesendet"


def test_a_folder_of_the_users_own_is_not_taken_by_accident() -> None:
    assert find(folders("INBOX", "Projects/Acme/Sent", "Sent to print"), Role.SENT) is None


def test_folders_that_hold_no_mail_are_passed_over() -> None:
    assert find([Listed("Sent", "/", frozenset({"noselect"}))], Role.SENT) is None


def test_the_configuration_decides() -> None:
    found = folders("INBOX", "Sent", "INBOX.Ausgang", "gesendet", sent="Sent")

    assert find(found, Role.SENT, "INBOX.Ausgang") == "INBOX.Ausgang"
    assert find(found, Role.SENT, "Ausgang", prefix="INBOX.") == "INBOX.Ausgang"
    assert find(found, Role.SENT, "Gesendet") == "gesendet"
    assert find(found, Role.SENT, "Missing") == "Missing"


def test_the_lines_of_list() -> None:
    data = [
        b'(\\HasNoChildren \\Sent) "/" "Gesendet"',
        b'(\\HasNoChildren) "/" Entw&APw-rfe',
        (b'() "." {8}', b'a"b\\c de'),
        b"",
        b"() NIL INBOX",
        b"(\\Noselect",
        b'() "/" 2026',
        None,
    ]

    assert listed(data) == [
        Listed("Gesendet", "/", frozenset({"hasnochildren", "sent"})),
        Listed("Entwürfe", "/", frozenset({"hasnochildren"})),
        Listed('a"b\\c de', "."),
        Listed("INBOX", ""),
        Listed("2026", "/"),
    ]


def test_a_name_as_a_command_takes_it() -> None:
    assert quoted_name("Entwürfe & mehr") == '"Entw&APw-rfe &- mehr"'
    assert quoted_name('a"b') == '"a\\"b"'
