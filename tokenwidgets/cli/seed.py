"""``tokenwidgets seed``: a platform as large as one likes, to try things on."""

from __future__ import annotations

import time

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Command, say

__all__ = ["Seed"]


class Seed(Command):
    """Fill a new platform with very many users and tokens."""

    name = "tokenwidgets seed"
    description = """Fill a new platform with very many users and tokens, to try it at full size:
    invented people, APIs, and tokens in every status, whose secrets nobody has. All or nothing. A
    platform with users, APIs or tokens that were not seeded is left as it is."""
    examples = """
    tokenwidgets init --admin rlindqvist --database-url sqlite:///large.db
    tokenwidgets seed --users 100000 --tokens 500000 --database-url sqlite:///large.db
    """
    users = traitlets.Int(0, min=0, help="How many users to add.").tag(config=True)
    tokens = traitlets.Int(0, min=0, help="How many tokens to add.").tag(config=True)
    apis = traitlets.Int(20, min=0, help="How many APIs there are to be.").tag(config=True)
    seed = traitlets.Int(1, help="What everything that is drawn at random comes from.").tag(
        config=True
    )
    aliases = {
        **Command.aliases,
        "users": "Seed.users",
        "tokens": "Seed.tokens",
        "apis": "Seed.apis",
        "seed": "Seed.seed",
    }

    def run(self) -> int:
        """Add them."""
        from tokenwidgets.cli.output import progress_bar
        from tokenwidgets.seed import seed

        if not self.users:
            raise UsageError("--users must be given")
        database = self.database()
        began = time.perf_counter()
        with progress_bar("Rows") as progress:
            made = seed(
                database,
                users=self.users,
                tokens=self.tokens,
                apis=self.apis,
                seed=self.seed,
                progress=progress,
            )
        rate = made.rows / max(time.perf_counter() - began, 1e-3)
        database.close()
        say(
            f"Added {made.users:,} users, {made.tokens:,} tokens, {made.apis:,} APIs to"
            f" {database.place}: {made.rows:,} rows, {rate:,.0f} a second."
        )
        return 0
