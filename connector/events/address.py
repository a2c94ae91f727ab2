"""Which addresses events may be sent to: the world's, and the own network's only where the settings allow it.

Whoever can set EVENTS_URL, or answer for its name in the DNS, must not reach through the connector what is only
reachable from inside: cloud metadata, databases, the router.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""The numeric addresses of a name. Raises OSError."""

_PROTOCOLS_OWN = ipaddress.IPv4Network("192.0.0.0/24")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedAddressError(Exception):
    """Nothing may be sent there. The text is a sentence with the remedy."""


def resolve(host: str, port: int) -> list[str]:
    """Asks the system, which decides for how long it tries."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_for(
    host: str, port: int, *, is_secure: bool, allow_private: bool, resolve: Resolve = resolve
) -> list[str]:
    """The addresses of the name that events may go to. Raises RefusedAddressError, and OSError for an unknown name."""
    found = [ipaddress.ip_address(address) for address in resolve(host, port)]
    public = [address for address in found if is_public(address)]
    private = [address for address in found if address not in public]
    if public and not is_secure:
        raise RefusedAddressError(
            "Events hold customers' names and numbers, so they are not sent over the internet with plain http. "
            "Put an address that begins with https:// into EVENTS_URL."
        )
    allowed = [*public, *(private if allow_private else [])]
    if not allowed:
        raise RefusedAddressError(
            "The name in EVENTS_URL leads to a private address. "
            "If that is meant, because the receiver is in the own network, set EVENTS_ALLOW_PRIVATE=true."
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
