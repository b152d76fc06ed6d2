"""What the owner is told when something that was passed to a teammate is theirs again, in seven languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Texts = Mapping[str, str]


def texts_in(language: str) -> Texts:
    """The texts in this language. `overdue`: the teammate did not answer in time; `failed`: they never got it;
    `undelivered`: why, where the mail to them came back."""
    return _TEXTS[language]


_TEXTS: Mapping[str, Texts] = MappingProxyType(
    {
        "en": {
            "overdue": "{client}: the answer to {subject} is yours again: {name} has had it since {since} and has not "
            "answered. It was due {due}. Next step: answer, or ask {name}.",
            "failed": "{client}: {subject} did not reach {name} ({reason}) and is yours again. Next step: answer, or "
            "pass it on yourself.",
            "undelivered": "it came back undelivered{status}",
            "no_subject": "a mail without a subject",
        },
        "de": {
            "overdue": "{client}: Die Antwort auf {subject} ist wieder hier: {name} hat sie seit {since} und hat nicht "
            "geantwortet. Fällig war sie {due}. Nächster Schritt: antworten, oder bei {name} nachfragen.",
            "failed": "{client}: {subject} hat {name} nicht erreicht ({reason}) und ist wieder hier. Nächster Schritt: "
            "antworten, oder selbst weitergeben.",
            "undelivered": "unzustellbar zurückgekommen{status}",
            "no_subject": "eine Mail ohne Betreff",
        },
        "es": {
            "overdue": "{client}: la respuesta a {subject} vuelve a ser tuya: {name} la tiene desde {since} y no ha "
            "contestado. Vencía {due}. Siguiente paso: responde, o pregunta a {name}.",
            "failed": "{client}: {subject} no llegó a {name} ({reason}) y vuelve a ser tuyo. Siguiente paso: responde, "
            "o pásalo tú.",
            "undelivered": "volvió sin entregarse{status}",
            "no_subject": "un correo sin asunto",
        },
        "fr": {
            "overdue": "{client}\u202f: la réponse à {subject} vous revient\u202f: {name} l’a depuis {since} et n’a "
            "pas répondu. Elle était attendue {due}. Prochaine étape\u202f: répondre, ou demander à {name}.",
            "failed": "{client}\u202f: {subject} n’est pas parvenu à {name} ({reason}) et vous revient. Prochaine "
            "étape\u202f: répondre, ou le transmettre vous-même.",
            "undelivered": "revenu sans avoir été remis{status}",
            "no_subject": "un message sans objet",
        },
        "it": {
            "overdue": "{client}: la risposta a {subject} torna a te: {name} ce l’ha da {since} e non ha risposto. Era "
            "attesa {due}. Prossimo passo: rispondi, o chiedi a {name}.",
            "failed": "{client}: {subject} non è arrivato a {name} ({reason}) e torna a te. Prossimo passo: rispondi, "
            "o inoltralo tu.",
            "undelivered": "tornato senza essere consegnato{status}",
            "no_subject": "una mail senza oggetto",
        },
        "pt": {
            "overdue": "{client}: a resposta a {subject} volta a ser sua: está com {name} desde {since}, sem resposta. "
            "Era esperada {due}. Próximo passo: responder, ou perguntar a {name}.",
            "failed": "{client}: {subject} não chegou a {name} ({reason}) e volta a ser seu. Próximo passo: responder, "
            "ou encaminhar pessoalmente.",
            "undelivered": "voltou sem ser entregue{status}",
            "no_subject": "um e-mail sem assunto",
        },
        "nl": {
            "overdue": "{client}: het antwoord op {subject} is weer aan jou: {name} heeft het sinds {since} en heeft "
            "niet geantwoord. Het werd {due} verwacht. Volgende stap: antwoord, of vraag het {name}.",
            "failed": "{client}: {subject} heeft {name} niet bereikt ({reason}) en is weer aan jou. Volgende stap: "
            "antwoord, of geef het zelf door.",
            "undelivered": "onbezorgd teruggekomen{status}",
            "no_subject": "een mail zonder onderwerp",
        },
    }
)
