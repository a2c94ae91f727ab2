"""Who brings the orders, and the address under which the service is reached: asked for, and tried as far as it can be
before Whapi sends something there."""

import socket
from urllib.parse import urlsplit

from connector.checks.public import wrong_address
from connector.gateways.whapi.webhooks import PATH
from connector.language import gettext as _
from connector.language import marked
from connector.settings import BRINGERS, FORWARDER, WHAPI, SettingsError
from connector.setup.talk import Answers, Talk

ABOUT_ORDERS = marked(
    "Whapi can send each order to this service itself; or a forwarder hands them on: Make, n8n, or another gateway. "
    "Then nothing of this service is registered at Whapi."
)
ABOUT_ADDRESS = marked(
    "Whapi sends each order to an https address of yours, from which a web server with a certificate (Caddy, nginx) or "
    "a tunnel passes it on to this service at {local}. Such an address looks like https://orders.my-shop.com. If you "
    "have none yet, press Enter."
)
ABOUT_FORWARDERS_ADDRESS = marked(
    "If the forwarder reaches this service under an address of yours, such as https://orders.my-shop.com, give that. "
    "If it runs on this machine or in its network, press Enter; the service is at {local}."
)
_KEEP = "-"


def bringer_step(values: Answers, talk: Talk) -> None:
    """Asks once who brings the orders. An installation that has an address already was answered before: by Whapi."""
    if values.get("ORDERS_FROM") is not None:
        values.keep("ORDERS_FROM", str(values.get("ORDERS_FROM")))
        return
    known = any(values.was_answered(name) for name in ("ORDERS_FROM", "PUBLIC_URL"))
    if known or not talk.asks:
        return
    talk.title(_("Orders"))
    talk.explain(_(ABOUT_ORDERS))
    while True:
        answer = talk.ask(
            _("Who brings the orders ({whapi} or {forwarder})").format(whapi=WHAPI, forwarder=FORWARDER), default=WHAPI
        ).casefold()
        found = [bringer for bringer in BRINGERS if answer and bringer.startswith(answer)]
        if found:
            values.keep("ORDERS_FROM", found[0])
            return
        talk.wrong_answer(_("Type {whapi} or {forwarder}.").format(whapi=WHAPI, forwarder=FORWARDER))


def address_step(values: Answers, talk: Talk, *, local: str) -> str | None:
    """The address, which may still lead nowhere; or None, said once. A forwarder's is kept, for nothing tries it."""
    settings = values.settings()
    value = values.get("PUBLIC_URL")
    if value is None and (values.was_answered("PUBLIC_URL") or not talk.asks):
        return None
    talk.title(_("Public address"))
    sentence = None if value is None else _what_is_wrong(values, value)
    if sentence is not None:
        talk.wrong_answer(sentence)
    if value is None or sentence is not None:
        about = _(ABOUT_FORWARDERS_ADDRESS if settings.is_forwarded else ABOUT_ADDRESS)
        talk.explain(about.format(local=local))
        value = _ask(values, talk, _("Public address (Enter: none)"))
    if not value:
        values.keep("PUBLIC_URL", "")
        return None
    address = values.settings(public_url=value).public_url
    assert address is not None
    if settings.is_forwarded:
        values.keep("PUBLIC_URL", value)
        talk.right(_("The forwarder will send to {removesuffix}.").format(removesuffix=address.removesuffix(PATH)))
    else:
        talk.right(
            _("Whapi will send to {removesuffix}{path}.").format(removesuffix=address.removesuffix(PATH), path=PATH)
        )
    return value


def other_address(values: Answers, talk: Talk, address: str) -> str | None:
    """Asks anew for an address at which nothing arrived. None: it is to be kept all the same."""
    answer = _ask(
        values,
        talk,
        _("Public address (Enter: try {address} again; {keep}: keep it for now)").format(address=address, keep=_KEEP),
        also=_KEEP,
    )
    return None if answer == _KEEP else answer or address


def _ask(values: Answers, talk: Talk, prompt: str, *, also: str = "") -> str:
    while True:
        answer = talk.ask(prompt, default="")
        sentence = None if answer in {"", also} else _what_is_wrong(values, answer)
        if sentence is None:
            return answer
        talk.wrong_answer(sentence)


def _what_is_wrong(values: Answers, url: str) -> str | None:
    try:
        settings = values.settings(public_url=url)
    except SettingsError as error:
        return str(error)
    if settings.is_forwarded:
        return None  # It may as well be an address in the own network.
    assert settings.public_url is not None
    problem = wrong_address(settings.public_url, whapi_base_url=settings.whapi_base_url)
    host = urlsplit(settings.public_url).hostname or ""
    if problem is None and not is_known(host):
        problem = f"nobody knows the name {host}. See that it is written as it was registered, and that it is in force."
    return None if problem is None else f"PUBLIC_URL is wrong: {problem}"


def is_known(host: str) -> bool:
    """Whether the name leads anywhere. Where no answer comes, as without a connection, it may."""
    unknown = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
    try:
        socket.getaddrinfo(host, None)
    except UnicodeError:
        return False  # A part of it is empty, or longer than any name's.
    except socket.gaierror as error:
        return error.errno not in unknown
    return True
