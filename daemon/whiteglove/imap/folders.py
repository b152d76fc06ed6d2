"""Which folder is Sent, Drafts or Junk: by configuration, else SPECIAL-USE (RFC 6154), else a table of names.

Servers localise the names, put a prefix before them (`INBOX.Sent`, `[Gmail]/Gesendet`) and mark none, one or several.
A folder that only looks like one by accident, somewhere deep in the tree, is never taken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.imap_utf7 import encode as encode_utf7

from whiteglove.imap import responses

AUTO = "auto"


class Role(StrEnum):
    """A folder's use, as its SPECIAL-USE attribute in lower case without the backslash."""

    SENT = "sent"
    DRAFTS = "drafts"
    JUNK = "junk"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of LIST: the decoded name, the separator of its levels ("" for none), attributes in lower case."""

    name: str
    separator: str = "/"
    attributes: frozenset[str] = frozenset()

    @property
    def selectable(self) -> bool:
        return not self.attributes & {"noselect", "nonexistent"}


_NAMES: dict[Role, tuple[str, ...]] = {
    Role.SENT: (
        "Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent-Mail",
        "Gesendet", "Gesendete Elemente", "Gesendete Objekte", "Gesendete Nachrichten",
        "Envoyés", "Éléments envoyés", "Messages envoyés", "Courrier envoyé", "Objets envoyés",
        "Enviados", "Elementos enviados", "Mensajes enviados", "Correo enviado", "Enviats",
        "Posta inviata", "Inviati", "Inviata", "Elementi inviati", "Messaggi inviati",
        "Enviadas", "Itens enviados", "Itens Enviados", "Mensagens enviadas", "E-mails enviados",
        "Verzonden", "Verzonden items", "Verzonden berichten", "Verstuurd",
        "Sendt", "Sendte elementer", "Sendte", "Sendt post", "Skickat", "Skickade objekt", "Skickat mail", "Skickade",
        "Lähetetyt", "Lähetetyt kohteet", "Wysłane", "Elementy wysłane", "Odeslaná pošta", "Odeslané", "Odoslané",
        "Odoslaná pošta", "Elküldött elemek", "Elküldött", "Trimise", "Elemente trimise", "Gönderilmiş Öğeler",
        "Gönderilmiş", "Gönderilenler", "Gönderilmiş Postalar", "Отправленные", "Надіслані", "Изпратени",
        "Απεσταλμένα", "Poslano", "Poslane stavke", "送信済みアイテム", "送信済み",
        "已发送", "已发送邮件", "寄件備份", "보낸 편지함",
    ),
    Role.DRAFTS: (
        "Drafts", "Draft",
        "Entwürfe", "Entwurf",
        "Brouillons", "Brouillon",
        "Borradores", "Esborranys",
        "Bozze",
        "Rascunhos",
        "Concepten",
        "Kladder", "Utkast", "Luonnokset", "Kopie robocze", "Wersje robocze", "Szkice", "Koncepty", "Rozepsané",
        "Piszkozatok", "Ciorne", "Taslaklar", "Черновики", "Чернетки", "Чернови", "Πρόχειρα", "Osnutki", "Skice",
        "下書き", "草稿", "草稿箱", "임시 보관함",
    ),
    Role.JUNK: (
        "Junk", "Spam", "Junk E-mail", "Junk Email", "Junk Mail", "Bulk", "Bulk Mail",
        "Junk-E-Mail", "Spamverdacht", "Unerwünscht",
        "Indésirables", "Courrier indésirable", "Pourriel",
        "Correo no deseado", "No deseado",
        "Posta indesiderata", "Indesiderata",
        "Lixo eletrônico", "Lixo Eletrônico", "Lixo", "Correio eletrónico não solicitado",
        "Ongewenste e-mail", "Ongewenst",
        "Skräppost", "Søppelpost", "Uønsket e-mail", "Roskaposti", "Wiadomości-śmieci", "Nevyžádaná pošta",
        "Levélszemét", "Önemsiz", "Нежелательная почта", "Спам",
    ),
}  # fmt: skip


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


_RANKS = {
    role: {_folded(name): rank for rank, name in reversed(list(enumerate(names)))} for role, names in _NAMES.items()
}


def listed(data: Iterable[object]) -> list[Listed]:
    """The folders of a LIST reply. A line that makes no sense is left out: one odd folder must not hide the others."""
    found = []
    for pieces in responses.responses(data):
        try:
            flags, separator, name = responses.values(pieces)[:3]
        except ValueError:
            continue
        if isinstance(flags, tuple) and isinstance(name, bytes):
            attributes = frozenset(
                flag.decode("latin-1").lstrip("\\").lower() for flag in flags if isinstance(flag, bytes)
            )
            level = separator.decode("latin-1") if isinstance(separator, bytes) else ""
            found.append(Listed(_decoded(name), level, attributes))
    return found


def find(folders: Sequence[Listed], role: Role, configured: str = AUTO, prefix: str = "") -> str | None:
    """The name of the folder with this role, or None.

    `configured` is `auto` or a name, with or without the personal namespace's `prefix` (RFC 2342, for example
    `INBOX.`). A configured folder that does not exist is returned as it was written: opening it says so.
    """
    choices = [folder for folder in folders if folder.selectable]
    if configured != AUTO:
        return _written(choices, configured, prefix)
    marked = [folder for folder in choices if role.value in folder.attributes]
    named = [folder for folder in choices if _rank(folder, role, prefix) is not None]
    # A sample configuration that many servers run marks two folders as Sent: the better known name decides.
    best = [folder for folder in marked if folder in named] or marked or named
    if not best:
        return None
    return min(best, key=lambda folder: (_rank(folder, role, prefix) or 0, len(folder.name))).name


def _written(folders: Sequence[Listed], configured: str, prefix: str) -> str:
    names = [folder.name for folder in folders]
    for wanted in (configured, prefix + configured):
        if wanted in names:
            return wanted
    folded = {_folded(name): name for name in names}
    for wanted in (configured, prefix + configured):
        if _folded(wanted) in folded:
            return folded[_folded(wanted)]
    return configured


def _rank(folder: Listed, role: Role, prefix: str) -> int | None:
    """How well known the folder's name is, 0 the best; None for other names, and for folders further down the tree."""
    name = folder.name
    parents = ["", prefix]
    if folder.separator:
        parents += [f"{top}{folder.separator}" for top in ("INBOX", "[Gmail]", "[Google Mail]")]
    for parent in sorted(parents, key=len, reverse=True):
        if _folded(name).startswith(_folded(parent)):
            return _RANKS[role].get(_folded(name[len(parent) :]))
    return None


def quoted_name(name: str) -> str:
    """A folder's name as it stands in a command."""
    encoded: bytes = encode_utf7(name)
    return responses.quoted(encoded.decode("ascii"))


def _decoded(name: bytes) -> str:
    """Modified UTF-7 (RFC 3501 section 5.1.3), or what a server wrote instead of it."""
    try:
        decoded: str = decode_utf7(name)
    except (ValueError, LookupError):
        return name.decode("utf-8", "replace")
    return decoded
