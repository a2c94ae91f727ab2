"""Who is looking: a signed cookie, and nothing in the store, so that the page can be seen while nothing can be stored.

The key is derived from the password and the webhook secret: a login outlives a restart, and a change of either ends it.
Every browser gets a cookie with an id of its own, logged in or not; the token in the forms belongs to that id.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "connector_status"
LASTS = timedelta(days=7)
"""From the login."""
_MOST_ENDED = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """One browser."""

    id: str
    until: int = 0
    """Seconds since 1970 until which it is logged in; 0: it is not."""
    is_known: bool = False
    """Whether somebody has logged in with this browser before."""

    def is_in(self, now: datetime) -> bool:
        return now.timestamp() < self.until


class Sessions:
    """Makes sessions and knows them again."""

    def __init__(self, *, password: str, salt: str) -> None:
        self._password = password
        self._salt = salt
        self._ended: OrderedDict[str, None] = OrderedDict()

    def new(self) -> Session:
        """A browser that was never here."""
        return Session(secrets.token_urlsafe(16))

    def logged_in(self, now: datetime) -> Session:
        """A session with an id that nobody knew before the login."""
        return Session(secrets.token_urlsafe(16), int((now + LASTS).timestamp()), is_known=True)

    def ended(self, session: Session) -> Session:
        """The browser after its logout. A copy of the old cookie is of no use, as long as this process lives."""
        self._ended[session.id] = None
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)
        return Session(secrets.token_urlsafe(16), is_known=True)

    def sign(self, session: Session) -> str:
        """The cookie's value."""
        return self._serializer.dumps([session.id, session.until, session.is_known])

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie that this service made; None for any other."""
        try:
            id_, until, is_known = self._serializer.loads(cookie)
        except BadSignature:
            return None
        return None if id_ in self._ended else Session(id_, until, is_known)

    def form_token(self, session: Session) -> str:
        """What a form must send along: another site can't know it."""
        return hmac.new(self._key, f"form {session.id}".encode(), "sha256").hexdigest()

    def is_form_token(self, session: Session, token: str) -> bool:
        return hmac.compare_digest(self.form_token(session).encode(), token.encode("utf-8", "replace"))

    def is_password(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self._password.encode("utf-8", "replace"))

    @cached_property
    def _key(self) -> bytes:
        # Slow on purpose: a stolen cookie could serve to try passwords. Once a process, at the first look.
        salt = f"status page {self._salt}".encode("utf-8", "replace")
        return hashlib.scrypt(self._password.encode("utf-8", "replace"), salt=salt, n=2**14, r=8, p=1)

    @cached_property
    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._key, salt="session", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )
