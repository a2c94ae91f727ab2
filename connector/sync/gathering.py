"""Hands in together what comes in together on an event loop.

Each hand-over to another thread and back costs more than what is handed over. So what arrives during one turn of the
loop shares one.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

A = TypeVar("A")
T = TypeVar("T")


class Gathering(Generic[A, T]):
    """Gathers for one call. To be used on one event loop."""

    def __init__(
        self, hand_in: Callable[[Sequence[A]], Future[Sequence[T]]], *, settled: Callable[[Sequence[T]], None]
    ) -> None:
        """`hand_in` returns at once; its future gives a result for each, in their order. `settled` is called with the
        results of each hand-over, on the loop, before anybody who waits goes on."""
        self._hand_in = hand_in
        self._settled = settled
        self._gathered: list[tuple[A, asyncio.Future[T]]] = []

    async def result_of(self, item: A) -> T:
        """What became of the item. Raises what became of all that were handed in with it."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        if not self._gathered:
            loop.call_soon(self._hand_over)
        self._gathered.append((item, waiting))
        return await waiting

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        waiting = [future for _, future in gathered]
        loop = asyncio.get_running_loop()

        # Not asyncio.wrap_future: it leaves a cycle of objects for the garbage collector each time.
        def tell_loop(done: Future[Sequence[T]]) -> None:
            with suppress(RuntimeError):  # The loop has ended, and nobody waits any more.
                loop.call_soon_threadsafe(self._share_out, waiting, done)

        try:
            self._hand_in([item for item, _ in gathered]).add_done_callback(tell_loop)
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            _fail(waiting, error)

    def _share_out(self, waiting: Sequence[asyncio.Future[T]], done: Future[Sequence[T]]) -> None:
        error = done.exception()
        if error is not None:
            _fail(waiting, error)
            return
        results = done.result()
        for future, result in zip(waiting, results, strict=True):
            if not future.done():
                future.set_result(result)
        self._settled(results)


def _fail(waiting: Sequence[asyncio.Future[T]], error: BaseException) -> None:
    for future in waiting:
        if not future.done():
            future.set_exception(error)
