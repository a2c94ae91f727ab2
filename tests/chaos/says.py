"""What the service itself says of the orders that it took."""

import json
from collections.abc import Iterable
from typing import Any

import httpx

_PAGE = 500


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
