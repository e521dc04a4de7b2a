"""Change many tokens at once: say first what would change, then change it all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.authority import Authority
from tokenwidgets.language import Phrase
from tokenwidgets.schema import Grant, Token, User
from tokenwidgets.service import Change, Service, retried
from tokenwidgets.text import check_note
from tokenwidgets.tokens.bulk import among, checked_id, live, revoke
from tokenwidgets.tokens.change import TokenChange, TokenDifference, ended, told
from tokenwidgets.tokens.grants import check_access
from tokenwidgets.tokens.rows import TokenRow, read_many
from tokenwidgets.tokens.steps import checked_months, difference, refuse_stale
from tokenwidgets.vocabulary import Access, Control, add_months

__all__ = ["MOST_CHANGES", "ManyTokensService"]

MOST_CHANGES = 10_000
"""The most tokens that are changed in one transaction."""

_AT_ONCE = 500


class _Preview(Exception):
    """Everything went well, and is to be undone."""


class ManyTokensService(Service):
    """Changes of many tokens, for an actor with ``Application Users > API Tokens``."""

    def live_of(self, owners: Collection[str]) -> tuple[TokenRow, ...]:
        """The live tokens of these users, by User ID and name; those within reach alone.

        Raises:
            NotAllowed: the actor lacks the control.
            InvalidValue: they have more tokens than can be changed at once.

        """
        at = self._clock()
        with self.reading(Control.API_TOKENS) as (session, authority):
            statement = (
                select(Token.id)
                .join(User, User.id == Token.owner_id)
                .where(
                    among(session, sorted(set(owners)), User.user_id),
                    authority.reach(Control.API_TOKENS).where(),
                    *live(at),
                )
                .order_by(User.user_id, Token.name_key, Token.id)
            )
            ids = list(session.scalars(statement.limit(MOST_CHANGES + 1)))
            _refuse_too_many(len(ids))
            return tuple(row for some in _slices(ids) for row in read_many(session, list(some), at))

    def versions(self, token_ids: Collection[int]) -> dict[int, int]:
        """The present ``version`` of each of these tokens, for changes that are made later.

        Raises:
            UnknownToken: one of them is not there, or the actor may not see it.
            NotAllowed: the actor lacks the control.

        """
        return self._present(Token.version, token_ids)

    def months(self, token_ids: Collection[int]) -> dict[int, int]:
        """The expiration in months that was chosen for each of these tokens.

        Raises: as ``versions``.
        """
        return self._present(Token.months, token_ids)

    @retried
    def preview(self, changes: Sequence[TokenChange]) -> tuple[TokenDifference, ...]:
        """What ``apply`` would change, which is not done.

        Raises: as ``apply``.
        """
        differences: tuple[TokenDifference, ...] = ()
        try:
            with self._changing(changes) as change:
                differences = _run(change, changes, "")
                raise _Preview
        except _Preview:
            return differences

    @retried
    def apply(
        self, changes: Sequence[TokenChange], *, why: str = ""
    ) -> tuple[TokenDifference, ...]:
        """Make all changes, in one transaction, and say what was changed.

        Args:
            changes: at most 10,000, each about another token.
            why: a note for the audit trail, at most 500 characters.

        Raises:
            InvalidValue: a value cannot be taken, or a token would be left opening nothing.
            StaleVersion: somebody else changed one of them; ``current`` is its newer row.
            TokenEnded: one of them is revoked or expired, so it cannot be edited.
            UnknownToken, UnknownAPI: one is not there, or the actor may not see it.
            NotAllowed: the actor lacks the control.

        """
        with self._changing(changes) as change:
            return _run(change, changes, why)

    def _present(self, what: Any, token_ids: Collection[int]) -> dict[int, int]:
        ids = sorted({checked_id(one) for one in token_ids})
        with self.reading(Control.API_TOKENS) as (session, authority):
            _require_all_within(session, authority, ids)
            statement = select(Token.id, what).where(among(session, ids))
            return dict(session.execute(statement).all())

    def _changing(self, changes: Sequence[TokenChange]) -> Any:
        return self.changing(Control.API_TOKENS, "change tokens", f"{len(changes)} tokens")


def _run(change: Change, changes: Sequence[TokenChange], why: str) -> tuple[TokenDifference, ...]:
    session = change.session
    wanted = _by_token(changes)
    note = {"why": text} if (text := check_note("Why", why, most=500)) else {}
    before = _rows(change, wanted)
    for each in wanted.values():
        _refuse(each, before[each.token_id])
    _write_access(session, wanted.values(), before)
    _write_expirations(change, wanted.values())
    after = _rows(change, wanted)
    edited = [
        (before[token_id], after[token_id])
        for token_id, each in wanted.items()
        if not each.revoke and after[token_id] != before[token_id]
    ]
    _record_edits(change, edited, note)
    revoked = [token_id for token_id, each in wanted.items() if each.revoke]
    if revoked:
        revoke(change, [among(session, revoked)], note.get("why", ""))
    elif not edited:
        change.nothing_to_do()
    return (
        *(each for pair in edited for each in told(*pair)),
        *(ended(before[token_id]) for token_id in revoked if before[token_id].status.is_live),
    )


def _by_token(changes: Sequence[TokenChange]) -> dict[int, TokenChange]:
    _refuse_too_many(len(changes))
    wanted = {checked_id(each.token_id): each for each in changes}
    if len(wanted) != len(changes):
        raise errors.InvalidValue("Changes", "there are several about one token.")
    return wanted


def _refuse_too_many(count: int) -> None:
    if count > MOST_CHANGES:
        raise errors.InvalidValue(
            "Changes",
            Phrase("are too many: at most {most} tokens in one transaction.", most=MOST_CHANGES),
        )


def _refuse(wanted: TokenChange, row: TokenRow) -> None:
    """Refuse what cannot be done to this token."""
    refuse_stale(row, wanted.version)
    edits = bool(wanted.access) or wanted.months is not None
    if wanted.revoke and edits:
        raise errors.InvalidValue(
            "Changes", f"{row.name} of {row.owner} is either revoked or changed, not both."
        )
    if edits and not row.status.is_live:
        raise errors.TokenEnded(
            Phrase(
                "The token {token} of {owner} is {status}.",
                token=row.name,
                owner=row.owner,
                status=row.status,
            )
        )
    left = {**row.grants, **wanted.access}
    if wanted.access and all(access is Access.NONE for access in left.values()):
        raise errors.InvalidValue(
            "Access",
            Phrase(
                "{token} of {owner} would open no API any more: revoke it instead.",
                token=row.name,
                owner=row.owner,
            ),
        )


def _rows(change: Change, ids: Collection[int]) -> dict[int, TokenRow]:
    """The tokens by their ids, each within the actor's reach."""
    session = change.session
    _require_all_within(session, change.authority, list(ids))
    return {
        row.id: row
        for some in _slices(list(ids))
        for row in read_many(session, list(some), change.at)
    }


