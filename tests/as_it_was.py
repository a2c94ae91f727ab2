"""What commands that run in this process change of it, and is put back at their end."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import structlog


@contextmanager
def signals_as_they_were() -> Iterator[None]:
    """Puts back at the end whoever was told of signals before."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def logging_as_it_was() -> Iterator[None]:
    """Puts back at the end where the log went, and from which level on. Loggers that were used meanwhile don't keep
    what was set up then, as they do in a service."""
    root = logging.getLogger()
    loggers = [root, *(each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger))]
    levels = {logger: logger.level for logger in loggers}
    handlers, configuration = root.handlers[:], structlog.get_config()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", partial(_configure_without_cache, structlog.configure))
        try:
            yield
        finally:
            root.handlers[:] = handlers
            for logger, level in levels.items():
                logger.setLevel(level)
    structlog.configure(**configuration)


def _configure_without_cache(configure: Callable[..., None], **options: Any) -> None:
    configure(**{**options, "cache_logger_on_first_use": False})
