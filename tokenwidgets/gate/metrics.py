"""What the gate tells Prometheus: decisions by reason, how long they took, what was remembered."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tokenwidgets.verifier import Tally

__all__ = ["GateMetrics"]

_BUCKETS = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1.0)


class _Counted(Protocol):
    def tally(self) -> Tally: ...


class GateMetrics:
    """Counts and times for one gate.

    Args:
        registry: where they are registered; a new one unless given.

    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = CollectorRegistry() if registry is None else registry
        self._decisions = Counter(
            "tokenwidgets_decisions",
            "Requests decided, by what came of them.",
            ["reason"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "tokenwidgets_decision_seconds",
            "How long a decision took.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._by_reason: dict[str, Counter] = {}

    def watch(self, verifier: _Counted) -> None:
        """Also tell what this verifier read from the database and what it remembered."""
        self.registry.register(_TallyCollector(verifier))

    def decided(self, why: str, started: float) -> None:
        """Note one decision: why, and when (by ``time.perf_counter``) it was begun."""
        counter = self._by_reason.get(why)
        if counter is None:
            counter = self._by_reason[why] = self._decisions.labels(why)
        counter.inc()
        self._seconds.observe(perf_counter() - started)


class _TallyCollector(Collector):
    def __init__(self, verifier: _Counted) -> None:
        self._verifier = verifier

    def collect(self) -> Iterable[Metric]:
        tally = self._verifier.tally()
        yield CounterMetricFamily(
            "tokenwidgets_database_reads", "Decisions read from the database.", tally.reads
        )
        yield CounterMetricFamily(
            "tokenwidgets_replica_reads",
            "Decisions read from a replica, of those read.",
            tally.replica_reads,
        )
        yield CounterMetricFamily(
            "tokenwidgets_cache_hits", "Decisions given from memory.", tally.hits
        )
