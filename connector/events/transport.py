"""The connection that events go over: only to an address that was checked, and it can be cut at any moment."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from connector.events.address import Resolve, addresses_for

_CONNECT_SECONDS = 5.0


class Transport(httpcore.NetworkBackend):
    """Makes the connections for httpcore, one at a time.

    The name is resolved here, and the connection goes to the very address that was checked, so that the name can't
    mean another one a moment later. TLS still asks for a certificate of the name: that is httpcore's doing.
    """

    def __init__(self, *, is_secure: bool, allow_private: bool, resolve: Resolve) -> None:
        self._is_secure = is_secure
        self._allow_private = allow_private
        self._resolve = resolve
        self._tcp = httpcore.SyncBackend()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._ends_at = 0.0
        self._timer: threading.Timer | None = None
        self._is_over = False
        self.is_cut = False
        """Whether what went over it since `begin` was cut off."""

    def begin(self, seconds: float) -> None:
        """From now on so many seconds are left. What slowly trickles in does not make them more."""
        self.end()
        self._ends_at = time.monotonic() + seconds
        self.is_cut = self._is_over
        self._timer = threading.Timer(seconds, self.cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """What `begin` began is over in time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def cut(self) -> None:
        """Ends the connection under whoever reads or writes. May be called from another thread."""
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                with suppress(OSError):  # The other side may have been faster.
                    self._handle.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Cuts the connection, and makes no other. May be called from another thread."""
        self._is_over = True
        self.cut()

    def close(self) -> None:
        """Lets go of the last connection."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - what `begin` left counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.close()
        addresses = addresses_for(
            host, port, is_secure=self._is_secure, allow_private=self._allow_private, resolve=self._resolve
        )
        failure: Exception = httpcore.ConnectTimeout()
        for address in addresses:
            left = min(self._ends_at - time.monotonic(), _CONNECT_SECONDS)
            if left <= 0 or self.is_cut:
                break
            try:
                stream = self._tcp.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            if self._holds(stream):
                return stream
            stream.close()
        raise failure

    def _holds(self, stream: httpcore.NetworkStream) -> bool:
        """Keeps a second handle on the connection, because TLS takes the first one over; False if the time is up."""
        with self._lock:
            if not self.is_cut:
                self._handle = stream.get_extra_info("socket").dup()
            return not self.is_cut


def certificate_problem(error: BaseException) -> str | None:
    """What is wrong with the other side's certificate, if that is why no connection came about."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return str(seen.verify_message).rstrip(".")
        seen = seen.__cause__ or seen.__context__
    return None
