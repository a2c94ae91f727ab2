"""Load shedding: while changes to the store pile up, what can wait is refused at once, so that webhooks still get in.

Each change that waits holds a thread of the web server or of the workers, of which there are about 170. So the numbers
here are those of threads that stand before the store, not of orders.
"""

from collections.abc import Callable

from flask import request

from connector.api.errors import ApiError
from connector.api.webhooks import WEBHOOKS

API_FIRST = 48
"""Changes that wait. More than half of the web server's 80 threads: a commit takes longer than many webhooks take to
come in, and whoever asks how orders stand, or looks at the page, would only hold up more of them."""
WEBHOOKS_LAST = 144
"""Of the threads of web server and workers nearly all: the store has stopped. Whapi and the other gateways send again
what is answered with 503; behind a thread that waits it would only time out."""
RETRY_AFTER = 5
"""Seconds."""
BUSY = "More comes in than the disk can store just now, so nothing was done. Send the request again in a few seconds."
_NEVER = frozenset({"health.alive"})
_LAST = frozenset({"orders.take", "health.ready", "metrics.metrics"})
"""`POST /orders` brings orders, and not every forwarder sends again. Who looks after the service should see it busy."""


class LoadShedder:
    """Looks, before each request, how many changes wait. That costs the length of a queue."""

    def __init__(self, changes_waiting: Callable[[], int]) -> None:
        self._changes_waiting = changes_waiting

    def check(self) -> None:
        """Raises a 503 where too many wait for this kind of request."""
        waiting = self._changes_waiting()
        if waiting < API_FIRST or request.endpoint in _NEVER:
            return
        is_last = request.blueprint == WEBHOOKS or request.endpoint in _LAST
        if waiting >= (WEBHOOKS_LAST if is_last else API_FIRST):
            raise ApiError(503, BUSY, retry_after=RETRY_AFTER)
