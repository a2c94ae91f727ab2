"""The connector's webhook at Whapi: registered, leaving everything else there as it is, and tried, by having one sent.

It comes out at the service, if that is running; else setup answers in its place for the time being, with the very
same routes and database. An order that comes in meanwhile is stored, and waits there for the service's start.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import httpx

from connector.api.webhooks import TEST_HEADER
from connector.app import create_app
from connector.checks.running import readiness, why_not_alive
from connector.gateways.whapi.client import WhapiClient
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.gateways.whapi.webhooks import DEFAULT_MODE, HEADER, webhook_url, webhooks_of, with_ours, without_ours
from connector.language import gettext as _
from connector.runtime.addresses import base_of, local_address
from connector.runtime.service import Service
from connector.server import AddressInUseError, WebServer
from connector.settings import Settings

_TRIES = 3
WAIT = 20.0
"""Seconds for a test to arrive. How long Whapi takes is not known."""
_LOOK_EVERY = 0.2
Arrived = Callable[[str], bool]
"""Whether the test with this name has arrived."""


class Registered(StrEnum):
    """What had to be done."""

    NOTHING = "nothing"
    ADDED = "added"
    RENEWED = "renewed"


def register(client: WhapiClient, url: str, secret: str) -> Registered:
    """Makes sure that one webhook leads here and is right. Changes nothing where that holds. Raises WhapiError."""
    before, after = _change(client, lambda webhooks: with_ours(webhooks, url, secret))
    if before == after:
        return Registered.NOTHING
    return Registered.ADDED if len(after) > len(before) else Registered.RENEWED


def unregister(client: WhapiClient, url: str, secret: str) -> bool:
    """Takes the webhook away that leads here with this secret; whether there was one. Raises WhapiError."""
    before, after = _change(client, lambda webhooks: without_ours(webhooks, url, secret))
    return before != after


def take_away(client: WhapiClient, url: str, secret: str) -> str | None:
    """The same, for where a forwarder brings the orders; a sentence if there was one. Raises WhapiError."""
    if not unregister(client, url, secret):
        return None
    return _("The webhook to {url} was taken away at Whapi, since a forwarder brings the orders.").format(url=url)


def _change(client: WhapiClient, change: Callable[[list[object]], list[object]]) -> tuple[list[object], list[object]]:
    """Changes the channel's list of webhooks; what it was before, and what it is now. Raises WhapiError.

    All webhooks are one list at Whapi, and there is no way to change it only if it is still as it was read. But the
    answer to a change holds the list that it replaced: where somebody else has changed that list meanwhile, theirs is
    taken up and the change made once more.
    """
    theirs = expected = _list(webhooks_of(client.settings()))
    for _unused in range(_TRIES):
        wanted = change(theirs)
        if wanted == expected:
            return theirs, theirs
        answer = client.change_settings({"webhooks": wanted})
        before, after = answer.get("before_update"), answer.get("after_update")
        replaced = webhooks_of(before) if isinstance(before, dict) else expected
        if replaced == expected or replaced is None:
            return theirs, wanted
        theirs, expected = replaced, (webhooks_of(after) if isinstance(after, dict) else None) or wanted
    raise WhapiError(
        _("Another program keeps changing the channel's webhooks at the same moment. Run setup again later."),
        scope=Scope.CHANNEL,
        kind="changing",
    )


def _list(webhooks: list[object] | None) -> list[object]:
    if webhooks is None:
        raise WhapiError(
            _(
                "Whapi's list of webhooks was not understood, and is left as it is. Add the webhook "
                "by hand in Whapi's panel."
            ),
            scope=Scope.CHANNEL,
            kind="nonsense",
        )
    return webhooks


class NotArrivedError(Exception):
    """The test did not arrive, or could not be looked for. The text is a sentence with the remedy."""

    def __init__(self, sentence: str, *, is_lost: bool = False) -> None:
        """`is_lost`: it was sent and has not come, so that the address may be wrong."""
        super().__init__(sentence)
        self.is_lost = is_lost


def try_webhook(settings: Settings, service: Service) -> str:
    """Has Whapi send a test to the registered address, and sees it arrive; a sentence that says where.

    Raises NotArrivedError and WhapiError.
    """
    assert settings.public_url is not None
    url = webhook_url(settings.public_url)
    name = secrets.token_hex(8)
    with _somewhere(settings, service) as (arrived, place):
        headers = {HEADER: settings.webhook_secret, TEST_HEADER: name}
        service.only.whapi.send_test_webhook(url, mode=DEFAULT_MODE, headers=headers)
        deadline = time.monotonic() + WAIT
        while not arrived(name):
            if time.monotonic() > deadline:
                raise NotArrivedError(
                    _(
                        "Whapi has sent a test webhook to {url}, but nothing arrived {place} within {wait:g} "
                        "seconds. See that the web server or tunnel at that address passes requests on to "
                        "{local_address}, headers included, and run setup again."
                    ).format(url=url, place=place, wait=WAIT, local_address=local_address(settings)),
                    is_lost=True,
                )
            time.sleep(_LOOK_EVERY)
    return _("A test webhook that Whapi sent to {url} has arrived {place}.").format(url=url, place=place)


@contextmanager
def _somewhere(settings: Settings, service: Service) -> Iterator[tuple[Arrived, str]]:
    """How to look for the test, and where that is."""
    assert settings.public_url is not None
    for base in (base_of(settings.public_url), local_address(settings)):
        if why_not_alive(base) is None:
            yield _at(base, settings), _("at the service that runs at {base}").format(base=base)
            return
    try:
        server = WebServer(create_app(service), settings.host, settings.port)
    except AddressInUseError:
        raise NotArrivedError(
            _(
                "Another program listens on {host}:{port}, so a test webhook could not be tried. "
                "Stop it, or set another PORT, and run setup again."
            ).format(host=settings.host, port=settings.port)
        ) from None
    thread = threading.Thread(target=server.run, name="setup-server", daemon=True)
    thread.start()
    try:
        yield (
            (lambda name: service.only.arrivals.test == name),
            _("here, at {local_address}").format(local_address=local_address(settings)),
        )
    finally:
        server.stop()
        thread.join(10)


def _at(base: str, settings: Settings) -> Arrived:
    def arrived(name: str) -> bool:
        answer = readiness(base, settings.webhook_secret)
        if answer is None:
            return False
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.TOO_MANY_REQUESTS}:
            raise NotArrivedError(
                _(
                    "The service that runs at {base} has another WEBHOOK_SECRET. Restart it, so that it "
                    "takes the settings as they are now, and run setup again."
                ).format(base=base)
            )
        try:
            return bool(answer.json().get("last_test_webhook") == name)
        except (ValueError, AttributeError):
            return False

    return arrived
