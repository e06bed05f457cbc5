"""Metrics 指标 in the form of Prometheus: requests, refusals, workers, queues, and sums over everybody.

Decides what is counted and that no label names an organisation, a person, a grant or a dataset. Several
processes of one service share their counts in the folder ``PROMETHEUS_MULTIPROC_DIR`` names; what stands in
the store is read when it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError
from space.engines.workers.pool import Pool
from space.observing.queues import Queue, queues
from space.observing.requests import Seen

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# Set by whoever starts several processes of one service, before this is imported.
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """The metrics of one process.

    Attributes:
        registry: what this process counts.
    """

    def __init__(self, classes_ms: Sequence[int], pool: Pool) -> None:
        """Begin to count.

        Args:
            classes_ms: upper bounds of the classes of durations, in milliseconds.
            pool: whose workers are told of.
        """
        self.registry = CollectorRegistry()
        self._pool = pool
        self._requests = Counter(
            "ybz_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "ybz_request_seconds",
            "How long requests took.",
            ("method", "route"),
            buckets=[most / 1000 for most in classes_ms],
            registry=self.registry,
        )
        self._refused = Counter(
            "ybz_refusals", "Problems answered, by their code.", ("code",), registry=self.registry
        )
        self._workers = Gauge(
            "ybz_workers",
            "Workers of queries.",
            ("state",),
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def seen(self, request: Seen) -> None:
        """Count a request that is over."""
        self._requests.labels(request.method, request.route, str(request.status)).inc()
        self._seconds.labels(request.method, request.route).observe(request.seconds)
        if request.code:
            self._refused.labels(request.code).inc()
        self._count_workers()

    def text(self, engine: Engine, day: date) -> bytes:
        """Everything, as Prometheus reads it; of every process of the service."""
        self._count_workers()
        registry = self.registry
        if os.environ.get(SHARED):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(_stored(engine, day))

    def _count_workers(self) -> None:
        waiting, running = self._pool.count()
        self._workers.labels("waiting").set(waiting)
        self._workers.labels("running").set(running)


class _Stored(Collector):
    """What is read from the store when it is asked for."""

    def __init__(self, engine: Engine, day: date) -> None:
        self._engine, self._day = engine, day

    def collect(self) -> Iterator[Metric]:
        """Each queue, and whether the store could be read at all."""
        found: Iterable[Queue] = ()
        reached = 1.0
        try:
            found = queues(self._engine, self._day)
        except (SQLAlchemyError, CatalogError):
            reached = 0.0  # a store that is away is a figure too
        up = GaugeMetricFamily("ybz_store_up", "Whether the store answers.", labels=())
        up.add_metric((), reached)
        yield up
        for queue in found:
            family = GaugeMetricFamily(queue.name, queue.says, labels=tuple(queue.labels))
            for labels, number in queue.numbers:
                family.add_metric(labels, number)
            yield family


def _stored(engine: Engine, day: date) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Stored(engine, day))
    return registry
