"""Change tokens at random, as an administrator would, and tell what came of each change."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable

import msgspec

from tokenwidgets import errors
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import NewToken, TokenRow
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import EXPIRATION_MONTHS, OVERLAPS, Access

APIS = ("orders", "billing", "reports")
OWNERS = ("jdoe", "asmith", "bjones", "cwhite")
NAMES = "abcdefgh"


class Told(msgspec.Struct, omit_defaults=True):
    """What an administrator was told of one change, in the words of the audit trail.

    ``refused`` is the error's name, or empty. ``tokens`` are those that were changed, each with
    the version that it has by it, and ``secrets`` those that were shown, by token. ``ended``
    are tokens that are revoked now, if not by this change, then before; ``count`` is how many
    "revoke all" said. ``wrong`` is what must never happen.
    """

    actor: str
    action: str
    seconds: float = 0
    refused: str = ""
    tokens: list[tuple[int, int]] = []
    secrets: dict[int, str] = {}
    ended: list[int] = []
    count: int = 0
    wrong: str = ""

    def __repr__(self) -> str:
        """Without the secrets, though they are a test's."""
        return f"<{self.actor}: {self.action} {self.tokens or self.ended} {self.refused}>"


class Administrator:
    """One of several who change the same few tokens. Secrets of their own are tried again."""

    def __init__(self, platform: Platform, chance: random.Random) -> None:
        self._platform = platform
        self._chance = chance
        self._verifier = Verifier(platform.database, record_usage=False)
        self._secrets: dict[int, list[str]] = defaultdict(list)

    def change(self) -> Told:
        """Make one change."""
        told = Told(self._platform.actor, "look")
        began = time.perf_counter()
        try:
            told.action, change = self._choose()
            began = time.perf_counter()
            change(told)
        except errors.TokenWidgetsError as error:
            told.refused = type(error).__name__
        except Exception as error:
            told.wrong = repr(error)
        told.seconds = time.perf_counter() - began
        self._try_secrets(told)
        return told

    def _choose(self) -> tuple[str, Callable[[Told], None]]:
        """What to do next, of what can be seen to be possible; others may come before."""
        chance, tokens = self._chance, self._platform.tokens
        owner = chance.choice(OWNERS)
        live = tokens.page(owner).rows
        name = chance.choice(NAMES)
        grants = {api: chance.choice([Access.NONE, Access.READ]) for api in APIS}
        grants["orders"] = Access.FULL
        months = chance.choice(EXPIRATION_MONTHS)
        kind = chance.random()
        if not live or kind < 0.3:
            return "add token", lambda told: _made(
                told, tokens.add(owner, name, grants, months=months)
            )
        token = chance.choice(live)
        if kind < 0.35:
            return "add token", lambda told: _made(
                told, *tokens.add_separately(owner, name, grants)
            )
        if kind < 0.6:
            return "edit token", lambda told: _edited(
                told,
                token,
                tokens.edit(token.id, name=name, grants=grants, version=token.version),
            )
        if kind < 0.8:
            overlap = chance.choice(list(OVERLAPS.values()))
            return "regenerate token", lambda told: _regenerated(
                told,
                token,
                tokens.regenerate(token.id, months=months, overlap=overlap, version=token.version),
            )
        if kind < 0.97:
            return "revoke token", lambda told: _ended(told, [tokens.revoke(token.id)], 0)
        return "revoke all tokens", lambda told: _ended(told, live, tokens.revoke_all(owner))

    def _try_secrets(self, told: Told) -> None:
        """See that no secret opens anything once its token was said to be revoked."""
        for token_id, secret in told.secrets.items():
            self._secrets[token_id].append(secret)
        for token_id in told.ended:
            for secret in self._secrets.pop(token_id, []):
                if self._verifier.check(secret, "orders", "GET").allowed:
                    told.wrong = f"token {token_id} was said to be revoked, and still works"


def _made(told: Told, *made: NewToken) -> None:
    told.tokens = [(new.token.id, new.token.version) for new in made]
    told.secrets = {new.token.id: new.secret.reveal() for new in made}


def _regenerated(told: Told, before: TokenRow, new: NewToken) -> None:
    _made(told, new)
    _follow(told, before, new.token)


def _edited(told: Told, before: TokenRow, after: TokenRow) -> None:
    # What already is as it is wanted is not changed.
    if after.version != before.version:
        told.tokens = [(after.id, after.version)]
        _follow(told, before, after)


def _follow(told: Told, before: TokenRow, after: TokenRow) -> None:
    if after.version != before.version + 1:
        told.wrong = f"token {after.id}: a change that nobody had seen was overwritten"


def _ended(told: Told, tokens: list[TokenRow], count: int) -> None:
    told.ended = [token.id for token in tokens]
    told.count = count
