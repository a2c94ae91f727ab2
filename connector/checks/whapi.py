"""Whapi: whether the token is right, the phone linked, the plan paid, and whether orders will be sent here at all."""

from collections.abc import Callable, Iterator
from typing import Any

from connector.checks.failure import WrongError
from connector.findings import Finding
from connector.gateways.whapi import webhooks
from connector.gateways.whapi.client import AUTHORISED, CHANNEL_STATES, WhapiClient
from connector.language import gettext as _
from connector.language import marked
from connector.settings import Settings
from connector.store.database import Database
from connector.store.orders import latest_waiting_channel

_WEBHOOK = "webhook"
_RENEW = marked("Run setup, which mends it.")
_NAME = "whapi"


def check_webhook(client: WhapiClient, settings: Settings) -> Iterator[Finding]:
    """One call, which changes nothing; none where a forwarder brings the orders."""
    if settings.is_forwarded:
        yield Finding.ok(_WEBHOOK, _("A forwarder brings the orders (ORDERS_FROM), so no webhook is needed at Whapi."))
        return
    registered = webhooks.webhooks_of(client.settings())
    if registered is None:
        raise WrongError(_("Whapi's list of webhooks was not understood. Look at it in Whapi's panel."))
    secret = settings.webhook_secret
    if settings.public_url is None:
        yield _without_address(registered, secret)
        return
    url = webhooks.webhook_url(settings.public_url)
    ours = [webhook for webhook in registered if webhooks.leads_to(webhook, url)]
    right = next((webhook for webhook in ours if webhooks.is_right(webhook, secret)), None)
    if right is not None:
        yield Finding.ok(_WEBHOOK, _("Whapi sends new messages to {shown}.").format(shown=webhooks.shown(right)))
    elif ours:
        raise WrongError(_what_is_wrong(ours[0]))
    else:
        raise WrongError(_elsewhere(registered, secret, url))


def _without_address(registered: list[Any], secret: str) -> Finding:
    by_hand = next((w for w in registered if webhooks.leads_to_another(w) and webhooks.is_right(w, secret)), None)
    if by_hand is not None:
        sentence = _("Whapi sends new messages to {shown}, with the secret of this service.").format(
            shown=webhooks.shown(by_hand)
        )
    else:
        sentence = _(
            "PUBLIC_URL is not set, and no webhook is needed where a forwarder such as Make or "
            "n8n sends the orders to /orders. To have Whapi send them, put PUBLIC_URL into .env "
            "and run setup."
        )
    return Finding.ok(_WEBHOOK, sentence)


def _elsewhere(registered: list[Any], secret: str, url: str) -> str:
    others = [webhook for webhook in registered if webhooks.leads_to_another(webhook)]
    other = next((webhook for webhook in others if webhooks.carries(webhook, secret)), others[0] if others else None)
    if other is None:
        return _(
            "No webhook at Whapi leads to {url}, so no order will come. Run setup, which "
            "registers it; or set ORDERS_FROM=forwarder, if Make, n8n or another gateway brings "
            "the orders."
        ).format(url=url)
    return _(
        "Whapi sends to {shown}, not to {url}. Run setup, which registers this address, or "
        "put the other one into PUBLIC_URL."
    ).format(shown=webhooks.shown(other), url=url)


def _what_is_wrong(webhook: Any) -> str:
    url = webhooks.shown(webhook)
    if not webhooks.has_secret_header(webhook):
        return _("The webhook to {url} has no header {header}, so each order is refused. {value}").format(
            url=url, header=webhooks.HEADER, value=_(_RENEW)
        )
    if not webhooks.brings_orders(webhook):
        return _("The webhook to {url} lacks the event messages / post, so no order comes. {value}").format(
            url=url, value=_(_RENEW)
        )
    if not webhooks.arrives(webhook):
        mode = webhooks.mode_of(webhook)
        return _("The webhook to {url} has the mode {mode} with an address that this mode spoils. {value}").format(
            url=url, mode=mode, value=_(_RENEW)
        )
    return _("The webhook to {url} has another secret than WEBHOOK_SECRET, so each order is refused. {value}").format(
        url=url, value=_(_RENEW)
    )


def check_channel(
    client: WhapiClient,
    database: Database | None,
    *,
    shop: str,
    learn: Callable[[str], object] = lambda _: None,
) -> Iterator[Finding]:
    """One call. A stopped channel is not started by it. `learn` is told the channel's id."""
    health = client.health()
    if health.channel_id is not None:
        learn(health.channel_id)
    if health.state != AUTHORISED:
        unknown = _("The channel is in the unknown state {state}. Look at it in Whapi's panel.").format(
            state=health.state
        )
        raise WrongError(_(CHANNEL_STATES[health.state]) if health.state in CHANNEL_STATES else unknown)
    other = None
    if database is not None:
        with database.read() as connection:
            other = latest_waiting_channel(connection, shop)
    if other is not None and health.channel_id is not None and other != health.channel_id:
        raise WrongError(
            _(
                "WHAPI_TOKEN belongs to the channel {channel_id}, but the items of an order from "
                "{other} are still to be fetched, and can't be with it. Put the token of {other} "
                "into WHAPI_TOKEN; if the shop has changed its channel, run setup to register the "
                "webhook there."
            ).format(channel_id=health.channel_id, other=other)
        )
    yield Finding.ok(
        _NAME,
        _("Whapi accepts the token, and the channel {channel_id} is connected.").format(channel_id=health.channel_id),
    )
