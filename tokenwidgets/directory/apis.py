"""The APIs that tokens can open: list, add, edit, deactivate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.language import Phrase
from tokenwidgets.schema import API, Grant, Token
from tokenwidgets.service import Service, retried
from tokenwidgets.text import check_identifier, check_name, check_note
from tokenwidgets.vocabulary import Access, Control

__all__ = ["APIRow", "APIService", "APIUse", "check_api", "find_api", "list_apis"]


@dataclass(frozen=True, slots=True)
class APIRow:
    """An API. One that is ``read_only`` answers GET alone, so it offers no Full Access."""

    name: str
    title: str
    description: str = ""
    api_group: str = ""
    version_label: str = ""
    read_only: bool = False
    is_active: bool = True
    version: int = 1

    @property
    def levels(self) -> tuple[Access, ...]:
        """The access levels that it offers, from none to the highest."""
        return (Access.NONE, Access.READ) if self.read_only else tuple(Access)


@dataclass(frozen=True, slots=True)
class APIUse:
    """What would stop working without an API: the live tokens that open it, the last use (UTC).

    ``last_used_at`` is that of the tokens whose own last use was of this API.
    """

    live_tokens: int
    last_used_at: datetime | None


_ALL = select(
    API.name,
    API.title,
    API.description,
    API.api_group,
    API.version_label,
    API.read_only,
    API.is_active,
    API.version,
).order_by(API.api_group, API.name)
_ACTIVE = _ALL.where(API.is_active)


class APIService(Service):
    """Reads and changes of APIs, for an actor with ``APIs``."""

    def list(self, *, inactive: bool = False) -> tuple[APIRow, ...]:
        """All APIs, by group and name; those that are not active only if told.

        Raises:
            NotAllowed: the actor has neither ``APIs`` nor the control for tokens.

        """
        # Who gives tokens has to see what they open.
        with self.reading(Control.APIS, instead=Control.API_TOKENS) as (session, _):
            return list_apis(session, inactive=inactive)

    def get(self, name: str) -> APIRow:
        """One API, active or not.

        Raises:
            UnknownAPI: there is none of this name.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.APIS) as (session, _):
            return _row(find_api(session, name))

    def use(self, name: str) -> APIUse:
        """How many tokens open an API, and how recently one did.

        Raises:
            UnknownAPI: there is none of this name.
            NotAllowed: the actor lacks the control.

        """
        at = self._clock()
        with self.reading(Control.APIS) as (session, _):
            api = find_api(session, name)
            granted = select(Grant.token_id).where(Grant.api_id == api.id)
            live = select(func.count()).where(
                Token.id.in_(granted), Token.revoked_at.is_(None), Token.expires_at > at
            )
            last = select(func.max(Token.last_used_at)).where(Token.last_used_api_id == api.id)
            return APIUse(session.scalar(live) or 0, session.scalar(last))

    @retried
    def add(
        self,
        name: str,
        *,
        title: str = "",
        description: str = "",
        api_group: str = "",
        version_label: str = "",
        read_only: bool = False,
    ) -> APIRow:
        """Add an active API. Its name is what API servers ask the verifier about.

        Raises:
            InvalidValue: a value cannot be taken.
            NameInUse: there is an API of this name.
            NotAllowed: the actor lacks the control.

        """
        action = "add API"
        with self.changing(Control.APIS, action, str(name)) as change:
            name = check_identifier("API name", name)
            values = check_api(title or name, description, api_group, version_label, read_only)
            same = func.lower(API.name) == name.lower()
            if change.session.scalar(select(API.id).where(same)) is not None:
                raise errors.NameInUse(
                    "API name", Phrase("there is an API {name} already.", name=name)
                )
            change.session.add(API(name=name, created_at=change.at, **values))
            change.record(Entry(action, name, detail=values))
        return APIRow(name, **values)

    @retried
    def edit(
        self,
        name: str,
        *,
        version: int | None = None,
        title: str | None = None,
        description: str | None = None,
        api_group: str | None = None,
        version_label: str | None = None,
        read_only: bool | None = None,
        is_active: bool | None = None,
    ) -> APIRow:
        """Change what is given; None leaves a value as it is. The name never changes.

        No token opens an API that is not active; the grants stay and come back with it.

        Raises:
            StaleVersion: ``version`` is not the present one; ``current`` is the newer row.
            UnknownAPI, InvalidValue, NotAllowed: as elsewhere here.

        """
        action = "edit API"
        with self.changing(Control.APIS, action, str(name)) as change:
            api = find_api(change.session, name)
            if version is not None and version != api.version:
                raise errors.StaleVersion(
                    Phrase("Somebody else changed the API {name} in the meantime.", name=api.name),
                    _row(api),
                )
            values = check_api(
                api.title if title is None else title,
                api.description if description is None else description,
                api.api_group if api_group is None else api_group,
                api.version_label if version_label is None else version_label,
                api.read_only if read_only is None else read_only,
            )
            values["is_active"] = api.is_active if is_active is None else bool(is_active)
            changed = {key: values[key] for key in values if values[key] != getattr(api, key)}
            if not changed:
                change.nothing_to_do()
                return _row(api)
            before = {key: getattr(api, key) for key in changed}
            for key, value in changed.items():
                setattr(api, key, value)
            api.version += 1
            change.session.flush()
            if "is_active" in changed:
                action = "activate API" if values["is_active"] else "deactivate API"
            change.record(Entry(action, api.name, detail={"before": before, "after": changed}))
            return _row(api)


def list_apis(session: Session, *, inactive: bool = False) -> tuple[APIRow, ...]:
    """All APIs, by group and name; those that are not active only if told."""
    rows = session.connection().execute(_ALL if inactive else _ACTIVE).all()
    return tuple(APIRow(*row) for row in rows)


def find_api(session: Session, name: object) -> API:
    """The row of an API.

    Raises:
        UnknownAPI: there is none of this name.

    """
    api = session.scalar(select(API).where(API.name == name)) if isinstance(name, str) else None
    if api is None:
        raise errors.UnknownAPI(Phrase("There is no API {name}.", name=repr(str(name)[:100])))
    return api


def check_api(
    title: object, description: object, api_group: object, version_label: object, read_only: object
) -> dict[str, Any]:
    """An API as it is stored, by column; ``InvalidValue`` if a value cannot be taken."""
    return {
        "title": check_name("Title", title, most=200),
        "description": check_note("Description", description),
        "api_group": check_note("Group", api_group, most=100),
        "version_label": check_note("Version", version_label, most=100),
        "read_only": bool(read_only),
    }


def _row(api: API) -> APIRow:
    return APIRow(
        api.name,
        api.title,
        api.description,
        api.api_group,
        api.version_label,
        api.read_only,
        api.is_active,
        api.version,
    )
