"""Stands between the service and PostgreSQL, and takes it away: as a server that is down, that hangs, or whose answer
to a commit gets lost."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from sqlalchemy.engine import make_url

_NAME = ".s.PGSQL.5432"
_COMMIT = b"COMMIT"
_AT_ONCE = 65536


class _Pair:
    """A connection of the service, and the one to the server that belongs to it."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.has_what_gets_lost = False
        self.loses = False
        self._ways = 2
        self._lock = threading.Lock()

    def way_ended(self) -> None:
        """The files are closed by whoever is the last to use them."""
        self.end()
        with self._lock:
            self._ways -= 1
            if not self._ways:
                self.client.close()
                self.server.close()

    def end(self) -> None:
        for each in (self.client, self.server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class PostgresProxy:
    """Listens on a socket of its own and hands on to the server of `url`."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._server = str(Path(str(parsed.query["host"])) / _NAME)
        self._folder = Path(tempfile.mkdtemp(prefix="connector-proxy-"))
        self.url = parsed.update_query_dict({"host": str(self._folder)}).render_as_string(hide_password=False)
        self._pairs: list[_Pair] = []
        self._flows = threading.Event()
        self._flows.set()
        self.lost: bytes | None = None
        """The transaction that holds this is committed by the server, whose answer never arrives. It happens once."""

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.come_back()
        self.go_down()
        shutil.rmtree(self._folder, ignore_errors=True)

    def go_down(self) -> None:
        """Ends all connections and refuses new ones."""
        (self._folder / _NAME).unlink(missing_ok=True)
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for pair in self._pairs:
            pair.end()
        self._pairs.clear()

    def hang(self) -> None:
        """Takes whatever comes, new connections too, and answers nothing."""
        self._flows.clear()

    def come_back(self) -> None:
        self._flows.set()
        if not (self._folder / _NAME).exists():
            self._listen()

    def _listen(self) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._folder / _NAME))
        self._listening.listen(100)
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        with listening, suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                pair = _Pair(client, server)
                self._pairs.append(pair)
                for way in (self._from_client, self._from_server):
                    threading.Thread(target=self._run, args=(way, pair), daemon=True).start()

    def _run(self, way: Callable[[_Pair], None], pair: _Pair) -> None:
        with suppress(OSError):
            way(pair)
        pair.way_ended()

    def _from_client(self, pair: _Pair) -> None:
        while data := pair.client.recv(_AT_ONCE):
            self._flows.wait()
            if self.lost is not None and self.lost in data:
                self.lost, pair.has_what_gets_lost = None, True
            pair.loses = pair.has_what_gets_lost and _COMMIT in data
            pair.server.sendall(data)

    def _from_server(self, pair: _Pair) -> None:
        while data := pair.server.recv(_AT_ONCE):
            self._flows.wait()
            if pair.loses:
                return
            pair.client.sendall(data)
