"""Write an API as its OpenAPI document has it, with the event that the same by hand leaves."""

from __future__ import annotations

from sqlalchemy import func, select

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.directory.apis import check_api
from tokenwidgets.imports.openapi import APIDocument
from tokenwidgets.schema import API
from tokenwidgets.service import Change
from tokenwidgets.text import check_identifier

__all__ = ["write_api"]


def write_api(change: Change, document: APIDocument, api_group: str | None) -> str:
    """Add or change the API, in this transaction, and say what was done; empty if nothing was.

    Raises:
        InvalidValue: a value cannot be taken.
        NameInUse: another API's name differs from this one in case alone.

    """
    name = check_identifier("API name", document.name)
    same = func.lower(API.name) == name.lower()
    api = change.session.scalar(select(API).where(same))
    if api is not None and api.name != name:
        raise errors.NameInUse("API name", f"there is an API {api.name} already.")
    group = api_group if api_group is not None else (api.api_group if api else "")
    values = check_api(
        document.title, document.description, group, document.version, document.read_only
    )
    if api is None:
        change.session.add(API(name=name, created_at=change.at, **values))
        change.session.flush()
        change.record(Entry("add API", name, detail=values))
        return f"add {name}: {values['title']} {values['version_label']}"
    after = {key: value for key, value in values.items() if value != getattr(api, key)}
    if not after:
        return ""
    before = {key: getattr(api, key) for key in after}
    for key, value in after.items():
        setattr(api, key, value)
    api.version += 1
    change.session.flush()
    change.record(Entry("edit API", name, detail={"before": before, "after": after}))
    return f"change {name}: " + ", ".join(f"{key} {value!r}" for key, value in after.items())
