import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from connector.sync.gathering import Gathering


class Thread:
    """Stands in for the other thread: takes hand-overs, and answers when told to."""

    def __init__(self) -> None:
        self.handed_in: list[tuple[Sequence[int], Future[Sequence[str]]]] = []
        self.settled: list[Sequence[str]] = []
        self.gathering = Gathering(self.hand_in, settled=self.settled.append)

    def hand_in(self, items: Sequence[int]) -> Future[Sequence[str]]:
        self.handed_in.append((items, Future()))
        return self.handed_in[-1][1]

    def answer(self, number: int) -> None:
        items, future = self.handed_in[number]
        future.set_result([f"result {item}" for item in items])

    def begin(self, *items: int) -> list[asyncio.Task[str]]:
        return [asyncio.create_task(self.gathering.result_of(item)) for item in items]


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


def test_what_comes_in_one_turn_of_the_loop_shares_a_hand_over_and_each_gets_its_own_result() -> None:
    async def test() -> None:
        thread = Thread()
        first = thread.begin(1, 2, 3)
        await turns()
        second = thread.begin(4)
        await turns()

        assert [items for items, _ in thread.handed_in] == [[1, 2, 3], [4]]
        thread.answer(1)
        assert await asyncio.gather(*second) == ["result 4"]
        assert not any(task.done() for task in first)
        thread.answer(0)
        assert await asyncio.gather(*first) == ["result 1", "result 2", "result 3"]
        assert thread.settled == [["result 4"], ["result 1", "result 2", "result 3"]]

    run(test())


def test_all_that_were_handed_over_together_hear_of_its_failure() -> None:
    async def test() -> None:
        thread = Thread()
        tasks = thread.begin(1, 2)
        await turns()
        thread.handed_in[0][1].set_exception(OSError("the disk is full"))

        assert [str(error) for error in await asyncio.gather(*tasks, return_exceptions=True)] == [
            "the disk is full"
        ] * 2
        assert thread.settled == []

    run(test())


def test_who_no_longer_waits_takes_nothing_from_the_others() -> None:
    async def test() -> None:
        thread = Thread()
        gone, waiting = thread.begin(1, 2)
        await turns()
        gone.cancel()
        thread.answer(0)

        assert await waiting == "result 2"
        with pytest.raises(asyncio.CancelledError):
            await gone

    run(test())


def test_an_answer_after_the_end_of_the_loop_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    thread = Thread()

    async def test() -> None:
        thread.begin(1)
        await turns()

    run(test())
    thread.answer(0)

    assert caplog.records == []
