"""How many requests there were and how long they took, for Prometheus."""

from __future__ import annotations

from functools import partial

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.responses import Response

from invgray.serve.work import State, Workshop

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counts of one server.

    Args:
        workshop: whose requests are counted by their state.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "invgray_requests",
            "Requests that were answered, or whose client went away (499).",
            ("operation", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "invgray_request_seconds",
            "Seconds from a request's head to its answer.",
            ("operation",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        gauge = Gauge(
            "invgray_requests_now",
            "Requests that are being received, wait or are in work.",
            ("state",),
            registry=self._registry,
        )
        for state in State:
            gauge.labels(state).set_function(partial(workshop.count, state))

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(operation, status).inc()
        self._seconds.labels(operation).observe(seconds)

    def answer(self) -> Response:
        """All counts, in Prometheus' text format."""
        return Response(
            generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )
