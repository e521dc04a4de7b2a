"""Hold what administrators were told against what the database has, and count what was done."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from changes import APIS, Told
from replay import REVOKING, Steps, differences, found, steps
from state import events

from tokenwidgets.database import Database
from tokenwidgets.schema import AuditEvent
from tokenwidgets.upkeep import check
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import now


class Reckoning:
    """What is wrong at the end, of all that must not be.

    Args:
        database: where they worked.
        told: what they were told.
        kills: how often a process of each was killed, by actor: so many changes of theirs may
            have been made of which nobody was told.

    """

    def __init__(self, database: Database, told: Sequence[Told], kills: Mapping[str, int]) -> None:
        self._database = database
        self._told = told
        self._kills = kills
        self._trail = events(database)
        self._steps = steps(self._trail)
        self._claimed: set[int] = set()

    def problems(self) -> list[str]:
        """Each in words; none of them has a secret in it."""
        return [
            *(told.wrong for told in self._told if told.wrong),
            *self._lost(),
            *self._not_told(),
            *self._secrets(),
            *differences(self._database),
            *map(str, check(self._database)),
        ]

    def _lost(self) -> Iterator[str]:
        """Changes that somebody was told of, and that are not there or are another's."""
        ended = {token for (token, _), event in self._steps.items() if event.action in REVOKING}
        for told in self._told:
            for step in told.tokens:
                event = self._steps.get(step)
                if event is None or (event.actor, event.action) != (told.actor, told.action):
                    yield f"{told.actor}: {told.action} {step} was lost"
                elif event.id in self._claimed:
                    yield f"{told.actor}: {told.action} {step} was told of twice"
                else:
                    self._claimed.add(event.id)
            for token in told.ended:
                if token not in ended:
                    yield f"token {token} was said to be revoked, and is not"
        yield from self._lost_revocations()

    def _lost_revocations(self) -> Iterator[str]:
        of_actor = defaultdict(list)
        for event in self._trail:
            if event.action in REVOKING:
                of_actor[event.actor, event.action].append(event)
        for told in self._told:
            if told.action not in REVOKING or told.refused:
                continue
            mine = of_actor[told.actor, told.action]
            if told.action == "revoke token":
                # Whoever was the first made the event.
                same = [event for event in mine if event.token_id in told.ended]
            else:
                same = [event for event in mine if len(event.detail["token_ids"]) == told.count]
            fresh = [event for event in same if event.id not in self._claimed]
            if fresh:
                self._claimed.add(fresh[0].id)
            elif told.count:
                yield f"{told.actor}: {told.action} of {told.count} was lost"

    def _not_told(self) -> Iterator[str]:
        """Changes that were made though an error said that nothing was."""
        # Tokens that are added together are one change, of one instant.
        changes = {(event.actor, event.at) for event in self._unclaimed()}
        doubtful = Counter(t.actor for t in self._told if t.refused == "OutcomeUnknown")
        for actor, silent in Counter(actor for actor, _ in changes).items():
            if actor in self._kills and silent > self._kills[actor] + doubtful[actor]:
                yield (
                    f"{actor} made {silent} changes without being told, was killed"
                    f" {self._kills[actor]} times, and left in doubt {doubtful[actor]} times"
                )

    def _unclaimed(self) -> list[AuditEvent]:
        of_all = {event.id: event for event in self._steps.values()}
        return [event for event in of_all.values() if event.id not in self._claimed]

    def _secrets(self) -> Iterator[str]:
        """Secrets that were shown and do not work, or that work when they must not."""
        there, last, at = found(self._database), _replacements(self._steps), now()
        with Verifier(self._database, record_usage=False) as verifier:
            for told in self._told:
                for token_id, version in told.tokens:
                    secret = told.secrets.get(token_id)
                    if secret is None:
                        continue
                    token = there.get(token_id, {"access": {}, "revoked_at": None})
                    api = next(iter(token["access"]), APIS[0])
                    decision = verifier.check(secret, api, "GET")
                    expected = token["revoked_at"] is None and _works(last[token_id], version, at)
                    if decision.allowed != expected:
                        yield (
                            f"the secret that made version {version} of token {token_id} is"
                            f" {decision.reason}, and it should {'' if expected else 'not '}work"
                        )


class Figures:
    """How much was done, and how quickly: what a soak prints."""

    def __init__(self, told: Sequence[Told], seconds: float) -> None:
        self.seconds = seconds
        self.times: dict[str, list[float]] = defaultdict(list)
        for each in told:
            if not each.refused:
                self.times[each.action].append(each.seconds)
        self.refused = Counter(each.refused for each in told if each.refused)

    @property
    def changes(self) -> int:
        """How many were acknowledged."""
        return sum(map(len, self.times.values()))

    def lines(self) -> Iterator[str]:
        """A table of them, and the refusals by kind."""
        rate = self.changes / self.seconds
        yield f"  {self.changes:,} changes in {self.seconds:.0f} s: {rate:.1f} a second"
        yield f"  {'':20}{'number':>8}{'p50, ms':>10}{'p99, ms':>10}"
        every = sorted(took for times in self.times.values() for took in times)
        for action, times in [*sorted(self.times.items()), ("all", every)]:
            if len(times) > 1:
                p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
                yield f"  {action:20}{len(times):>8,}{p50 * 1000:>10.1f}{p99 * 1000:>10.1f}"
        counted = ", ".join(f"{count:,} {kind}" for kind, count in self.refused.most_common())
        yield f"  refused: {counted or 'none'}"


def _replacements(made: Steps) -> dict[int, list[tuple[int, AuditEvent]]]:
    """The versions at which each token got a secret, oldest first, with their events."""
    given = defaultdict(list)
    for (token, version), event in made.items():
        if event.action in ("add token", "regenerate token"):
            given[token].append((version, event))
    return given


def _works(given: list[tuple[int, AuditEvent]], version: int, at: datetime) -> bool:
    """Whether the secret of this version should work: it is the last, or its overlap goes on."""
    versions = [each for each, _ in given]
    if version not in versions[-2:]:
        return False
    ends = given[-1][1].detail.get("old_secret_ends_at")
    return version == versions[-1] or (ends is not None and datetime.fromisoformat(ends) > at)
