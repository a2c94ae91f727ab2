"""What ends a command that nobody expected to end: told without secrets."""

import sys
import threading
import traceback
from types import TracebackType

from connector.log import Redactor
from connector.raw_secrets import raw_secrets
from connector.shops.secrets import raw_shop_secrets


def redact_tracebacks() -> None:
    """From now on the traceback of whatever nobody caught is printed like the log: without any setting's secret."""
    sys.excepthook = _print_traceback
    threading.excepthook = _print_thread_traceback


def redacted_traceback(error: BaseException) -> str:
    """The traceback without secrets, known by value or by their looks. The settings may be wrong or not yet read."""
    text = "".join(traceback.format_exception(error))
    return Redactor([*raw_secrets(), *raw_shop_secrets()]).text(text)


def _print_traceback(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    sys.stderr.write(redacted_traceback(error))


def _print_thread_traceback(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        sys.stderr.write(redacted_traceback(args.exc_value))
