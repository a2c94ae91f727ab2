"""What lies between an instance and somebody that it calls, and can be cut: both ends go on, and hear nothing."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self

Address = tuple[str, int] | Path
"""A host and a port, or a socket's file."""


class Wire:
    """Listens on a port of 127.0.0.1 and hands on to one address. Its methods may be called from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, to: Address) -> None:
        self.port = 0
        self.to = to
        self._loop = loop
        self._whole = asyncio.Event()
        self._whole.set()
        self._ways: set[asyncio.Transport] = set()
        self._asking: set[object] = set()

    @property
    def is_asking(self) -> bool:
        """Whether something was sent to which no answer has come yet."""
        return bool(self._asking)

    @property
    def is_cut(self) -> bool:
        return not self._whole.is_set()

    def cut(self) -> None:
        """From now on nothing goes either way. What was on its way arrives once it is mended, unless somebody has
        hung up; who calls meanwhile waits."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        self._loop.call_soon_threadsafe(self._mend)

    async def listen(self) -> asyncio.Server:
        server = await self._loop.create_server(lambda: _Near(self), "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def connect(self, near: "_Near") -> "_Far":
        await self._whole.wait()
        if isinstance(self.to, Path):
            _, far = await self._loop.create_unix_connection(lambda: _Far(self, near), str(self.to))
        else:
            _, far = await self._loop.create_connection(lambda: _Far(self, near), *self.to)
        return far

    def begin(self, way: asyncio.Transport) -> None:
        self._ways.add(way)
        if self.is_cut:
            way.pause_reading()

    def end(self, way: asyncio.Transport, connection: object) -> None:
        self._ways.discard(way)
        self._asking.discard(connection)

    def asked(self, connection: object) -> None:
        self._asking.add(connection)

    def answered(self, connection: object) -> None:
        self._asking.discard(connection)

    def _cut(self) -> None:
        self._whole.clear()
        for way in self._ways:
            way.pause_reading()

    def _mend(self) -> None:
        self._whole.set()
        for way in self._ways:
            way.resume_reading()


class _End(asyncio.Protocol, ABC):
    """One end of a connection; what comes in here goes out at the other."""

    transport: asyncio.Transport

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.other: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.wire.begin(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self.wire.end(self.transport, self._connection)
        if self.other is not None:
            self.other.close()

    @property
    @abstractmethod
    def _connection(self) -> object: ...


class _Near(_End):
    """The end of whoever called."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._early: list[bytes] = []
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connecting = asyncio.ensure_future(self._connect())

    def data_received(self, data: bytes) -> None:
        self.wire.asked(self)
        if self.other is None:
            self._early.append(data)
        else:
            self.other.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        super().connection_lost(error)

    async def _connect(self) -> None:
        try:
            far = await self.wire.connect(self)
        except OSError:
            self.transport.abort()
            return
        self.other = far.transport
        for data in self._early:
            self.other.write(data)
        self._early.clear()

    @property
    def _connection(self) -> object:
        return self


class _Far(_End):
    """The end of whoever was called."""

    def __init__(self, wire: Wire, near: _Near) -> None:
        super().__init__(wire)
        self._near = near
        self.other = near.transport

    def data_received(self, data: bytes) -> None:
        self.wire.answered(self._near)
        self._near.transport.write(data)

    @property
    def _connection(self) -> object:
        return self._near


class Wires:
    """All wires of a run, and the thread that they work in."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def to(self, address: Address) -> Wire:
        """A new wire, whole."""
        wire = Wire(self._loop, address)
        self._servers.append(self._run(wire.listen()))
        return wire

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
