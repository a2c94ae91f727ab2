"""PUBLIC_URL: whether what Whapi sends there would reach this service."""

import ipaddress
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from connector.checks.failure import WrongError
from connector.findings import Finding
from connector.language import gettext as _
from connector.runtime.addresses import base_of, local_address
from connector.settings import Settings

_NAME = "public"
_SECONDS = 10.0
_LARGEST_ANSWER = 64 * 1024


def check_public_url(settings: Settings) -> Iterator[Finding]:
    """Asks the address for the service's sign of life. Says nothing where the service isn't running."""
    if settings.public_url is None:
        return
    # A forwarder may be in the own network; what it reaches is not Whapi's to reach.
    problem = (
        None if settings.is_forwarded else wrong_address(settings.public_url, whapi_base_url=settings.whapi_base_url)
    )
    if problem is not None:
        raise WrongError(f"PUBLIC_URL is wrong: {problem}")
    base = base_of(settings.public_url)
    refusal = why_not_alive(base)
    if refusal is None:
        yield Finding.ok(_NAME, _("The service can be reached at {base}.").format(base=base))
    elif why_not_alive(local_address(settings)) is not None:
        yield Finding.ok(
            _NAME, _("The service is not running, so {base} was not tried. Start it with serve.").format(base=base)
        )
    else:
        raise WrongError(
            _(
                "The service can't be reached at {base}: {refusal}. See that the name leads to this "
                "machine, and that the web server or tunnel there passes requests on to "
                "{local_address}. (Some routers don't let a machine reach its own public address; "
                "then open it from a phone.)"
            ).format(base=base, refusal=refusal, local_address=local_address(settings))
        )


def wrong_address(public_url: str, *, whapi_base_url: str) -> str | None:
    """What is wrong with the address itself; None if nothing is.

    Beside a sandbox on this machine, a local address without a certificate will do.
    """
    if is_local(public_url):
        if is_local(whapi_base_url):
            return None
        return "the internet can't reach it. It must be the https address under which Whapi finds the service."
    if urlsplit(public_url).scheme != "https":
        return (
            "it does not begin with https://, so orders and the secret would cross the internet for all to read. Put a "
            "web server with a certificate or a tunnel in front of the service."
        )
    return None


def is_local(url: str) -> bool:
    """Whether the address leads to this machine or its own network only."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local"))
    return address.is_loopback or address.is_private or address.is_link_local or address.is_unspecified


def why_not_alive(base: str) -> str | None:
    """None if our service answers at the address; else half a sentence that says what came instead."""
    try:
        with httpx.stream("GET", f"{base}/healthz", timeout=_SECONDS, trust_env=not is_local(base)) as answer:
            body = next(answer.iter_bytes(_LARGEST_ANSWER), b"")
    except httpx.ConnectError as error:
        return _no_connection(str(error))
    except httpx.TimeoutException:
        return f"no answer came within {_SECONDS:g} seconds"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"the connection failed ({type(error).__name__})"
    if answer.status_code != httpx.codes.OK:
        return f"the answer was {answer.status_code}"
    try:
        alive = json.loads(body) == {"status": "ok"}
    except ValueError:
        alive = False
    return None if alive else "something else answers there"


def _no_connection(text: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not valid"
    if "Name or service not known" in text or "nodename nor servname" in text or "getaddrinfo" in text:
        return "its name is not known"
    return "nothing answers there"
