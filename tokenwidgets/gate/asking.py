"""Ask the verifier about one request, as every door of the gate does."""

from __future__ import annotations

from time import perf_counter

from tokenwidgets.gate.bearer import NO_API, Headers, Refusal, presented_secret, refusal_of
from tokenwidgets.gate.metrics import GateMetrics
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Decision

__all__ = ["Asking"]


class Asking:
    """A verifier to ask, and the metrics that count what it answers.

    Args:
        verifier: the asynchronous one; the other is given an asynchronous twin.
        metrics: where to count; None for nowhere.

    """

    def __init__(self, verifier: Verifier | AsyncVerifier, metrics: GateMetrics | None) -> None:
        if isinstance(verifier, Verifier):
            verifier = AsyncVerifier.twin_of(verifier)
        self.verifier = verifier
        self._metrics = metrics

    async def ask(
        self, headers: Headers, query: bytes, api: str | None, method: str
    ) -> Decision | Refusal:
        """The decision if the request is allowed, else how it is refused; no API allows nothing."""
        started = perf_counter()
        secret = presented_secret(headers, query)
        if isinstance(secret, Refusal):
            return self.refuse(secret, started)
        if api is None:
            return self.refuse(NO_API, started)
        decision = await self.verifier.check(secret, api, method)
        if self._metrics is not None:
            self._metrics.decided(decision.reason.value, started)
        return refusal_of(decision) or decision

    def refuse(self, refusal: Refusal, started: float) -> Refusal:
        """Count a request that is refused without a decision."""
        if self._metrics is not None:
            self._metrics.decided(refusal.why, started)
        return refusal
