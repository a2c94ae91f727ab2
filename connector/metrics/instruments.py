"""Counts and times what the parts tell, for Prometheus, and how much of Google's quota is used.

Labels never hold an id, a token, an address or anything of a customer: their values are routes, statuses and the
short names of outcomes, all of which stand in the code.
"""

from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)

from connector.observer import OK, Callee, Observer
from connector.sheets.errors import Kind
from connector.sheets.quota import QuotaUse, quota_of
from connector.store.hours import FRESH

# When each series began is one more series for each, and nobody looks at it.
disable_created_metrics()  # type: ignore[no-untyped-call]
_WEB_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
_COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_CALL_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 5, 10, 15, 30, 60)
_TO_ROW_SECONDS = (0.5, 1, 2, 3, 5, 10, 30, 60, 120, 300, 600, 3600, 21600, 86400)
_CHANGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_ORDERS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
_ROWS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)


class Instruments(Observer):
    """Everything that is counted while it happens. Safe to use from several threads."""

    def __init__(self, version: str, *, quota: QuotaUse | None = None) -> None:
        self.registry = registry = CollectorRegistry()
        self.quota = quota or QuotaUse()
        ProcessCollector(registry=registry)
        Info("connector_build", "The connector's version.", registry=registry).info({"version": version})
        self._web = Histogram(
            "connector_http_request_duration_seconds",
            "Time from a web request's arrival in the application to its answer. "
            "Route `unmatched` is every address that is not there; its method is `other`.",
            ["method", "route", "status"],
            buckets=_WEB_SECONDS,
            registry=registry,
        )
        self._web_children: dict[tuple[str, str, int], Histogram] = {}
        received = Counter(
            "connector_received_total",
            "What came in by webhook, POST /orders and the message history: orders that were new (accepted) or known "
            "already (duplicate), messages that are no orders (ignored), parts that were not understood (quarantined).",
            ["result"],
            registry=registry,
        )
        self._accepted, self._duplicates, self._ignored, self._quarantined = (
            received.labels(result) for result in ("accepted", "duplicate", "ignored", "quarantined")
        )
        self._commit_changes = Histogram(
            "connector_commit_changes",
            "Changes to the store that went to disk together in one commit.",
            buckets=_CHANGES,
            registry=registry,
        )
        self._commit_seconds = Histogram(
            "connector_commit_duration_seconds",
            "Time that a commit to the store took, its changes and the flush to disk included.",
            buckets=_COMMIT_SECONDS,
            registry=registry,
        )
        self._calls = {
            Callee.GOOGLE: Histogram(
                "connector_google_call_duration_seconds",
                "Time of the calls to Google Sheets, getting an access token included. "
                "Outcome `taken` is also what a proof of the guard is meant to get, every 30 days.",
                ["operation", "outcome"],
                buckets=_CALL_SECONDS,
                registry=registry,
            ),
            Callee.WHAPI: Histogram(
                "connector_whapi_call_duration_seconds",
                "Time of the calls to Whapi.",
                ["operation", "outcome"],
                buckets=_CALL_SECONDS,
                registry=registry,
            ),
        }
        self._fetches = Counter(
            "connector_fetch_tries_total",
            "Tries to get an order's items from Whapi, by outcome; everything but `ok` is a failure.",
            ["outcome"],
            registry=registry,
        )
        self._writes = Counter(
            "connector_write_tries_total",
            "Tries to bring a batch into the sheet, by outcome; everything but `ok` is a failure. "
            "`unclear` is settled later, see connector_batches_settled_total.",
            ["outcome"],
            registry=registry,
        )
        self._settled = Counter(
            "connector_batches_settled_total",
            "Batches without a clear answer of which it was found out later whether the sheet has them (applied) "
            "or never will (void).",
            ["result"],
            registry=registry,
        )
        self._batch_orders = Histogram(
            "connector_batch_orders", "Orders in a batch that was sent.", buckets=_ORDERS, registry=registry
        )
        self._batch_rows = Histogram(
            "connector_batch_rows",
            "New rows in a batch that was sent, orders and items together.",
            buckets=_ROWS,
            registry=registry,
        )
        self._message_to_row = Histogram(
            "connector_message_to_row_seconds",
            "Time from the customer's message, as WhatsApp dates it, to the order's row in the sheet. "
            "Only orders that came in within 10 minutes of their message.",
            buckets=_TO_ROW_SECONDS,
            registry=registry,
        )
        self._stored_to_row = Histogram(
            "connector_stored_to_row_seconds",
            "Time from the moment an order was stored to its row in the sheet. All orders, also after an outage.",
            buckets=_TO_ROW_SECONDS,
            registry=registry,
        )
        # A rate needs a beginning: what can be known beforehand is shown as 0 before it happens first.
        self._fetches.labels(OK)
        for outcome in (OK, *Kind):
            self._writes.labels(outcome)
        for result in ("applied", "void"):
            self._settled.labels(result)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        # Asking the library for a child costs more than the observation itself. Two threads may both ask: they get
        # the same one.
        child = self._web_children.get(key)
        if child is None:
            child = self._web_children[key] = self._web.labels(method, route, status)
        child.observe(seconds)

    def received(self, *, accepted: int, duplicates: int, ignored: int, quarantined: int) -> None:
        if accepted:
            self._accepted.inc(accepted)
        if duplicates:
            self._duplicates.inc(duplicates)
        if ignored:
            self._ignored.inc(ignored)
        if quarantined:
            self._quarantined.inc(quarantined)

    def committed(self, *, changes: int, seconds: float) -> None:
        self._commit_changes.observe(changes)
        self._commit_seconds.observe(seconds)

    def call_ended(self, callee: Callee, operation: str, outcome: str, seconds: float) -> None:
        self._calls[callee].labels(operation, outcome).observe(seconds)
        if callee is Callee.GOOGLE and (quota := quota_of(operation, outcome)) is not None:
            self.quota.count(quota, ago=seconds)

    def fetch_tried(self, outcome: str) -> None:
        self._fetches.labels(outcome).inc()

    def batch_sent(self, *, orders: int, rows: int) -> None:
        self._batch_orders.observe(orders)
        self._batch_rows.observe(rows)

    def write_tried(self, outcome: str) -> None:
        self._writes.labels(outcome).inc()

    def batch_settled(self, *, applied: bool) -> None:
        self._settled.labels("applied" if applied else "void").inc()

    def row_written(self, *, received_at: datetime, stored_at: datetime, now: datetime) -> None:
        # Clocks differ, and WhatsApp's knows whole seconds only: a message may seem to come from the future.
        self._stored_to_row.observe(max((now - stored_at).total_seconds(), 0.0))
        if stored_at - received_at <= FRESH:
            self._message_to_row.observe(max((now - received_at).total_seconds(), 0.0))
