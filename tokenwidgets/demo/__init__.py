"""A believable platform to try things on: users, groups, APIs, tokens, and how they came about."""

from __future__ import annotations

import random
from datetime import datetime

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.demo.casting import SHOWCASE, cast_tokens
from tokenwidgets.demo.people import ADMIN, ADMIN_NAME
from tokenwidgets.demo.stage import Stage
from tokenwidgets.demo.story import began, tell
from tokenwidgets.progress import Progress, no_progress
from tokenwidgets.vocabulary import now

__all__ = ["ADMIN", "SHOWCASE", "build"]


def build(
    database: Database,
    *,
    progress: Progress = no_progress,
    at: datetime | None = None,
    seed: int = 2026,
) -> None:
    """Build the demo platform by what its people would have done, through the services.

    The same seed and instant give the same platform, but for the secrets, which nobody gets.

    Args:
        database: where; it must have no users yet.
        progress: called with the steps that are done and how many there are.
        at: the instant at which the platform's history ends, timezone-aware; now if None.
        seed: what everything that is drawn at random comes from.

    Raises:
        NameInUse: the database has users already.
        DatabaseError: the database is not there, not ours, or of another version.

    """
    at = at or now()
    rng = random.Random(seed)  # noqa: S311 - a story, not a secret
    lives = list(cast_tokens(rng, at))
    steps = tell(rng, lives, at)
    stage = Stage(database, began(at))
    initialise(
        database,
        ADMIN,
        name=ADMIN_NAME,
        email=f"{ADMIN}@example.org",
        demo=True,
        clock=stage.clock,
    )
    for done, step in enumerate(steps):
        progress(done, len(steps))
        stage.at = step.at
        step.do(stage)
    stage.write_usage(lives)
    progress(len(steps), len(steps))
