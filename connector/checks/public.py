"""PUBLIC_URL: whether what Whapi sends there would reach this service."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from connector.checks.failure import WrongError
from connector.checks.running import why_not_alive
from connector.findings import Finding
from connector.language import gettext as _
from connector.runtime.addresses import base_of, is_local, local_address
from connector.settings import Settings

_NAME = "public"


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
