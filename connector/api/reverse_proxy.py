"""A reverse proxy in front of the service: what it says of a request (who sends it, by which scheme, to which host),
and the path below which it serves the service: `/shop`, where people open `https://example.com/shop/`.

Anybody can say such things, so they count only from TRUSTED_PROXIES. Of the addresses in X-Forwarded-For, to which each
proxy adds the one that it was asked from, the last one counts that isn't a trusted proxy's own: what stands before it
is what that sender says.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.routing import Map

from connector.converters import Network
from connector.log import get_logger

log = get_logger(__name__)

_TOLD_PREFIX = "connector.prefix"
"""In the environment of a request: the path that a trusted proxy says it is served below."""
_FOR, _PROTO, _HOST, _PREFIX = (f"HTTP_X_FORWARDED_{name}" for name in ("FOR", "PROTO", "HOST", "PREFIX"))
_IS_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_IS_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+/?")
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TrustedProxies:
    """A WSGI middleware: REMOTE_ADDR, the scheme and the host become those that the proxy was asked with."""

    def __init__(self, app: WSGIApplication, networks: Sequence[Network]) -> None:
        self._app = app
        self._networks = networks
        self._has_told = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = _address(environ.get("REMOTE_ADDR", ""))
        if self._networks:
            if peer is not None and self._trusts(peer):
                self._believe(environ, peer)
            else:
                for name in (_FOR, _PROTO, _HOST, _PREFIX):
                    environ.pop(name, None)
        elif _FOR in environ and peer is not None and peer.is_private and not self._has_told:
            self._has_told = True
            log.warning("proxy.not_trusted", address=str(peer), setting="TRUSTED_PROXIES")
        return self._app(environ, start_response)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _believe(self, environ: WSGIEnvironment, peer: Address) -> None:
        sender, hops = self._sender(environ.get(_FOR, ""), peer)
        environ["REMOTE_ADDR"] = environ["REMOTE_HOST"] = str(sender)
        if (scheme := _said(environ, _PROTO, hops).lower()) in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        if _IS_HOST.fullmatch(host := _said(environ, _HOST, hops)):
            environ["HTTP_HOST"] = host
        if _IS_PREFIX.fullmatch(prefix := _said(environ, _PREFIX, hops)):
            environ[_TOLD_PREFIX] = prefix.rstrip("/")

    def _sender(self, forwarded_for: str, peer: Address) -> tuple[Address, int]:
        """Who sent the request, and through how many trusted proxies it came."""
        sender, hops = peer, 1
        for text in reversed(forwarded_for.split(",")):
            address = _address(text)
            if address is None:
                break
            sender = address
            if not self._trusts(address):
                break
            hops += 1
        return sender, hops


class BelowPath:
    """A WSGI middleware: all addresses are there below the path too, and the addresses that the service makes have it.

    It doesn't matter whether the proxy takes the path away before it passes a request on. Only where the path begins
    as an address of the service does (`/orders`), nobody could tell; then one that takes it away has to say so, with
    X-Forwarded-Prefix.
    """

    def __init__(self, app: WSGIApplication, path: str, routes: Map) -> None:
        """`path`: the one that PUBLIC_URL has, or none; a proxy's own word counts before it."""
        self._app = app
        self._path = path
        self._own = {_first(rule.rule) for rule in routes.iter_rules()} | {"shops"}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: str = environ.get(_TOLD_PREFIX, "")
        path = told or self._path
        if path:
            asked: str = environ.get("PATH_INFO", "")
            is_taken_away = bool(told) and _first(path) in self._own
            if f"{asked}/".startswith(f"{path}/") and not is_taken_away:
                environ["PATH_INFO"] = asked.removeprefix(path) or "/"
            environ["SCRIPT_NAME"] = path
        return self._app(environ, start_response)


def _said(environ: WSGIEnvironment, name: str, hops: int) -> str:
    """What the outermost of the trusted proxies said, whether each added its own or all kept one."""
    texts: list[str] = environ.get(name, "").split(",")
    return texts[-hops:][0].strip()


def _address(text: str) -> Address | None:
    """The address in an entry, which may have a port, and none in a name such as `unknown`."""
    text = text.strip().strip('"')
    match = _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address(text if match is None else match[1] or match[2])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _first(path: str) -> str:
    return path.split("/")[1]
