"""Waiting for something to come true, with a deadline instead of a guess."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_ON_A_BUSY_MACHINE = 2
"""Everything takes so many times as long where others work beside it. Only a failure comes later by this."""


def wait_until(look: Callable[[], T], *, within: float = 30.0, what: str = "") -> T:
    """The first true value that `look` returns; fails the test when the time is up."""
    pause = threading.Event()
    seconds = within * _ON_A_BUSY_MACHINE
    looked = time.monotonic()
    deadline = looked + seconds
    while not (value := look()):
        now = time.monotonic()
        if now > deadline:
            raise AssertionError(f"Waited {seconds:g} seconds in vain{f' for {what}' if what else ''}. Last: {value!r}")
        # What is waited for shall get the greater part of the processor.
        pause.wait(max(0.05, 3 * (now - looked)))
        looked = time.monotonic()
    return value
