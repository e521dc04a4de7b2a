"""The token service: add, edit, regenerate, revoke one, revoke all.

Each is authorised for the actor, audited, and one transaction. It is all that a script needs::

    platform = tokenwidgets.connect()
    new = platform.tokens.add("jdoe", "nightly load", {"orders": Access.READ}, months=6)
    print(new.secret.reveal())  # the only time that it can be had
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.directory.lookup import user_within
from tokenwidgets.language import Phrase
from tokenwidgets.paging import ROWS_PER_PAGE, Cursor, Page
from tokenwidgets.schema import Token, User
from tokenwidgets.secret import DEFAULT_PREFIX
from tokenwidgets.service import Change, Service, retried
from tokenwidgets.text import check_name
from tokenwidgets.tokens import editing
from tokenwidgets.tokens import rows as token_rows
from tokenwidgets.tokens.bulk import REVOKE_ALL, revoke
from tokenwidgets.tokens.grants import GrantChoice, read_choice
from tokenwidgets.tokens.issue import NewToken, issue, replace_secret
from tokenwidgets.tokens.rows import TokenRow
from tokenwidgets.tokens.steps import entry, refuse_stale, refuse_used_names, require_active
from tokenwidgets.vocabulary import DEFAULT_MONTHS, Control, now

__all__ = ["TokenService"]


class TokenService(Service):
    """The tokens of the users whom ``Application Users > API Tokens`` reaches.

    Args:
        database: where the tokens are.
        actor: the User ID of who is acting.
        prefix: what new secrets begin with.
        clock: gives the present instant, timezone-aware.

    """

    def __init__(
        self,
        database: Database,
        actor: str,
        *,
        prefix: str = DEFAULT_PREFIX,
        clock: Callable[[], datetime] = now,
    ) -> None:
        super().__init__(database, actor, clock=clock)
        self.prefix = prefix

    def page(
        self,
        owner: str,
        *,
        ended: bool = False,
        cursor: Cursor | None = None,
        rows: int = ROWS_PER_PAGE,
    ) -> Page[TokenRow]:
        """Some of a user's tokens, by name.

        Args:
            owner: the user's User ID.
            ended: the revoked and expired ones, too.
            cursor: ``next`` or ``previous`` of another page.
            rows: how many at most, 1 to 1,000.

        Raises:
            UnknownUser: there is none whom the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.API_TOKENS) as (session, authority):
            user = user_within(session, authority, Control.API_TOKENS, owner)
            return token_rows.page(
                session, user, self._clock(), ended=ended, cursor=cursor, rows=rows
            )

    def get(self, token_id: int) -> TokenRow:
        """One token.

        Raises:
            UnknownToken: there is none that the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.API_TOKENS) as (session, authority):
            token, _ = token_rows.find(session, authority, token_id)
            return token_rows.read(session, token.id, self._clock())

    @retried
    def add(
        self,
        owner: str,
        name: str,
        grants: GrantChoice,
        *,
        months: int = DEFAULT_MONTHS,
    ) -> NewToken:
        """Add one token.

        Args:
            owner: the User ID of whom it is for.
            name: unique among the owner's live tokens; case does not matter.
            grants: the access by API name; or one ``Access`` for all active APIs.
            months: 3, 6 or 12 calendar months from now.

        Raises:
            InvalidValue: a value cannot be taken, or no API would be opened.
            NameInUse: the owner has a live token of this name.
            UnknownUser: there is none whom the actor may see.
            InactiveUser: the owner is not active.
            UnknownAPI: one of the APIs is not there, or not active.
            NotAllowed: the actor lacks the control.

        """
        with self.changing(
            Control.API_TOKENS, "add token", f"{owner}: {name}", user_id=owner
        ) as change:
            user = self._owner(change, owner)
            chosen = read_choice(change.session, grants)
            (new,) = issue(
                change, user, [(check_name("Token name", name), chosen)], months, self.prefix
            )
        return new

    @retried
    def add_separately(
        self,
        owner: str,
        name: str,
        grants: GrantChoice,
        *,
        months: int = DEFAULT_MONTHS,
    ) -> list[NewToken]:
        """Add a token of its own for each API, named ``<name>-<API>``; all of them or none.

        Args and raises: as ``add``.
        """
        with self.changing(
            Control.API_TOKENS, "add token", f"{owner}: {name}", user_id=owner
        ) as change:
            user = self._owner(change, owner)
            stem = check_name("Token name", name)
            chosen = read_choice(change.session, grants)
            wanted = [
                (check_name("Token name", f"{stem}-{api}"), {api: access})
                for api, access in chosen.items()
            ]
            return issue(change, user, wanted, months, self.prefix)

    @retried
    def edit(
        self,
        token_id: int,
        *,
        version: int | None = None,
        name: str | None = None,
        months: int | None = None,
        grants: GrantChoice | None = None,
    ) -> TokenRow:
        """Change what is given; None leaves it as it is. The secret stays the same.

        Args:
            token_id: which token; it has to be live.
            version: the ``version`` of the row that the change was made from.
            name: a new name.
            months: a new expiration, counted from now.
            grants: the whole new access; what it does not name has No Access. Grants to APIs
                that are not active at present stay as they are.

        Raises:
            StaleVersion: somebody else changed it; ``current`` is the newer ``TokenRow``.
            TokenEnded: it is revoked or expired.
            InvalidValue, NameInUse, UnknownAPI, UnknownToken, NotAllowed: as for ``add``.

        """
        with self.changing(
            Control.API_TOKENS, "edit token", f"token {token_id}", token_id=token_id
        ) as change:
            return editing.edit(change, token_id, version, name=name, months=months, grants=grants)

    @retried
    def restore(self, earlier: TokenRow, *, version: int) -> TokenRow:
        """Take an edit back: the token gets the name, expiration and access that it had.

        It is an edit like any other. Grants to APIs that are not active at present stay as they
        are, and no API is opened further than it offers by now.

        Args:
            earlier: the token's row from before the edit.
            version: the ``version`` that the edit left.

        Raises:
            StaleVersion: somebody changed it since; ``current`` is the newer ``TokenRow``.
            TokenEnded: it is revoked or expired, or would be.
            InvalidValue, NameInUse, UnknownToken, NotAllowed: as for ``edit``.

        """
        with self.changing(
            Control.API_TOKENS, "edit token", f"token {earlier.id}", token_id=earlier.id
        ) as change:
            return editing.restore(change, earlier, version)

    @retried
    def regenerate(
        self,
        token_id: int,
        *,
        months: int = DEFAULT_MONTHS,
        overlap: timedelta = timedelta(0),
        version: int | None = None,
    ) -> NewToken:
        """Give the token a new secret and a new expiration; also one that has expired.

        Args:
            token_id: which token.
            months: 3, 6 or 12 calendar months from now.
            overlap: how long the old secret keeps working: 0, 1 hour, 24 hours or 7 days, but
                never past its own expiration. One that was regenerated before dies at once.
            version: the ``version`` of the row that was seen.

        Raises:
            TokenEnded: it is revoked.
            StaleVersion, InvalidValue, NameInUse, InactiveUser, UnknownToken, NotAllowed: as
                for ``add`` and ``edit``.

        """
        action = "regenerate token"
        with self.changing(
            Control.API_TOKENS, action, f"token {token_id}", token_id=token_id
        ) as change:
            session = change.session
            token, user = token_rows.find(session, change.authority, token_id)
            before = token_rows.read(session, token.id, change.at)
            refuse_stale(before, version)
            if token.revoked_at is not None:
                raise errors.TokenEnded(
                    Phrase("The token {token} is revoked, which is for good.", token=token.name)
                )
            require_active(user)
            if not before.status.is_live:
                refuse_used_names(change, user, [token.name], besides=token.id)
            return replace_secret(change, user, token, months, overlap, self.prefix)

    @retried
    def revoke(self, token_id: int) -> TokenRow:
        """Revoke a token, at once and for good. Doing so twice is no mistake.

        Raises:
            UnknownToken: there is none that the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.changing(
            Control.API_TOKENS, "revoke token", f"token {token_id}", token_id=token_id
        ) as change:
            session = change.session
            token, user = token_rows.find(session, change.authority, token_id)
            if token.revoked_at is not None:
                change.nothing_to_do()
            else:
                token.revoked_at = change.at
                token.version += 1
                session.flush()
                change.record(entry("revoke token", user, token))
            return token_rows.read(session, token.id, change.at)

    @retried
    def revoke_all(self, owner: str) -> int:
        """Revoke all live tokens of a user, and say how many they were.

        Raises:
            UnknownUser: there is none whom the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.changing(Control.API_TOKENS, REVOKE_ALL, str(owner), user_id=owner) as change:
            user = user_within(change.session, change.authority, Control.API_TOKENS, owner)
            return revoke(change, [Token.owner_id == user.id], action=REVOKE_ALL)

    def _owner(self, change: Change, owner: str) -> User:
        """The owner, who has to be active."""
        user = user_within(change.session, change.authority, Control.API_TOKENS, owner)
        require_active(user)
        return user
