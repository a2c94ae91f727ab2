"""Registers the connector's webhook in the channel's settings, and leaves everything else there as it is."""

from enum import StrEnum

from connector.gateways.whapi.client import WhapiClient
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.gateways.whapi.webhooks import webhooks_of, with_ours

_TRIES = 3


class Registered(StrEnum):
    """What had to be done."""

    NOTHING = "nothing"
    ADDED = "added"
    RENEWED = "renewed"


def register(client: WhapiClient, url: str, secret: str) -> Registered:
    """Makes sure that one webhook leads here and is right. Changes nothing where that holds. Raises WhapiError.

    All webhooks are one list at Whapi, and there is no way to change it only if it is still as it was read. But the
    answer to a change holds the list that it replaced: where somebody else has changed that list meanwhile, theirs is
    taken up and the change made once more.
    """
    theirs = expected = _list(webhooks_of(client.settings()))
    for _ in range(_TRIES):
        wanted = with_ours(theirs, url, secret)
        if wanted == expected:
            return Registered.NOTHING
        answer = client.change_settings({"webhooks": wanted})
        before, after = answer.get("before_update"), answer.get("after_update")
        replaced = webhooks_of(before) if isinstance(before, dict) else expected
        if replaced == expected or replaced is None:
            return Registered.ADDED if len(wanted) > len(theirs) else Registered.RENEWED
        theirs, expected = replaced, (webhooks_of(after) if isinstance(after, dict) else None) or wanted
    raise WhapiError(
        "Another program keeps changing the channel's webhooks at the same moment. Run setup again later.",
        scope=Scope.CHANNEL,
        kind="changing",
    )


def _list(webhooks: list[object] | None) -> list[object]:
    if webhooks is None:
        raise WhapiError(
            "Whapi's list of webhooks was not understood, and is left as it is. "
            "Add the webhook by hand in Whapi's panel.",
            scope=Scope.CHANNEL,
            kind="nonsense",
        )
    return webhooks
