"""Signals in tests of commands that run in this process."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signals_as_they_were() -> Iterator[None]:
    """Puts back at the end whoever was told of signals before."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
