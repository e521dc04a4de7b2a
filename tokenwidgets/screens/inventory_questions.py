"""The questions before many tokens are revoked: their number is typed to confirm it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tokenwidgets.screens.confirming import WHY, number_field, refuse_other_number
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import count_of
from tokenwidgets.tokens import TokenFilter, TokenRow

__all__ = ["InventoryQuestions"]

_MOST_NAMED = 10


class InventoryQuestions:
    """Asks, and does what is confirmed.

    Args:
        shell: where to ask and tell.
        changed: called after each change, to bring the screen up to date.

    """

    def __init__(self, shell: Shell, changed: Callable[[], None]) -> None:
        self._shell = shell
        self._changed = changed

    def revoke_selected(self, tokens: Sequence[TokenRow]) -> None:
        """Ask before the live ones of these are revoked."""
        live = [token for token in tokens if token.status.is_live]
        if not live:
            self._shell.say("None of the selected tokens is live, so there is nothing to revoke.")
            return
        names = [f"{token.name} of {token.owner}" for token in live[:_MOST_NAMED]]
        more = len(live) - len(names)
        self._ask(
            len(live),
            [*names, f"and {more:,} more"] if more else names,
            lambda why: self._shell.platform.inventory.revoke_selected(
                [token.id for token in live], why=why
            ),
        )

    def revoke_matching(self, filters: TokenFilter) -> None:
        """Ask before all live tokens that match are revoked."""
        count = self._shell.platform.inventory.revocable(filters)
        if not count:
            self._shell.say("No live token matches, so there is nothing to revoke.")
            return
        self._ask(
            count,
            [],
            lambda why: self._shell.platform.inventory.revoke_matching(
                filters, count=count, why=why
            ),
        )

    def _ask(self, count: int, items: Sequence[str], revoke: Callable[[str], int]) -> None:
        tokens = count_of(count, "live token", "live tokens")
        self._shell.ask(
            f"Revoke {count_of(count, 'token', 'tokens')}?",
            lambda values: self._revoke(count, values, revoke),
            confirm="Revoke",
            lines=[f"{tokens} will stop working at once and for good{':' if items else '.'}"],
            items=items,
            fields=[number_field(count), WHY],
            danger=True,
        )

    def _revoke(self, count: int, values: Mapping[str, str], revoke: Callable[[str], int]) -> None:
        refuse_other_number(values, count)
        try:
            ended = revoke(values.get(WHY["name"], ""))
        finally:
            self._changed()
        self._shell.say(f"{count_of(ended, 'token was', 'tokens were')} revoked.")
