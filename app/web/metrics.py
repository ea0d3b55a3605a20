"""Figures for Prometheus, behind the setting FREELABELS_METRICS: how many requests, how long, and what is kept."""

from collections.abc import Callable

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)  # seconds


class Metrics:
    """One process's figures. Several workers each have their own: scrape replicas of one worker each."""

    def __init__(self, app: FastAPI) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        named = ("method", "route", "status")
        self._requests = Counter("freelabels_requests", "Requests answered", named, registry=self.registry)
        self._seconds = Histogram(
            "freelabels_request_seconds", "Time to the end of an answer", ("route",), buckets=BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self._gauge("kept_page_bytes", "Rendered pages", lambda: app.state.services.pages.kept.currsize)
        self._gauge("kept_analysis_bytes", "Analyses", lambda: app.state.services.predictor.kept.currsize)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request that has been answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def _gauge(self, name: str, what: str, value: Callable[[], float]) -> None:
        Gauge(f"freelabels_{name}", what, registry=self.registry).set_function(value)

    def route(self) -> Route:
        """/metrics."""

        def answer(request: Request) -> Response:
            headers = {"Cache-Control": "no-store"}
            return Response(generate_latest(self.registry), headers=headers, media_type=CONTENT_TYPE_PLAIN_0_0_4)

        return Route("/metrics", answer)
