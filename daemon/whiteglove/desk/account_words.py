"""The words of the core's own part of the summary, in the languages in which it speaks to the owner."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from whiteglove.desk.account_translations import TRANSLATED
from whiteglove.guard import REASONS as REFUSED
from whiteglove.screen.reasons import REASONS as SCREENED

Words: TypeAlias = Mapping[str, str]


def words_in(language: str) -> Words:
    """The words in this language, English where it is not among those spoken here. A reason code without words of its
    own is not in it."""
    return _SPOKEN.get(language, _ENGLISH)


_ENGLISH: Words = MappingProxyType(
    {
        **SCREENED,
        **REFUSED,
        "decimal": ".",
        "quoted": "“{subject}”",
        "needs_you": "Needs you",
        "one_needs_you": "1 needs you",
        "some_need_you": "{count} need you",
        "all_answered": "every question is answered",
        "waited": "{waited}{agreed} working hours",
        "of_agreed": " of {agreed}",
        "kind_status_request": "asks how things stand",
        "kind_deadline_missed": "names a missed deadline",
        "kind_complaint": "complains",
        "kind_urgent_request": "is urgent",
        "kind_new_work": "offers work",
        "kind_scope_change": "wants something else",
        "kind_scheduling": "wants a time",
        "kind_billing": "asks about an invoice",
        "kind_question": "asks",
        "kind_thanks": "thanks",
        "kind_fyi": "informs",
        "told_in_summary": "To know",
        "not_sent": "Not sent",
        "all_sent": "nothing was held back",
        "no_subject": "(no subject)",
        "some_failed": "{number} failed",
        "one_parked": "one event could not be handled and waits for you",
        "parked": "{number} events could not be handled and wait for you",
        "failed": "refused by the server for good; please answer yourself",
        "unknown": "may or may not have gone out, and is not sent again; please look into Sent",
        "unwell": "CHECK: {number} not well",
        "health": "Health",
        "searched": "mailbox {mailbox}: last searched {at}",
        "stale": "mailbox {mailbox}: not searched since {at}",
        "never": "mailbox {mailbox}: a folder of it was never searched",
        "traffic": "messages read: {received}, mails sent: {sent}",
        "resting": "plugin {plugin} failed too often and rests",
        "no_part": "plugin {plugin} could not give its part of this summary",
        "one_mail": "1 mail",
        "mails": "{number} mails",
        "gap": "longest gap {length}, from {since}",
        "next_due": "next moment that comes due: {at}",
        "days": "{number} d",
        "hours": "{number} h",
        "minutes": "{number} min",
        "comes_late": "Comes late",
        "late": "late",
        "was_to_come": "this summary was to come {promised}, and holds everything since {since}",
        "not_read": "mailbox {mailbox} was not read from {since} to {until}",
        "last_week": "The week that is over",
        "last_month": "The month that is over",
    }
)
_GERMAN: Words = MappingProxyType(
    {
        **_ENGLISH,
        "decimal": ",",
        "quoted": "„{subject}“",
        "needs_you": "Wartet auf Antwort",
        "one_needs_you": "1 Antwort offen",
        "some_need_you": "{count} Antworten offen",
        "all_answered": "jede Frage ist beantwortet",
        "waited": "{waited}{agreed} Arbeitsstunden",
        "of_agreed": " von {agreed}",
        "kind_status_request": "fragt nach dem Stand",
        "kind_deadline_missed": "nennt einen verpassten Termin",
        "kind_complaint": "beschwert sich",
        "kind_urgent_request": "drängt",
        "kind_new_work": "bietet Arbeit an",
        "kind_scope_change": "wünscht etwas anderes",
        "kind_scheduling": "sucht einen Termin",
        "kind_billing": "fragt zur Rechnung",
        "kind_question": "fragt",
        "kind_thanks": "dankt",
        "kind_fyi": "teilt etwas mit",
        "told_in_summary": "Zur Kenntnis",
        "not_sent": "Nicht verschickt",
        "all_sent": "nichts wurde zurückgehalten",
        "no_subject": "(ohne Betreff)",
        "some_failed": "{number} gescheitert",
        "one_parked": "ein Ereignis ließ sich nicht bearbeiten und muss angesehen werden",
        "parked": "{number} Ereignisse ließen sich nicht bearbeiten und müssen angesehen werden",
        "failed": "vom Server endgültig abgelehnt; bitte selbst antworten",
        "unknown": "ging vielleicht hinaus und wird nicht wiederholt; bitte in „Gesendet“ nachsehen",
        "unwell": "PRÜFEN: {number} gestört",
        "health": "Zustand",
        "searched": "Postfach {mailbox}: zuletzt durchsucht {at}",
        "stale": "Postfach {mailbox}: nicht mehr durchsucht seit {at}",
        "never": "Postfach {mailbox}: ein Ordner wurde noch nie durchsucht",
        "traffic": "gelesene Nachrichten: {received}, verschickte Mails: {sent}",
        "resting": "Plugin {plugin} ist zu oft gescheitert und ruht",
        "no_part": "Plugin {plugin} konnte seinen Teil nicht beitragen",
        "one_mail": "1 Mail",
        "mails": "{number} Mails",
        "gap": "längste Lücke {length}, ab {since}",
        "next_due": "als Nächstes wird etwas fällig: {at}",
        "days": "{number} T.",
        "hours": "{number} Std.",
        "minutes": "{number} Min.",
        "comes_late": "Kommt verspätet",
        "late": "verspätet",
        "was_to_come": "diese Übersicht sollte {promised} kommen und enthält alles seit {since}",
        "not_read": "Postfach {mailbox} wurde von {since} bis {until} nicht gelesen",
        "last_week": "Die vergangene Woche",
        "last_month": "Der vergangene Monat",
        "not_live": "die Nachricht zählt nicht als neu",
        "history": "die Nachricht ist älter als der Beginn der Überwachung",
        "too_old": "die Nachricht ist älter als max_age",
        "not_acknowledged": "in der Kundendatei steht acknowledge = false",
        "muted": "der Kunde ist vorerst stummgeschaltet",
        "failed_address": "eine Mail an diese Adresse ist endgültig gescheitert",
        "several_clients": "Leute eines anderen Kunden sind unter den Empfängern",
        "time_passed": "die Zeit, die sie nennen sollte, ist vorbei",
        "promise_late": "eine Zusage an diesen Kunden ist überfällig",
        "complaint_open": "eine Beschwerde oder ein verpasster Termin ist noch nicht beantwortet",
        "incident_open": "mit diesem Kunden ist ein Vorfall offen",
        "in_conversation": "vor weniger als 30 Minuten ging eine eigene Mail an diese Person",
        "no_time_to_tell": "es gibt keine Zeit, die man nennen könnte",
        "promise_in_absence": "die zugesagte Zeit liegt auf einem freien Tag oder in einer Abwesenheit",
        "told": "die Person hat diese Zeit in diesem Thema schon erfahren",
        "another_answer": "eine andere automatische Mail beantwortet diese Nachricht",
        "limit_person": "die Grenze automatischer Mails an diese Person ist erreicht",
        "limit_domain": "die Grenze automatischer Mails an diese Domain ist erreicht",
        "limit_all": "die Grenze aller automatischen Mails ist erreicht",
        "discloses_client": "ihre Worte würden einen anderen Kunden nennen",
        "not_addressed": "keine der eigenen Adressen steht im An-Feld",
        "not_authentic": "der empfangende Server hält den Absender für möglicherweise gefälscht",
        "unknown_person": "der Absender ist an einer Domain des Kunden, steht aber nicht im Buch",
        "mailing_service": "ein Versanddienst hat sie verschickt, wie Rechnungen und Rundschreiben",
        "list_headers": "sie kommt von einer Mailingliste oder einem Rundbrief",
        "out_of_office": "sie ist eine automatische Abwesenheitsnachricht",
        "auto_submitted": "sie wurde laut Auto-Submitted von einer Maschine verschickt",
        "return_path_elsewhere": "ihr Rückweg liegt an einer anderen Domain als ihr Absender, und nichts bürgt für sie",
    }
)
_SPOKEN: Mapping[str, Words] = MappingProxyType(
    {
        "en": _ENGLISH,
        "de": _GERMAN,
        **{name: MappingProxyType({**_ENGLISH, **words}) for name, words in TRANSLATED.items()},
    }
)
