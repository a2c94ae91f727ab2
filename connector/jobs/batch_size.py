"""How many orders the next batch may hold: fewer after each failure that one of them may be the reason for, until that
one stands alone; more again once rows get through."""

from collections import Counter
from collections.abc import Sequence

MOST_ORDERS = 1000
"""In one batch, so that memory stays bounded; the size of the request usually ends it before."""
UNCLEAR_BEFORE_HALVING = 2
"""Unclear answers in a row, to batches that were then found not to be in the sheet. One is ordinary: Google had a bad
moment. But there are contents to which it answers with the same error each time."""
UNCLEAR_ALONE = 3
"""Times that an order alone may get such an answer before it is set aside; later, each time is enough."""


class Narrowing:
    """Begins anew with each process, which costs some tries and nothing else."""

    def __init__(self) -> None:
        self.most = MOST_ORDERS
        self._unclear_in_a_row = 0
        self._unclear_alone = Counter[int]()

    def refused(self, orders: int) -> None:
        """Google refused a batch of several."""
        self.most = max(orders // 2, 1)

    def unclear(self, keys: Sequence[int]) -> bool:
        """A batch of these orders got no clear answer and is not in the sheet; True if its one order is to be set
        aside."""
        self._unclear_in_a_row += 1
        if self._unclear_in_a_row >= UNCLEAR_BEFORE_HALVING:
            self.refused(len(keys))
        if len(keys) != 1:
            return False
        self._unclear_alone[keys[0]] += 1
        return self._unclear_alone[keys[0]] >= UNCLEAR_ALONE

    def stands_alone(self) -> None:
        """An order alone was refused. The next one goes alone, too: it may be the sheet and not the order."""
        self.most = 1

    def applied(self) -> None:
        self.most = min(self.most * 2, MOST_ORDERS)
        self._unclear_in_a_row = 0
