"""Whapi's channel: whether the token is right, the phone linked, and the plan paid."""

from collections.abc import Iterator

from connector.check.finding import Finding, WrongError
from connector.service import SHOP
from connector.store.database import Database
from connector.store.orders import latest_channel
from connector.whapi.client import AUTHORISED, CHANNEL_STATES, WhapiClient

_NAME = "whapi"


def check_channel(client: WhapiClient, database: Database | None) -> Iterator[Finding]:
    """One call. A stopped channel is not started by it."""
    health = client.health()
    if health.state != AUTHORISED:
        unknown = f"The channel is in the unknown state {health.state}. Look at it in Whapi's panel."
        raise WrongError(CHANNEL_STATES.get(health.state, unknown))
    latest = None
    if database is not None:
        with database.read() as connection:
            latest = latest_channel(connection, SHOP)
    if latest is not None and health.channel_id is not None and latest != health.channel_id:
        raise WrongError(
            f"WHAPI_TOKEN belongs to the channel {health.channel_id}, but the latest order came from {latest}, whose "
            f"items can't be fetched with it. Put the token of {latest} into WHAPI_TOKEN; if the shop has changed its "
            "channel, run setup to register the webhook there."
        )
    yield Finding(
        _NAME, holds=True, sentence=f"Whapi accepts the token, and the channel {health.channel_id} is connected."
    )
