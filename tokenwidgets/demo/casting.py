"""Which tokens the demo's users have: names, access and fates, drawn at random from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tokenwidgets.demo.catalogue import APIS
from tokenwidgets.demo.lives import Fate, Life, live
from tokenwidgets.demo.people import PEOPLE, Person
from tokenwidgets.vocabulary import Access

__all__ = ["SHOWCASE", "cast_tokens"]

SHOWCASE = "jdoe"
"""Whoever looks for one user with a token of every kind finds her."""

_SHOWCASE_TOKENS: tuple[tuple[str, Fate, dict[str, Access]], ...] = (
    ("Month-end close", Fate.ACTIVE, {"billing": Access.FULL, "payments": Access.READ}),
    ("Power BI", Fate.EXPIRING, {"billing": Access.READ, "exchange-rates": Access.READ}),
    ("Excel add-in", Fate.EXPIRED, {"exchange-rates": Access.READ}),
    ("Old laptop", Fate.REVOKED, {"billing": Access.FULL, "orders": Access.READ}),
    ("Reconciliation", Fate.OVERLAP, {"payments": Access.FULL, "billing": Access.READ}),
    ("Cash forecast", Fate.STILL_PRESENTED, {"forecasts": Access.READ, "payments": Access.READ}),
    ("Budget model", Fate.EDITED, {"billing": Access.READ}),
    ("Sandbox", Fate.NEVER_USED, {"orders": Access.READ}),
    ("Invoice check", Fate.RENEWED, {"billing": Access.READ}),
)

# A service with more tokens than a page of them has rows: one for each API and job.
_LOADER = "svc-etl"
_LOADER_JOBS = ("load", "check", "archive")

_NAMES = (
    "Laptop",
    "Notebook",
    "Weekly report",
    "Dashboard",
    "Excel add-in",
    "Ad-hoc analysis",
    "Price check",
    "Postman",
    "Proof of concept",
)
_SERVICE_NAMES = ("production", "staging", "retry worker", "webhook", "batch", "failover")
_AT_HOME = {
    "Customer Care": ("customers", "orders", "shipments"),
    "Data Science": ("features", "forecasts", "events"),
    "Finance": ("billing", "payments", "exchange-rates"),
    "Logistics": ("shipments", "stock", "suppliers"),
    "Marketing": ("customers", "price-list", "events"),
    "Platform Engineering": ("events", "orders", "stock"),
}
_FATES = {
    Fate.ACTIVE: 40,
    Fate.NEVER_USED: 8,
    Fate.EDITED: 8,
    Fate.EXPIRING: 12,
    Fate.EXPIRED: 14,
    Fate.REVOKED: 10,
    Fate.RENEWED: 12,
    Fate.OVERLAP: 3,
    Fate.STILL_PRESENTED: 3,
}
_READ_ONLY = frozenset(api.name for api in APIS if api.read_only)


def cast_tokens(rng: random.Random, at: datetime) -> Iterator[Life]:
    """The lives of all tokens up to the instant ``at``."""
    for person in PEOPLE:
        if person.user_id == SHOWCASE:
            for name, fate, grants in _SHOWCASE_TOKENS:
                yield live(rng, fate, person.user_id, name, grants, at)
        elif person.user_id == _LOADER:
            yield from _loader(rng, at)
        else:
            # Who has left stopped in the middle of things, on the day they left.
            yield from _some(rng, person, at - timedelta(days=person.left or 0))


def _some(rng: random.Random, person: Person, at: datetime) -> Iterator[Life]:
    names = _SERVICE_NAMES if person.is_service else _NAMES
    count = rng.randint(2, 5) if person.is_service else rng.choice((0, 1, 1, 2, 2, 3))
    for name in rng.sample(names, count):
        (fate,) = rng.choices(list(_FATES), list(_FATES.values()))
        yield live(rng, fate, person.user_id, name, _grants(rng, person), at)


def _loader(rng: random.Random, at: datetime) -> Iterator[Life]:
    for api in APIS:
        for job in _LOADER_JOBS:
            (fate,) = rng.choices([Fate.ACTIVE, Fate.EXPIRING, Fate.EXPIRED], [7, 1, 1])
            access = _highest(api.name) if job == "load" else Access.READ
            yield live(rng, fate, _LOADER, f"{job}-{api.name}", {api.name: access}, at)


def _grants(rng: random.Random, person: Person) -> dict[str, Access]:
    at_home = _AT_HOME[person.department]
    first = rng.choice(at_home)
    more = rng.sample([api.name for api in APIS if api.name != first], rng.choice((0, 0, 1, 2, 4)))
    writes = 0.6 if person.is_service else 0.25
    grants = {first: _highest(first) if rng.random() < writes else Access.READ}
    for name in more:
        writes_too = name in at_home and rng.random() < writes
        grants[name] = _highest(name) if writes_too else Access.READ
    return grants


def _highest(api: str) -> Access:
    return Access.READ if api in _READ_ONLY else Access.FULL
