"""A shop that is shared by tests."""

from sandbox.whapi.order import SandboxOrder
from tests.service.shop import Shop


class Standing:
    """A shop that runs on from test to test, for those to which it doesn't matter what came before them.

    Starting one, with its tabs and the proof of its guard, takes longer than most tests.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sent = shop.sandbox.send("normal")
        """All orders that the sheet has to hold."""
        shop.wait_until_synced(self.sent)

    def send(self, count: int, sample: str = "normal") -> list[SandboxOrder]:
        """Orders that are to be in the sheet in the end."""
        orders: list[SandboxOrder] = self.shop.sandbox.send(sample, count)
        self.sent += orders
        return orders

    def has_settled(self) -> bool:
        """Whether nothing of the last test is left, and all has come right."""
        return not self.shop.sandbox.faults.all() and not self.shop.differences(self.sent)
