"""The lives of the demo's tokens: made when, changed how, used last, in every status there is."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tokenwidgets.vocabulary import Access, add_months

__all__ = ["Fate", "Life", "live"]


class Fate(enum.Enum):
    """How the life of a token goes."""

    ACTIVE = enum.auto()
    NEVER_USED = enum.auto()
    EDITED = enum.auto()
    EXPIRING = enum.auto()
    EXPIRED = enum.auto()
    REVOKED = enum.auto()
    RENEWED = enum.auto()
    OVERLAP = enum.auto()
    STILL_PRESENTED = enum.auto()


@dataclass(frozen=True, slots=True)
class Life:
    """One token from its first instant on; what never happened is None. All times in UTC.

    ``used_at`` is of the present secret, ``old_used_at`` and ``refused_at`` are of the one
    that regeneration replaced.
    """

    owner: str
    name: str
    grants: dict[str, Access]
    months: int
    created_at: datetime
    edited_at: datetime | None = None
    regenerated_at: datetime | None = None
    overlap: timedelta = timedelta(0)
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    old_used_at: datetime | None = None
    refused_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other tokens: no owner uses a name twice."""
        return self.owner, self.name


def live(
    rng: random.Random, fate: Fate, owner: str, name: str, grants: dict[str, Access], at: datetime
) -> Life:
    """A life that has this fate at the instant ``at``."""
    months = rng.choice((3, 6, 6, 12))
    born = Life(owner, name, grants, months, _office_hours(rng, _started(rng, months, at)))
    return _LIVES[fate](rng, born, at)


def _active(rng: random.Random, life: Life, at: datetime) -> Life:
    return replace(life, used_at=_used(rng, life.created_at, at))


def _never_used(rng: random.Random, life: Life, at: datetime) -> Life:
    return life


def _edited(rng: random.Random, life: Life, at: datetime) -> Life:
    edited_at = _between(rng, life.created_at, at)
    return replace(_active(rng, life, at), edited_at=edited_at)


def _expiring(rng: random.Random, life: Life, at: datetime) -> Life:
    # Days enough at both ends for what the calendar and office hours take away.
    return _active(rng, _expires(rng, life, at + timedelta(days=rng.uniform(5, 26))), at)


def _expired(rng: random.Random, life: Life, at: datetime) -> Life:
    life = replace(life, months=min(life.months, 6))
    life = _expires(rng, life, at - timedelta(days=rng.uniform(5, 120)))
    return _active(rng, life, add_months(life.created_at, life.months))


def _revoked(rng: random.Random, life: Life, at: datetime) -> Life:
    revoked_at = _between(rng, life.created_at, at)
    return replace(_active(rng, life, revoked_at), revoked_at=revoked_at)


def _renewed(rng: random.Random, life: Life, at: datetime) -> Life:
    regenerated_at = _office_hours(rng, at - timedelta(days=rng.uniform(8, 110)))
    life = replace(life, months=6)
    life = _expires(rng, life, regenerated_at + timedelta(days=rng.uniform(4, 20)))
    return replace(
        life,
        regenerated_at=regenerated_at,
        used_at=_used(rng, regenerated_at, at),
        old_used_at=_used(rng, life.created_at, regenerated_at),
    )


def _overlap(rng: random.Random, life: Life, at: datetime) -> Life:
    regenerated_at = at - timedelta(hours=rng.uniform(20, 120))
    life = replace(life, months=6)
    life = _expires(rng, life, regenerated_at + timedelta(days=rng.uniform(12, 20)))
    return replace(
        life,
        regenerated_at=regenerated_at,
        overlap=timedelta(days=7),
        old_used_at=at - timedelta(minutes=rng.uniform(5, 600)),
    )


def _still_presented(rng: random.Random, life: Life, at: datetime) -> Life:
    life = _renewed(rng, life, at)
    return replace(life, refused_at=at - timedelta(minutes=rng.uniform(2, 2000)))


_LIVES = {
    Fate.ACTIVE: _active,
    Fate.NEVER_USED: _never_used,
    Fate.EDITED: _edited,
    Fate.EXPIRING: _expiring,
    Fate.EXPIRED: _expired,
    Fate.REVOKED: _revoked,
    Fate.RENEWED: _renewed,
    Fate.OVERLAP: _overlap,
    Fate.STILL_PRESENTED: _still_presented,
}


def _started(rng: random.Random, months: int, at: datetime) -> datetime:
    """When a token of these months was made that is still far from its end."""
    oldest = add_months(at, -months) + timedelta(days=40)
    return oldest + (at - timedelta(days=4) - oldest) * rng.random()


def _expires(rng: random.Random, life: Life, expires_at: datetime) -> Life:
    """The same life, begun so that the token expires about then."""
    return replace(life, created_at=_office_hours(rng, add_months(expires_at, -life.months)))


def _between(rng: random.Random, since: datetime, until: datetime) -> datetime:
    """An hour of work on some day after ``since``, and before the day of ``until``."""
    day = since + (until - timedelta(days=1) - since) * rng.uniform(0.3, 1)
    return max(_office_hours(rng, day), since + timedelta(hours=1))


def _used(rng: random.Random, since: datetime, until: datetime) -> datetime:
    """Most tokens were used lately; some have been forgotten."""
    ago = timedelta(hours=rng.lognormvariate(1.5, 2))
    return max(until - ago, since + (until - since) * rng.random())


def _office_hours(rng: random.Random, instant: datetime) -> datetime:
    """About the same time, but on a working day, in the day."""
    day = instant - timedelta(days=max(0, instant.weekday() - 4))
    return day.replace(
        hour=rng.randint(7, 16),
        minute=rng.randint(0, 59),
        second=rng.randint(0, 59),
        microsecond=0,
    )
