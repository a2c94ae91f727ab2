"""One try to deliver one event."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus

import httpcore
import httpx

from connector import __version__
from connector.events.target import Signer, Target
from connector.events.transport import RefusedAddressError, Resolve, Transport, certificate_problem, resolve
from connector.retry_after import retry_after_seconds
from connector.store.outbox import Event

DEADLINE = 15.0
"""Seconds for the whole try, the look-up of the name aside."""
_MOST_READ = 8 * 1024
"""Bytes of an answer's body. Nobody looks at it; a short one is read so that the connection can be used again."""

Headers = dict[bytes | str, bytes | str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try."""

    delivered: bool
    reason: str = ""
    """A sentence: why not."""
    gone: bool = False
    """The receiver wants no more events."""
    retry_after: float | None = None
    """Seconds that the receiver asks to be left alone."""


@cache
def _certificates() -> ssl.SSLContext:
    """Shared by all targets: it takes 800 KiB."""
    return httpx.create_ssl_context()


class Delivery:
    """Sends to one target. For one thread; `stop` may be called from another.

    No redirection is followed, no proxy of the environment used, and of the answer only the status counts.
    """

    most = 1
    pauses: Sequence[float] = ()

    def __init__(
        self,
        target: Target,
        signer: Signer,
        *,
        allow_private: bool,
        deadline: float = DEADLINE,
        resolve: Resolve = resolve,
    ) -> None:
        self._target = target
        self._signer = signer
        self._deadline = deadline
        self._transport = Transport(is_secure=target.is_secure, allow_private=allow_private, resolve=resolve)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_certificates() if target.is_secure else None,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=deadline,
            network_backend=self._transport,
        )

    def send_together(self, events: Sequence[Event], *, now: datetime) -> Outcome:
        """As `send`: a receiver gets each event by itself."""
        (event,) = events
        return self.send(event, now=now)

    def send(self, event: Event, *, now: datetime) -> Outcome:
        """Tries once; never raises."""
        body = event.payload.encode()
        headers: Headers = {
            "Host": self._target.url.netloc.decode(),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "User-Agent": f"whatsapp-order-connector/{__version__}",
        }
        headers.update(self._signer.headers(event.event_id, event.payload, now=now))
        if self._target.authorization is not None:
            headers["Authorization"] = self._target.authorization
        self._transport.begin(self._deadline)
        try:
            return self._send(body, headers)
        except RefusedAddressError as error:
            reason = str(error)
        except httpcore.TimeoutException:
            reason = self._too_slow()
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError) as error:
            reason = self._too_slow() if self._transport.is_cut else _no_answer(error)
        finally:
            self._transport.end()
        self.rest()
        return Outcome(delivered=False, reason=reason)

    def rest(self) -> None:
        """Closes the connection: there is nothing more to send for now."""
        self._pool.close()
        self._transport.close()

    def stop(self) -> None:
        """Ends a try that is under way; those after it fail."""
        self._transport.stop()

    def _send(self, body: bytes, headers: Headers) -> Outcome:
        url = self._target.url
        wait = dict.fromkeys(("connect", "read", "write", "pool"), self._deadline)
        address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        with self._pool.stream(
            "POST", address, headers=headers, content=body, extensions={"timeout": wait}
        ) as response:
            outcome = _outcome(response.status, httpx.Headers(response.headers))
            self._read_short(response)
        return outcome

    def _read_short(self, response: httpcore.Response) -> None:
        """Leaves the connection ready for the next event, or else closes it."""
        read = 0
        try:
            for chunk in response.iter_stream():
                read += len(chunk)
                if read > _MOST_READ:
                    break
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
            pass  # The status was there, and that is all that counts.

    def _too_slow(self) -> str:
        return f"The receiver did not answer within {self._deadline:g} seconds."


def _outcome(status: int, headers: httpx.Headers) -> Outcome:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(delivered=True)
    retry_after = retry_after_seconds(headers.get("Retry-After")) if status in _MAY_ASK_TO_WAIT else None
    return Outcome(False, _refusal(status), gone=status == HTTPStatus.GONE, retry_after=retry_after)


_MAY_ASK_TO_WAIT = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def _refusal(status: int) -> str:
    if status == HTTPStatus.GONE:
        return "The receiver wants no more events (410). Nothing is sent there until the service is started again."
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        return (
            f"There is nothing at that address that takes events ({status}). Compare EVENTS_URL, "
            "and see that the workflow behind it is switched on."
        )
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"The receiver refused the event ({status}). See that it knows the EVENTS_SECRET of this service."
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return (
            f"The receiver answered with a redirection ({status}), which is not followed. "
            "Put the address to which it leads into EVENTS_URL."
        )
    return f"The receiver answered {status}, not 200."


def _no_answer(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "The receiver's name leads nowhere. Compare EVENTS_URL."
    certificate = certificate_problem(error)
    if certificate is not None:
        return f"The receiver's certificate is not valid for its name: {certificate}."
    return f"The receiver could not be reached ({type(error).__name__})."
