"""The examples of the description, for tests to send and to compare with."""

from typing import Any, NamedTuple

from connector.api.openapi import document
from connector.gateways.registry import WITH_WEBHOOKS


def _example(name: str) -> Any:
    return document()["components"]["examples"][name]["value"]


BARE = _example("token")
OWN = _example("items")
PAYLOAD = _example("payload")
ODD = _example("not_understood")
ORDER_ID = BARE["order_id"]
PUBLIC_URL = _example("token_stored")["orders"][0]["url"].removesuffix(f"/orders/{ORDER_ID}")


def order(**changes: Any) -> dict[str, Any]:
    """The sample order, as it stands when its rows are in the sheet, with some fields changed."""
    return {**_example("synced"), **changes}


ITEMS = order()["items"]


class Sent(NamedTuple):
    """What one gateway sends."""

    order: Any
    other: Any


SENT = {
    gateway.NAME: Sent(_example(f"{name}_order"), _example(f"{name}_other"))
    for gateway in WITH_WEBHOOKS
    for name in [gateway.NAME.replace("-", "_")]
}