def _require_all_within(session: Session, authority: Authority, ids: list[int]) -> None:
    statement = (
        select(Token.id)
        .join(User, User.id == Token.owner_id)
        .where(among(session, ids), authority.reach(Control.API_TOKENS).where())
    )
    missing = set(ids) - set(session.scalars(statement))
    if missing:
        raise errors.UnknownToken(Phrase("There is no token {id}.", id=str(min(missing))))


def _write_access(
    session: Session, wanted: Collection[TokenChange], before: Mapping[int, TokenRow]
) -> None:
    """Set the access where it is to be another: one statement an API, and one for all grants."""
    chosen: defaultdict[str, dict[int, Access]] = defaultdict(dict)
    for each in wanted:
        for api, access in each.access.items():
            chosen[api][each.token_id] = access
    ids = check_access(session, {api: set(tokens.values()) for api, tokens in chosen.items()})
    rows = []
    for api, each_token in chosen.items():
        tokens = {
            token_id: access
            for token_id, access in each_token.items()
            if access is not before[token_id].grants.get(api, Access.NONE)
        }
        of_these = among(session, list(tokens), Grant.token_id)
        session.execute(delete(Grant).where(Grant.api_id == ids[api], of_these))
        rows += [
            {"token_id": token_id, "api_id": ids[api], "access": int(access)}
            for token_id, access in tokens.items()
            if access is not Access.NONE
        ]
    if rows:
        session.execute(insert(Grant), rows)


def _write_expirations(change: Change, wanted: Collection[TokenChange]) -> None:
    by_months: defaultdict[int, list[int]] = defaultdict(list)
    for each in wanted:
        if each.months is not None:
            by_months[checked_months(each.months)].append(each.token_id)
    for months, ids in by_months.items():
        change.session.execute(
            update(Token)
            .where(among(change.session, ids))
            .values(months=months, expires_at=add_months(change.at, months))
            .execution_options(synchronize_session=False)
        )
    change.session.expire_all()


def _record_edits(
    change: Change, edited: Sequence[tuple[TokenRow, TokenRow]], note: Mapping[str, str]
) -> None:
    """An event for each token, as an edit of one token leaves it."""
    if not edited:
        return
    change.session.execute(
        update(Token)
        .where(among(change.session, [after.id for _, after in edited]))
        .values(version=Token.version + 1)
        .execution_options(synchronize_session=False)
    )
    change.record(
        *(
            Entry(
                "edit token",
                after.name,
                user_id=after.owner,
                token_id=after.id,
                detail={**difference(before, after), **note},
            )
            for before, after in edited
        )
    )


def _slices(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
