"""Work out the tokens from the audit trail alone, and say where the database differs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import select
from state import events, faults

from tokenwidgets.database import Database
from tokenwidgets.schema import API, AuditEvent, Grant, Token, TokenSecret, User
from tokenwidgets.vocabulary import Access

Story = dict[int, dict[str, Any]]
Steps = dict[tuple[int, int], AuditEvent]

REVOKING = frozenset({"revoke token", "revoke tokens", "revoke all tokens"})
_CHANGING = REVOKING | {"add token", "edit token", "regenerate token"}


def differences(database: Database) -> list[str]:
    """Every change without its event, every event without its change, every broken seal."""
    told, there = _told(events(database)), found(database)
    return [
        *(str(fault) for fault in faults(database)),
        *(
            f"token {token_id}: the trail says {told.get(token_id)}, it is {there.get(token_id)}"
            for token_id in sorted({*told, *there})
            if told.get(token_id) != there.get(token_id)
        ),
    ]


def steps(trail: list[AuditEvent]) -> Steps:
    """The event by which each token came to each of its versions."""
    versions: Counter[int] = Counter()
    found: Steps = {}
    for event in trail:
        if event.outcome == "done" and event.action in _CHANGING:
            for token_id in event.detail.get("token_ids", [event.token_id]):
                versions[token_id] += 1
                found[token_id, versions[token_id]] = event
    return found


def _told(trail: list[AuditEvent]) -> Story:
    tokens: Story = {}
    for event in trail:
        if event.outcome != "done":
            continue
        detail = event.detail
        if event.action == "add token":
            tokens[event.token_id] = {
                "owner": event.user_id,
                "name": event.subject,
                "expires_at": datetime.fromisoformat(detail["expires_at"]),
                "access": detail["access"],
                "hint": detail["hint"],
                "secrets": 1,
                "revoked_at": None,
                "version": 1,
            }
        elif event.action == "regenerate token":
            token = tokens[event.token_id]
            token["expires_at"] = datetime.fromisoformat(detail["expires_at"])
            token["hint"] = detail["hint"]
            token["secrets"] += 1
            token["version"] += 1
        elif event.action == "edit token":
            _edited(tokens[event.token_id], detail)
        elif event.action in REVOKING:
            for token_id in detail.get("token_ids", [event.token_id]):
                tokens[token_id]["revoked_at"] = event.at
                tokens[token_id]["version"] += 1
    return tokens


def _edited(token: dict[str, Any], detail: dict[str, Any]) -> None:
    if "name" in detail:
        token["name"] = detail["name"][1]
    if "expires_at" in detail:
        token["expires_at"] = datetime.fromisoformat(detail["expires_at"][1])
    for api, (was, becomes) in detail.get("access", {}).items():
        if token["access"].get(api, "No Access") != was:
            token["lost"] = f"{api} was not {was}"
        token["access"] = {**token["access"], api: becomes}
        if becomes == "No Access":
            del token["access"][api]
    token["version"] += 1


def found(database: Database) -> Story:
    """The tokens as they are in the database."""
    with database.read() as session:
        story: Story = {
            token.id: {
                "owner": owner,
                "name": token.name,
                "expires_at": token.expires_at,
                "access": {},
                "hint": None,
                "secrets": 0,
                "revoked_at": token.revoked_at,
                "version": token.version,
            }
            for token, owner in session.execute(
                select(Token, User.user_id).join(User, User.id == Token.owner_id)
            )
        }
        for secret in session.scalars(select(TokenSecret)):
            token = story[secret.token_id]
            token["secrets"] += 1
            if secret.ends_at is None:
                token["hint"] = f"{secret.prefix}_…{secret.last_four}"
        granted = select(Grant.token_id, API.name, Grant.access).join(API, API.id == Grant.api_id)
        for token_id, api, access in session.execute(granted):
            story[token_id]["access"][api] = Access(access).label
        return story
