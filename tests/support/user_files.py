"""A CSV file of users taken, and what came of it."""

from __future__ import annotations

from typing import Any

import pytest

from tokenwidgets import errors
from tokenwidgets.history import EventRow
from tokenwidgets.imports import ImportReport
from tokenwidgets.platform import Platform

HEADER = "user_id,name,email,department,groups,active"
JANE = 'jdoe,"Doe, Jane",jdoe@example.org,Finance,Desk;Readers,yes'
ALAN = "asmith,Alan Smith,,Sales,,no"


def take(platform: Platform, *lines: str, header: str = HEADER, **options: Any) -> ImportReport:
    content = "\n".join([header, *lines]).encode()
    return platform.imports.users(content, "users.csv", **options)


def refused(platform: Platform, content: bytes) -> list[str]:
    """What is said of the bad lines; nothing may have changed."""
    before = everybody(platform), len(events(platform))
    with pytest.raises(errors.ImportRefused) as caught:
        platform.imports.users(content, "users.csv")
    assert (everybody(platform), len(events(platform))) == before
    return [str(problem) for problem in caught.value.problems]


def everybody(platform: Platform) -> dict[str, tuple[str, str, str, tuple[str, ...], bool]]:
    return {
        user.user_id: (user.name, user.email, user.department, user.groups, user.is_active)
        for user in platform.users.page(rows=1000).rows
        if user.user_id != "admin"
    }


def events(platform: Platform) -> list[EventRow]:
    return list(platform.history.page(rows=1000).rows)
