"""What a connection asks for an access token: the one that is kept, or a new one shortly before that ends."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from whiteglove.errors import TokenError
from whiteglove.oauth import issuer
from whiteglove.oauth.issuer import Grant, IssuerError
from whiteglove.oauth.tokens import Change, TokenFile, Tokens, Trouble
from whiteglove.settings import MailboxAccount, OAuthClient

JUST_GOT = timedelta(minutes=1)
"""A token that is refused so soon after it came is not refused for its age, and a new one would not help."""
EARLY = timedelta(days=3)
"""How long before the end of a login its owner is told; of one that is good for less than six days at half of it."""
LAST = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginState:
    """How a mailbox's login stands.

    `condition` is `ok`; `missing`, where nobody has logged in, or with another app or as somebody else; `refused`,
    where the provider accepts it no more; `failing`, where the provider cannot be asked; `unreadable`, where this user
    may not look. `code` and `since` say why and since when, `ends_at` when it ends by itself, `ends_from` when that was
    said.
    """

    condition: str
    code: str = ""
    since: datetime | None = None
    expires_at: datetime | None = None
    ends_at: datetime | None = None
    ends_from: datetime | None = None

    @property
    def said(self) -> str:
        """The same in a few words; the day on which it ends is that of UTC."""
        match self.condition:
            case "missing":
                return "nobody has logged in yet, or with another app or as somebody else"
            case "refused":
                return f"the login is over, its provider accepts it no more ({self.code})"
            case "failing":
                return f"the login cannot be renewed, its provider gives no answer ({self.code})"
            case "unreadable":
                return "this user may not read the login; ask as root or as whom the store belongs to"
        return f"logged in, until {self.ends_at:%Y-%m-%d}" if self.ends_at else "logged in"

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is time to log in anew. A login that every renewal prolongs never comes so far."""
        if self.ends_at is None or self.ends_from is None:
            return False
        return now >= self.ends_at - min(EARLY, (self.ends_at - self.ends_from) / 2)


class Access:
    """The login of one mailbox. For any thread, and beside any other process."""

    def __init__(
        self, mailbox: str, client: OAuthClient, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._mailbox = mailbox
        self._client = client
        self._now = now
        self._file = TokenFile(client.file)

    @property
    def command(self) -> str:
        """What the owner runs to log in."""
        return f"whiteglove login {shlex.quote(self._mailbox)}"

    def token(self) -> str:
        """An access token that will do for a while yet.

        Raises:
            TokenError: there is none, and none is to be had now.
        """
        kept = self._kept()
        if kept.is_fresh(self._now()):
            return kept.access
        with self._file.changing() as change:
            # Somebody else may have been faster.
            kept = self._kept()
            return kept.access if kept.is_fresh(self._now()) else self._renew(kept, change).access

    def renewed(self, refused: str) -> str | None:
        """Another token than this one, which a server has refused; None where a new one would be refused as well.

        Raises:
            TokenError: none is to be had now.
        """
        with self._file.changing() as change:
            kept, now = self._kept(), self._now()
            if kept.access != refused:
                return kept.access if kept.is_fresh(now) else self._renew(kept, change).access
            if abs(now - kept.got_at) < JUST_GOT:
                return None
            return self._renew(replace(kept, expires_at=now), change).access

    def state(self) -> LoginState:
        """How the login stands, by the file alone. Never raises."""
        try:
            kept = self._file.read()
        except TokenError:
            return LoginState(condition="unreadable")
        if kept is None or not self._is_ours(kept):
            return LoginState(condition="missing")
        trouble = kept.trouble
        return LoginState(
            condition="ok" if trouble is None else "refused" if trouble.lasting else "failing",
            code=trouble.code if trouble else "",
            since=trouble.since if trouble else None,
            expires_at=kept.expires_at,
            ends_at=kept.ends_at,
            ends_from=kept.ends_from,
        )

    def prepare(self) -> None:
        """See whether a login could be kept, ahead of asking its owner for one. Raises `TokenError`."""
        with self._file.changing():
            self._file.read()

    def keep(self, grant: Grant) -> None:
        """Begin a new login with these tokens. Raises `TokenError`, also where they would end within the hour."""
        if grant.refresh is None:
            raise TokenError(
                "the provider gave no refresh token, so that the login would end within the hour; see whether the app "
                "may have one (offline access)",
                lasting=True,
            )
        now = self._now()
        tokens = Tokens(
            client_id=self._client.client_id,
            token_endpoint=self._client.token_endpoint,
            user=self._client.user,
            refresh=grant.refresh,
            access=grant.access,
            scope=grant.scope or " ".join(self._client.scopes),
            logged_in_at=now,
            got_at=now,
            expires_at=now + timedelta(seconds=grant.seconds),
            ends_from=now,
            ends_at=self._end(grant, now, by_setting=True),
        )
        with self._file.changing() as change:
            change.write(tokens)

    def _kept(self) -> Tokens:
        kept = self._file.read()
        if kept is None:
            raise TokenError(f"nobody has logged in to this mailbox yet; run `{self.command}`", lasting=True)
        if not self._is_ours(kept):
            raise TokenError(
                f"the login that is kept was made with another app or for another user; run `{self.command}`",
                lasting=True,
            )
        return kept

    def _is_ours(self, kept: Tokens) -> bool:
        client = self._client
        return (kept.client_id, kept.token_endpoint, kept.user) == (
            client.client_id,
            client.token_endpoint,
            client.user,
        )

    def _renew(self, kept: Tokens, change: Change) -> Tokens:
        """New tokens, on the disk already. Where the provider cannot be asked now, the old ones while they last."""
        try:
            grant = issuer.refresh(self._client, kept.refresh)
        except IssuerError as error:
            self._note(kept, error, change)
            if not error.lasting and self._now() < kept.expires_at:
                return kept
            if error.lasting:
                raise TokenError(f"{error}; run `{self.command}`", lasting=True) from None
            raise
        now = self._now()
        is_new = grant.refresh is not None and grant.refresh != kept.refresh
        end = self._end(grant, now, by_setting=is_new)
        is_longer = end is not None and (kept.ends_at is None or end - kept.ends_at > JUST_GOT)
        tokens = replace(
            kept,
            refresh=grant.refresh or kept.refresh,
            access=grant.access,
            scope=grant.scope or kept.scope,
            got_at=now,
            expires_at=now + timedelta(seconds=grant.seconds),
            ends_at=end or (None if is_new else kept.ends_at),
            ends_from=now if is_new or is_longer else kept.ends_from,
            trouble=None,
        )
        change.write(tokens)
        return tokens

    def _note(self, kept: Tokens, error: IssuerError, change: Change) -> None:
        """Keep why it failed and since when: what `status` shows and the owner is told, whichever process met it. A
        login that was refused stays so until it is renewed, whatever comes in between."""
        before = kept.trouble
        if before is not None and (before.lasting or not error.lasting):
            return
        trouble = Trouble(code=error.code, lasting=error.lasting, since=self._now())
        change.write(replace(kept, trouble=trouble))

    def _end(self, grant: Grant, now: datetime, *, by_setting: bool) -> datetime | None:
        """When the refresh token ends: as the provider says, else by the configuration where the token is a new one."""
        if grant.ends_in is not None:
            return now + timedelta(seconds=grant.ends_in)
        return now + self._client.lasts if by_setting and self._client.lasts is not None else None


def access_of(account: MailboxAccount) -> Access | None:
    """The login of a mailbox by OAuth 2.0; None where it has a password."""
    return Access(account.name, account.oauth) if account.oauth is not None else None
