"""Whose secret a request carries: the operator's, or a shop's."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping

from connector.runtime.service import Service
from connector.runtime.shop import Shop

OPERATOR = ""
"""Who may do everything, in all shops."""


class Secrets:
    """Finds the owner of a secret among any number of them. Safe to use from several threads.

    Looked up by a digest under a key that nobody knows, so that the time it takes says nothing about how far a guess
    was right.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._key = secrets.token_bytes(32)
        self._operator = self._digest(service.settings.webhook_secret.encode())
        self._of: Mapping[str, Shop] = {}
        self._owners: dict[bytes, str] = {}

    def owner(self, presented: Iterable[bytes]) -> str | None:
        """The name of the first secret's owner; None where none of them is anybody's."""
        owners = self._known()
        return next((owner for value in presented if (owner := owners.get(self._digest(value))) is not None), None)

    def _known(self) -> dict[bytes, str]:
        shops = self._service.shops
        if shops is not self._of:
            owners = {self._digest(shop.settings.webhook_secret.encode()): shop.name for shop in shops.values()}
            # The operator's own wins: the one shop of `.env` has the same.
            self._owners, self._of = {**owners, self._operator: OPERATOR}, shops
        return self._owners

    def _digest(self, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=self._key).digest()
