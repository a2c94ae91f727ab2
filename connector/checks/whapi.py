"""Whapi's channel: whether the token is right, the phone linked, and the plan paid."""

from collections.abc import Iterator

from connector.checks.failure import WrongError
from connector.findings import Finding
from connector.gateways.whapi.client import AUTHORISED, CHANNEL_STATES, WhapiClient
from connector.runtime import SHOP
from connector.store.database import Database
from connector.store.orders import latest_waiting_channel

_NAME = "whapi"


def check_channel(client: WhapiClient, database: Database | None) -> Iterator[Finding]:
    """One call. A stopped channel is not started by it."""
    health = client.health()
    if health.state != AUTHORISED:
        unknown = f"The channel is in the unknown state {health.state}. Look at it in Whapi's panel."
        raise WrongError(CHANNEL_STATES.get(health.state, unknown))
    other = None
    if database is not None:
        with database.read() as connection:
            other = latest_waiting_channel(connection, SHOP)
    if other is not None and health.channel_id is not None and other != health.channel_id:
        raise WrongError(
            f"WHAPI_TOKEN belongs to the channel {health.channel_id}, but the items of an order from {other} are still "
            f"to be fetched, and can't be with it. Put the token of {other} into WHAPI_TOKEN; if the shop has changed "
            "its channel, run setup to register the webhook there."
        )
    yield Finding.ok(_NAME, f"Whapi accepts the token, and the channel {health.channel_id} is connected.")
