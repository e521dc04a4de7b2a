"""Say what a scan found: for people, as JSON, and as SARIF for code hosts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from tokenwidgets import __version__
from tokenwidgets.scan.finder import Found, shown
from tokenwidgets.scan.leaks import Leak, LeakState

__all__ = ["as_json", "as_lines", "as_sarif"]

Leaks = Mapping[bytes, Leak]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {state: f"{state.name.lower().replace('_', '-')}-secret" for state in LeakState}
_HELP = "Revoke or regenerate the token, then remove the secret from here and from the history."


def as_lines(found: Iterable[Found], leaks: Leaks) -> Iterable[str]:
    """A line for each secret: where, which, and whose."""
    for each in found:
        yield f"{each.place}: {_words(each, leaks[each.digest])}"


def as_json(found: Iterable[Found], leaks: Leaks, problems: Sequence[str]) -> str:
    """All of it as one JSON document."""
    rows = [_row(each, leaks[each.digest]) for each in found]
    return json.dumps({"found": rows, "problems": list(problems)}, indent=2, ensure_ascii=False)


def as_sarif(found: Iterable[Found], leaks: Leaks, problems: Sequence[str]) -> str:
    """All of it in the Static Analysis Results Interchange Format, 2.1.0."""
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": f"A secret of an API token: {state}."},
            "help": {"text": _HELP},
            "defaultConfiguration": {"level": _level(state)},
        }
        for state, rule in _RULES.items()
    ]
    driver = {
        "name": "tokenwidgets",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": rules,
    }
    notices = [{"level": "warning", "message": {"text": problem}} for problem in problems]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notices}],
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, leaks[each.digest]) for each in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _words(found: Found, leak: Leak) -> str:
    whose = f", token {leak.token} ({leak.token_id}) of {leak.owner}" if leak.owner else ""
    return f"{found.hint} {leak.state}{whose}"


def _row(found: Found, leak: Leak) -> dict[str, Any]:
    place = found.place
    return {
        "path": os.fsencode(place.path).decode("utf-8", "backslashreplace"),
        "inside": shown(place.inside),
        "line": place.line or None,
        "column": place.column or None,
        "hint": found.hint,
        "state": leak.state.value,
        "token_id": leak.token_id,
        "token": leak.token or None,
        "owner": leak.owner or None,
        "expires_at": leak.expires_at.isoformat() if leak.expires_at else None,
    }


def _result(found: Found, leak: Leak) -> dict[str, Any]:
    place = found.place
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(os.fsencode(PurePath(place.path).as_posix()))},
            "region": {"startLine": place.line or 1, "startColumn": place.column or 1},
        }
    }
    if place.inside:
        location["logicalLocations"] = [{"fullyQualifiedName": place.inside}]
    inside = f" in {shown(place.inside)}" if place.inside else ""
    return {
        "ruleId": _RULES[leak.state],
        "ruleIndex": list(_RULES).index(leak.state),
        "level": _level(leak.state),
        "message": {"text": f"{_words(found, leak)}{inside}. {_HELP}"},
        "locations": [location],
        # The same leak stays the same when lines are put in above it.
        "partialFingerprints": {"secretPlace/v1": _fingerprint(found)},
    }


def _fingerprint(found: Found) -> str:
    """Of the place's file and the digest, which cannot be told from it."""
    seed = found.digest + found.place.path.encode("utf-8", "surrogateescape")
    return hashlib.sha256(seed).hexdigest()[:32]


def _level(state: LeakState) -> str:
    if state.is_alarm:
        return "error"
    return "warning" if state.can_come_back or state is LeakState.UNKNOWN else "note"
