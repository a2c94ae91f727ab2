"""How the server deals with a connection before the application sees a request.

Uvicorn reads requests on one event loop, so that a slow sender occupies no thread. What it lacks is added here: heads
are kept small, no sender may take for ever, there is an end to the number of connections, whoever closes his half
still gets his answer, and what the server refuses by itself is answered in JSON like all the rest.
"""

import json
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from connector.web.errors import HEADERS_TOO_LARGE, INVALID_HTTP

LARGEST_HEAD = 32 * 1024
"""Bytes of a request's first line and headers."""
_GOES_WITHIN = 2.0
"""Seconds that a refused sender gets to read the answer. Closing at once could destroy it on its way."""
_SENTENCES = {400: INVALID_HTTP, 431: HEADERS_TOO_LARGE}


class _HeadTooLargeError(Exception):
    pass


class _Unhurried(Transport):
    """The transport as an answer sees it. Not closed under a sender who still sends: there the connection leaves."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self.write = connection.transport.write  # type: ignore[method-assign] # no detour for each piece
        self.is_closing = connection.transport.is_closing  # type: ignore[method-assign]

    def close(self) -> None:
        cycle = self._connection.under_way
        if cycle is None or not cycle.more_body:
            self._connection.transport.close()


class Connection(HttpToolsProtocol):
    """One connection. `connection_class` sets the limits."""

    seconds_to_send: float
    most_connections: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None
        self._in_head = True
        self._head_size = 0
        self._whole = 0  # requests that have arrived whole
        self.under_way: RequestResponseCycle | None = None
        """The request that is being answered, or was last."""
        self._half_closed = False
        self._leaving = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._unhurried = _Unhurried(self)
        if len(self.connections) > self.most_connections:
            transport.close()
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._leaving:
            return
        whole_before, in_head_before = self._whole, self._in_head
        super().data_received(data)
        if in_head_before and self._in_head and self._whole == whole_before and not self._leaving:
            # Nothing but a piece of a head, which the parser keeps to itself until it is whole.
            self._head_size += len(data)
            if self._head_size > LARGEST_HEAD:
                self._refuse(431)

    def eof_received(self) -> bool:  # type: ignore[override] # uvicorn returns nothing, which closes at once
        """Whether to keep the connection open: the answer to what came whole is still to be sent."""
        self._half_closed = True
        cycle = self.cycle
        return not self._leaving and cycle is not None and not cycle.more_body and not cycle.response_complete

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_size = 0
        self._expect_request()

    def on_headers_complete(self) -> None:
        self._head_size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self._head_size > LARGEST_HEAD:
            raise _HeadTooLargeError
        super().on_headers_complete()
        self._in_head = False

    def on_message_complete(self) -> None:
        self._in_head = True
        self._whole += 1
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        cycle = self.cycle
        if cycle.response_complete and (cycle.more_body or self._half_closed):
            # Answered before the body had come: a refusal. What still comes is of no use.
            self._leave()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's sentence; ours is in JSON
        self._refuse(431 if self._head_size > LARGEST_HEAD else 400)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.under_way = cycle
        cycle.transport = self._unhurried
        super()._start_asgi_task(cycle, app)

    def _expect_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.seconds_to_send, self._out_of_time)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _out_of_time(self) -> None:
        self._deadline = None
        self.transport.close()

    def _refuse(self, status: int) -> None:
        body = json.dumps({"error": _SENTENCES[status]}).encode() + b"\n"
        head = (
            b"content-type: application/json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        )
        self.transport.write(STATUS_LINE[status] + head + body)
        self._leave()

    def _leave(self) -> None:
        """Sends what is written, then nothing more, and closes when the other side does, or soon."""
        if self._leaving or self.transport.is_closing():
            return
        self._leaving = True
        self._stop_waiting()
        for cycle in (self.under_way, self.cycle, *(queued for queued, _ in self.pipeline)):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        if self._half_closed:
            self.transport.close()
            return
        self.flow.resume_reading()
        self.transport.write_eof()
        self._deadline = self.loop.call_later(_GOES_WITHIN, self._out_of_time)


def connection_class(*, seconds_to_send: float, most_connections: int) -> type[Connection]:
    """The class for connections of which there may be so many, and whose requests must have arrived whole within so
    many seconds."""
    limits = {"seconds_to_send": seconds_to_send, "most_connections": most_connections}
    return type("LimitedConnection", (Connection,), limits)
