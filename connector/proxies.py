"""The proxy through which others are called, where the environment names one.

Both libraries that call others, httpx and requests, read HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY by
themselves. What they would stumble over, each in its own way, is put right before they do. SOCKS needs libraries that
nobody has released for years, so it is refused with a sentence (docs/decisions.md).
"""

import os
import re
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from connector.converters import unquoted

_NAMES = {"http": "HTTP_PROXY", "https": "HTTPS_PROXY", "all": "ALL_PROXY"}
_EXCEPT = "NO_PROXY"
_HERE = ("localhost", "127.0.0.1", "::1")
"""This machine is reached by no proxy."""
_TAKEN = frozenset({"http", "https"})
_HOW = "Write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT."


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy for an address."""

    name: str
    """Of the variable that names it."""
    host: str
    """With its port, and without user and password."""

    def __str__(self) -> str:
        return f"the proxy {self.host}, which {self.name} names"


def settle_proxies(environment: Mapping[str, str], process: MutableMapping[str, str] = os.environ) -> None:
    """Puts the variables right for both libraries. To be called before a client is made. `process`: the variables that
    they see."""
    values = {scheme: _value(environment, name) for scheme, name in _NAMES.items()}
    if not any(values.values()):
        return
    for scheme, name in _NAMES.items():
        process.pop(name.lower(), None)
        process.pop(name, None)
        parts = _parts(values[scheme])
        if parts is not None and parts.scheme in _TAKEN:
            process[name] = parts.geturl()
    process.pop(_EXCEPT.lower(), None)
    process[_EXCEPT] = ",".join(dict.fromkeys([*_exceptions(environment), *_HERE]))


def proxy_problems(environment: Mapping[str, str], urls: Iterable[str]) -> Iterator[str]:
    """A sentence for each variable that can't be used to call these addresses."""
    wanted = [urlsplit(url) for url in urls]
    called = [parts for parts in wanted if parts.hostname and not _is_excepted(parts.hostname, environment)]
    for scheme, name in _NAMES.items():
        value = _value(environment, name)
        if not value:
            continue
        parts = _parts(value)
        if parts is None:
            yield f"{name} is not the address of a proxy. {_HOW}"
        elif parts.scheme not in _TAKEN:
            # One for a kind of address goes before the one for all.
            through = [
                called_.hostname
                for called_ in called
                if scheme in (called_.scheme, "all")
                and (scheme != "all" or not _value(environment, _NAMES.get(called_.scheme, "")))
            ]
            if through:
                hosts = ",".join(dict.fromkeys(str(host) for host in through))
                yield (
                    f"{name} names a proxy of the kind {parts.scheme}, which the service can't use. Name an HTTP proxy "
                    f"in HTTPS_PROXY; or, if these hosts can be reached without one, set {_EXCEPT}={hosts}."
                )


def proxy_for(url: str) -> Proxy | None:
    """The proxy through which this process calls an address; None where it calls it directly."""
    parts = urlsplit(url)
    proxies = urllib.request.getproxies()
    for scheme in (parts.scheme, "all"):
        proxy = _parts(proxies.get(scheme))
        if proxy is not None:
            if urllib.request.proxy_bypass(parts.hostname or ""):
                return None
            name = _NAMES.get(scheme, "")
            is_named = name in os.environ or name.lower() in os.environ
            port = f":{proxy.port}" if proxy.port else ""
            return Proxy(name if is_named else "the system", f"{proxy.hostname}{port}")
    return None


def not_through(who: str, url: str, error: BaseException) -> str | None:
    """A sentence that ends in the remedy, for somebody who could not be reached, if a proxy stands between."""
    proxy = proxy_for(url)
    if proxy is None:
        return None
    answer = re.search(r"\b[45]\d\d [A-Z][A-Za-z ]*", str(error))
    why = answer[0].strip() if answer is not None else type(error).__name__
    return (
        f"{who} can't be reached through {proxy} ({why}). See that the proxy runs, lets this machine through to "
        f"{urlsplit(url).hostname}, and wants no other user or password."
    )


def _value(environment: Mapping[str, str], name: str) -> str:
    return unquoted(environment.get(name.lower()) or environment.get(name) or "")


def _exceptions(environment: Mapping[str, str]) -> list[str]:
    return [entry for part in _value(environment, _EXCEPT).split(",") if (entry := part.strip())]


def _is_excepted(host: str, environment: Mapping[str, str]) -> bool:
    names = [name.lower().removeprefix(".") for name in (*_exceptions(environment), *_HERE)]
    return any(name in {"*", host} or host.endswith(f".{name}") for name in names)


def _parts(value: str | None) -> SplitResult | None:
    """The address of a proxy, http where it says nothing else; None if it is none."""
    if not value:
        return None
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        is_address = bool(parts.hostname) and parts.port != 0 and re.search(r"[\s'\"]", value) is None
    except ValueError:
        return None
    return parts if is_address else None
