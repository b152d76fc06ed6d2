"""G11: every automatic mail says that it is one: in its headers (RFC 3834 section 5) and, in its own language, in its
text before the signature. Neither a template, a plugin, a signature nor a language file can leave it out."""

from __future__ import annotations

import pytest

from benches import MANY, STATUS, acknowledging, acme
from whiteglove.actions import Reply
from whiteglove.clients import AddressForm
from whiteglove.ledger import PromiseKind
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")


def says_so(mail: SentMail, notice: str, signature: str = "Robin Vale") -> bool:
    text, notice = " ".join(mail.text.split()), " ".join(notice.split())
    marks = (mail.message["Auto-Submitted"], mail.message["X-Auto-Response-Suppress"], mail.message["Precedence"])
    return (
        marks == ("auto-replied", "All", "bulk")
        and bool(mail.message["X-Whiteglove"])
        and 0 < text.find(notice) < text.rfind(signature)
    )


@pytest.mark.parametrize("form", ["familiar", "formal"])
def test_in_the_readers_own_language_in_full_and_in_short(form: str) -> None:
    people = {
        code: acme(f'address_form = "{form}"').replace('language = "en"', f'language = "{code}"') for code in LANGUAGES
    }
    clients = {
        code: text.replace("acme.example", f"{code}.example").replace("Acme GmbH", f"Client {code}")
        for code, text in people.items()
    }
    with Bench(acknowledge, delay="0s", clients=clients, toml=MANY, calendar=False) as bench:
        for code in LANGUAGES:
            language, sender = bench.settings.languages[code], f"Wile Coyote <wile@{code}.example>"
            (full,) = bench.receive(STATUS, sender=sender)
            (short,) = bench.receive(STATUS, sender=sender, subject="Another matter")
            assert says_so(full, language.notice[AddressForm(form)]), code
            assert says_so(short, language.notice_short[AddressForm(form)]), code
            assert full.message["Content-Language"] == code


@pytest.mark.parametrize(
    "template",
    ["{{ when }}", "{{ when }}\n\n-- \nRobin\n\n> {{ greeting }}"],
)
def test_no_template_leaves_it_out(template: str) -> None:
    own = {"acknowledge/next_report.en.txt": template}
    with Bench(acknowledge, delay="0s", templates=own) as bench:
        (answer,) = bench.receive(STATUS)
        assert says_so(answer, bench.settings.languages["en"].notice["familiar"])


def test_no_value_of_a_plugin_leaves_it_out() -> None:
    values = dict.fromkeys(("notice", "auto_submitted", "signature", "greeting", "token", "headers"), ".")
    silent = acknowledging(
        on_message=lambda event: [Reply(reason="x", template="next_report", tells=PromiseKind.REPORT, values=values)]
    )
    with Bench(silent) as bench:
        (answer,) = bench.receive("Which paper?")
        assert says_so(answer, bench.settings.languages["en"].notice["familiar"])
        assert answer.text.startswith("Hi Wile,")


def test_what_goes_to_the_owner_says_so_too() -> None:
    for mode in ("live", "rehearsal"):
        with Bench(acknowledge, delay="0s", daemon={"mode": mode}) as bench:
            (mail,) = bench.receive("I am very disappointed." if mode == "live" else STATUS)
            assert mail.recipient == "robin@vale.example"
            assert mail.message["Auto-Submitted"] == "auto-generated"
            assert mail.message["X-Auto-Response-Suppress"] == "All"
            assert mail.message["X-Whiteglove"]
