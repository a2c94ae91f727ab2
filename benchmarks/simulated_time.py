"""Time that jumps from event to event, for simulations without threads."""

import heapq
import math
from collections.abc import Iterator
from itertools import count

Program = Iterator[float]
"""Something that happens in steps: each value that it yields is the moment at which it goes on."""


class SimulatedTime:
    """The time, and the programs that wait for theirs; the equally late go on in the order in which they came."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._numbers = count()
        self._programs: list[tuple[float, int, Program]] = []

    def __call__(self) -> float:
        return self.now

    def start(self, program: Program, *, at: float) -> None:
        heapq.heappush(self._programs, (at, next(self._numbers), program))

    def next_at(self) -> float:
        """When the next program goes on; infinite if there is none."""
        return self._programs[0][0] if self._programs else math.inf

    def advance(self, moment: float) -> None:
        """Jumps to that moment and has every program go on whose time has come."""
        self.now = moment
        while self.next_at() <= self.now:
            _, _, program = heapq.heappop(self._programs)
            if (at := next(program, None)) is not None:
                self.start(program, at=at)
