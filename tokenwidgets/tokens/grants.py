"""Which APIs a token opens, and how far: read what was chosen, and store it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, case, delete, insert, or_, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.language import Phrase
from tokenwidgets.schema import API, Grant
from tokenwidgets.vocabulary import Access

__all__ = [
    "GIVEN",
    "GrantChoice",
    "check_access",
    "gives",
    "offered",
    "read_choice",
    "replace_grants",
    "write_grants",
]

GrantChoice = Mapping[str, Access] | Access
"""The access by API name, or one access for all active APIs."""

GIVEN = case((API.read_only, int(Access.READ)), else_=Grant.access)
"""What a grant gives, as the verifier does: its API may offer less than when it was chosen."""


def gives(access: Access) -> ColumnElement[bool]:
    """Whether a grant gives Read, or Full, as a condition on ``Grant`` alone."""
    read_only = Grant.api_id.in_(select(API.id).where(API.read_only))
    chosen = Grant.access == int(access)
    return or_(chosen, read_only) if access is Access.READ else and_(chosen, ~read_only)


def offered(session: Session) -> dict[str, Access]:
    """The highest access that each active API offers, by group and name."""
    return {
        name: Access.READ if read_only else Access.FULL
        for name, read_only in session.execute(
            select(API.name, API.read_only).where(API.is_active).order_by(API.api_group, API.name)
        )
    }


def read_choice(
    session: Session, choice: GrantChoice, *, present: Collection[str] = ()
) -> dict[str, Access]:
    """The access by API name, without those of No Access; at least one is left.

    One access for all gives each API the highest that it offers up to this one.

    Args:
        session: where the APIs are read.
        choice: what was chosen.
        present: the APIs that the token has access to already: what it has to those that are not
            active stays, and is enough.

    Raises:
        InvalidValue: an access that does not exist or that its API does not offer, or none at all.
        UnknownAPI: one of the APIs is not there, or not active.

    """
    most = offered(session)
    if isinstance(choice, Mapping):
        chosen = {name: _access(name, access) for name, access in choice.items()}
        _refuse_unknown(chosen, most)
        for name, access in chosen.items():
            _refuse_more(name, access, most[name])
        chosen = {name: chosen[name] for name in most if name in chosen}
    else:
        one = _access("all APIs", choice)
        chosen = {name: min(one, highest) for name, highest in most.items()}
    granted: dict[str, Access] = {
        name: access for name, access in chosen.items() if access is not Access.NONE
    }
    if not granted and most.keys() >= {*present}:
        raise errors.InvalidValue(
            "Access", Phrase("choose Read Access or Full Access for at least one API.")
        )
    return granted


def check_access(session: Session, chosen: Mapping[str, Collection[Access]]) -> dict[str, int]:
    """The row ids of these APIs by name, if each offers all that is chosen for it.

    Raises:
        InvalidValue: an access that does not exist, or that its API does not offer.
        UnknownAPI: one of the APIs is not there, or not active.

    """
    most = offered(session)
    _refuse_unknown(chosen, most)
    for name, levels in chosen.items():
        for level in levels:
            _refuse_more(name, _access(name, level), most[name])
    statement = select(API.name, API.id).where(API.name.in_(chosen))
    return dict(session.execute(statement).all())


def write_grants(session: Session, wanted: Mapping[int, Mapping[str, Access]]) -> None:
    """Give new tokens, by their ids, this access by API name: two statements, however many."""
    active = select(API.name, API.id).where(API.is_active)
    ids = dict(session.execute(active).all())
    rows = [
        {"token_id": token_id, "api_id": ids[name], "access": int(access)}
        for token_id, grants in wanted.items()
        for name, access in grants.items()
    ]
    if rows:
        session.execute(insert(Grant), rows)


def replace_grants(session: Session, token_id: int, grants: Mapping[str, Access]) -> None:
    """Give the token this access and no other; grants to inactive APIs stay as they are.

    So do those that give what is wanted already, and maybe more when their API offers it again.
    """
    present = select(API.id, API.name, GIVEN).join(Grant, Grant.api_id == API.id)
    of_active = present.where(Grant.token_id == token_id, API.is_active)
    kept, others = set(), []
    for api_id, name, access in session.execute(of_active):
        if grants.get(name) == access:
            kept.add(name)
        else:
            others.append(api_id)
    session.execute(delete(Grant).where(Grant.token_id == token_id, Grant.api_id.in_(others)))
    write_grants(session, {token_id: {api: grants[api] for api in grants if api not in kept}})


def _refuse_more(api: str, access: Access, most: Access) -> None:
    if access > most:
        raise errors.InvalidValue(
            "Access",
            Phrase(
                "{api} answers GET alone, so it offers no {access}.",
                api=api,
                access=Phrase(access.label),
            ),
        )


def _access(api: object, value: object) -> Access:
    if isinstance(value, Access):
        return value
    raise errors.InvalidValue(
        "Access",
        f"for {str(api)[:100]} must be Access.NONE, Access.READ or Access.FULL,"
        f" not {str(value)[:50]!r}.",
    )


def _refuse_unknown(chosen: Mapping[str, object], known: Mapping[str, Access]) -> None:
    for name in chosen:
        if name not in known:
            raise errors.UnknownAPI(
                Phrase("There is no active API {name}.", name=repr(str(name)[:100]))
            )
