"""What the service itself says of the orders that it took."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import httpx

from tests.chaos.expected import has_items
from tests.chaos.stream import Sent

_PAGE = 500
_NOT_KNOWN = "not known to the service"


class Asked:
    """The running service, asked over HTTP."""

    def __init__(self, url: str, secret: str) -> None:
        self._client = httpx.Client(
            base_url=url, headers={"X-Webhook-Secret": secret}, timeout=30, trust_env=False, verify=False
        )

    def statuses(self) -> dict[str, str]:
        """The status of every order that it lists."""
        statuses: dict[str, str] = {}
        before: int | None = None
        while True:
            query = {"limit": _PAGE} | ({"before": before} if before else {})
            page = self._client.get("/orders", params=query).raise_for_status().json()
            statuses |= {order["order_id"]: order["status"] for order in page["orders"]}
            before = page["next_before"]
            if before is None:
                return statuses

    def named(self, order_ids: Iterable[str]) -> set[str]:
        """Those that stand in a problem of its `/readyz`, by their ids; none if it doesn't answer."""
        try:
            answer: Any = self._client.get("/readyz").json()
        except (httpx.HTTPError, ValueError):
            return set()
        problems = json.dumps(answer.get("problems"))
        return {order_id for order_id in order_ids if order_id in problems}

    def close(self) -> None:
        self._client.close()


def wrong_statuses(
    statuses: Mapping[str, str], acknowledged: Iterable[Sent], named: Collection[str] = ()
) -> Iterator[str]:
    """A sentence for each order whose status is not what it should be at the end, but for those that are named.

    Of an order whose database was lost, the service may know no more than that its row is there.
    """
    for sent in acknowledged:
        wanted = "synced" if has_items(sent) else "failed"
        status = statuses.get(sent.order.order_id, _NOT_KNOWN)
        may_be = {wanted} | ({_NOT_KNOWN} if sent.in_history else set())
        if status not in may_be and sent.order.order_id not in named:
            yield f"Order {sent.order.order_id} ({sent.order.sample}) is {status} instead of {wanted}."
