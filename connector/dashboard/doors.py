"""Which passwords open the page, and what each of them opens."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial

from connector.api.secrets import OPERATOR
from connector.dashboard.session import Login
from connector.runtime.service import Service
from connector.runtime.shop import Shop

_MOST_KEYS = 1024


@dataclass(frozen=True, slots=True)
class Door:
    """One password."""

    name: str
    """The shop whose page it opens, and nothing else; OPERATOR: it opens the list and all shops."""
    password: str = field(repr=False)

    def is_opened_by(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.password.encode("utf-8", "replace"))


class Doors:
    """The operator's password, and those of the shops.

    A cookie is signed with `key`. It hangs on the operator's secret, and not on a password where there are several, so
    that a new one ends no login but its own. Many programs may know the secret: so each login carries a proof, too, for
    which one has to know the password.
    """

    def __init__(self, service: Service) -> None:
        """Makes one key, where there is a page; those of the passwords are made when somebody has logged in."""
        self._service = service
        password = service.settings.admin_password
        self._operators = [Door(OPERATOR, password)] if password else []
        salt = f"status page {service.settings.webhook_secret}".encode("utf-8", "replace")
        self._key_of = lru_cache(_MOST_KEYS)(partial(_slow_key, salt))
        self.key: bytes | None = None
        """None: there is no page, and never will be."""
        if service.has_many:
            self.key = self._key_of("")
        elif password:
            # All logins are made with this one. A key is kept, so this is their proofs', too.
            self.key = self._key_of(password)

    def to(self, shop: Shop | None) -> list[Door]:
        """What opens the page of a shop; None: the list."""
        return [*self._operators, *self.own([shop] if shop is not None else [])]

    def all(self) -> list[Door]:
        return [*self._operators, *self.own(self._service.shops.values())]

    def digest(self, door: Door) -> str:
        """Stands for the door's password in the store."""
        return self._signed("password", door.name, door.password)

    def form_token(self, browser: str) -> str:
        """What a form must send along: another site can't know it."""
        return self._signed("form", browser)

    def proof(self, door: Door, login: Login) -> str:
        """The proof that this login has to carry. Slow the first time."""
        text = "\n".join(("login", door.name, login.id, str(login.until), str(login.number)))
        return hmac.new(self._key_of(door.password), text.encode(), "sha256").hexdigest()

    def own(self, shops: Iterable[Shop]) -> Iterable[Door]:
        """The shops' own."""
        if self._service.has_many:
            for shop in shops:
                if shop.settings.admin_password:
                    yield Door(shop.name, shop.settings.admin_password)

    def _signed(self, *words: str) -> str:
        assert self.key is not None
        return hmac.new(self.key, "\n".join(words).encode("utf-8", "replace"), "sha256").hexdigest()


def _slow_key(salt: bytes, password: str) -> bytes:
    """Slow, so that a cookie or a copy of the database is of little use for trying passwords and secrets."""
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=2**14, r=8, p=1)
