"""The connection that events go over: only to an address that was checked, and it can be cut at any moment.

Events may be sent to the world's addresses, and to the own network's only where the settings allow it. Somebody who can
set EVENTS_URL, or answer for its name in the DNS, must not reach through the connector what is only reachable from
inside (SSRF): cloud metadata, databases, the router.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from connector.language import gettext as _

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""The numeric addresses of a name. Raises OSError."""
_PROTOCOLS_OWN = ipaddress.IPv4Network("192.0.0.0/24")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_CONNECT_SECONDS = 5.0


class RefusedAddressError(Exception):
    """Nothing may be sent there. The text is a sentence with the remedy."""


def resolve(host: str, port: int) -> list[str]:
    """Asks the system, which decides for how long it tries."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_for(
    host: str,
    port: int,
    *,
    is_secure: bool,
    allow_private: bool,
    resolve: Resolve = resolve,
    setting: str = "EVENTS_URL",
) -> list[str]:
    """The addresses of the name that events may go to. `setting`: where the name stands. Raises RefusedAddressError,
    and OSError for an unknown name."""
    found = [ipaddress.ip_address(address) for address in resolve(host, port)]
    public = [address for address in found if is_public(address)]
    private = [address for address in found if address not in public]
    if public and not is_secure:
        raise RefusedAddressError(
            _(
                "Events hold customers' names and numbers, so they are not sent over the internet with plain http. "
                "Put an address that begins with https:// into {setting}."
            ).format(setting=setting)
            if setting == "EVENTS_URL"
            else _(
                "Nothing is sent over the internet with plain http. Put an s behind the kind in {setting}, such as "
                "jsons://."
            ).format(setting=setting)
        )
    allowed = [*public, *(private if allow_private else [])]
    if not allowed:
        raise RefusedAddressError(
            _(
                "The name in {setting} leads to a private address. "
                "If that is meant, because the receiver is in the own network, set EVENTS_ALLOW_PRIVATE=true."
            ).format(setting=setting)
        )
    return [str(address) for address in allowed]


def is_public(address: IpAddress) -> bool:
    """Whether the address is the same machine for all the world."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and address not in _PROTOCOLS_OWN
    inner = _inner(address)
    if inner is not None and not is_public(inner):
        return False
    return (address in _GLOBAL_UNICAST and address.is_global) or (inner is not None and address in _NAT64)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which a translator or a tunnel would lead."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)


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
        """Starts the deadline: `seconds` from now. Data that trickles in slowly does not extend it."""
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
        """Ends the connection, also while it is read from or written to. May be called from another thread."""
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
