"""What the templates are given: the shop as a whole, and the orders that are asked for."""

from typing import Any

from connector.dashboard.charts import orders_plot, times_plot
from connector.dashboard.dependencies import part_states
from connector.dashboard.formatting import Words
from connector.dashboard.health import judge
from connector.dashboard.listing import Listings, Query
from connector.dashboard.snapshot import Snapshots
from connector.runtime import Service


class Views:
    """Safe to use from several threads. Each method may raise what the database raises, or TooSlowError."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._snapshots = Snapshots(service)
        self._listings = Listings(service)

    def words(self) -> Words:
        return self._snapshots.words()

    def overview(self) -> dict[str, Any]:
        """For `_overview.html` and `_state.html`."""
        snapshot = self._snapshots.latest()
        findings, checked_at = self._service.findings.get()
        return {
            "snapshot": snapshot,
            "words": snapshot.words,
            "verdict": judge(snapshot, findings, checked_at=checked_at),
            "audited": self._service.audits.latest(),
            "parts": list(part_states(self._service, snapshot)),
            "plots": [orders_plot(snapshot.hours, snapshot.words), times_plot(snapshot.hours, snapshot.words)],
        }

    def orders(self, query: Query) -> dict[str, Any]:
        """For `_orders.html`."""
        words = self.words()
        return {"listing": self._listings.get(query, words), "words": words}

    def everything(self, query: Query) -> dict[str, Any]:
        return {**self.overview(), **self.orders(query)}

    def forget(self) -> None:
        """Whoever has just changed something sees it at once."""
        self._snapshots.forget()
        self._listings.forget()
