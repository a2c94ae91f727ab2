"""Links to the rows of orders, which lead to wherever a row stands when somebody follows them.

A link needs no login: it only leads to the spreadsheet, which Google guards. So it has to be one that the service has
made, and tells nothing of the order or the shop.
"""

import base64
import binascii
import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from connector.models import Order
from connector.runtime.addresses import base_of, local_address
from connector.settings import Settings

PATH = "/rows/"
_BLOCK = 32
"""Bytes. An id is filled up to a multiple of it, so that a link doesn't tell how long the id is."""
_FILL = b"\x00"
"""In no order's id."""
_LONGEST = 1024


class RowLinks:
    """Makes the links and reads them. Safe to use from several threads.

    They hang on the operator's WEBHOOK_SECRET: a new one ends them, and a shop's own secret makes none. An order's link
    is the same each time.
    """

    def __init__(self, settings: Settings) -> None:
        """`settings`: the operator's."""
        self._secret = settings.webhook_secret
        self._has_many = settings.shops_file is not None
        self._base = local_address(settings) if settings.public_url is None else base_of(settings.public_url)
        self._is_public = settings.public_url is not None

    def url(self, shop: str, order: Order, *, base: str | None = None) -> str | None:
        """The order's `row_url`; None while it has no row. `base`: the service's address as the caller knows it, which
        counts where PUBLIC_URL is not set."""
        if order.shown is None:
            return None
        known = self._base if base is None or self._is_public else base
        mounted = f"/shops/{shop}" if self._has_many else ""
        return f"{known}{mounted}{PATH}{self.token(shop, order.order_id)}"

    def token(self, shop: str, order_id: str) -> str:
        """What stands in the link."""
        text = order_id.encode("utf-8", "surrogatepass")
        filled = text + _FILL * (-len(text) % _BLOCK)
        sealed = _cipher(self._secret).encrypt(filled, [shop.encode()])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def order_id(self, shop: str, token: str) -> str | None:
        """The order that a link of this shop leads to; None for a token that wasn't made here for this shop.

        Whether it was is compared in constant time.
        """
        if len(token) > _LONGEST:
            return None
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            filled = _cipher(self._secret).decrypt(sealed, [shop.encode()])
            return filled.rstrip(_FILL).decode("utf-8", "surrogatepass")
        except (binascii.Error, ValueError, InvalidTag):
            return None


@lru_cache(8)
def _cipher(secret: str) -> AESSIV:
    """Slow the first time, so that a link is of little use for trying secrets."""
    key = hashlib.scrypt(secret.encode("utf-8", "replace"), salt=b"links to rows", n=2**14, r=8, p=1, dklen=32)
    return AESSIV(key)
