"""Who is looking: Flask's own session, in a signed cookie, and in the store which logins have ended.

The key is derived from the password and the webhook secret: a login outlives a restart, and a change of either ends it.
Every browser gets an id of its own, logged in or not; the token in the forms belongs to that id.
"""

import hashlib
import secrets
import threading
from datetime import UTC, datetime, timedelta

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock
from connector.log import get_logger
from connector.store import logins
from connector.store.commit import StoreClosedError
from connector.store.database import Database

log = get_logger(__name__)

COOKIE = "connector_status"
COOKIE_LASTS = timedelta(days=180)
"""A browser is known again for so long, so that others at the same proxy can't lock it out."""
LASTS = timedelta(days=7)
"""From the login."""
_NOT_STORED = (SQLAlchemyError, StoreClosedError)


def key_of(password: str, salt: str) -> bytes:
    """The key of the cookies. Slow on purpose: a stolen cookie could serve to try passwords."""
    salted = f"status page {salt}".encode("utf-8", "replace")
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salted, n=2**14, r=8, p=1)


def use_sessions(app: Flask, key: bytes) -> None:
    """Gives the application sessions in the page's cookie."""
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        # Not Strict: a link to the page in a mail would find nobody logged in.
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=COOKIE_LASTS,
    )
    app.session_interface = _CookieSessions()


class _CookieSessions(SecureCookieSessionInterface):
    """Flask's sessions, at no cost for callers without the cookie, as every webhook does."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ or COOKIE not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - as Flask calls it
        return is_https()


def is_https() -> bool:
    """Whether the browser came by https, as far as anybody says. Who lies about it harms only his own cookie."""
    return (
        request.is_secure
        or request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        or request.headers.get("Origin", "").startswith("https://")
    )


class Logins:
    """Which logins count. While the store can't be written they begin and end in this process alone, and are stored
    as soon as it can. Safe to use from several threads."""

    def __init__(self, database: Database, *, shop: str, key: bytes, clock: Clock) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock
        self._digest = hashlib.sha256(b"logins" + key).hexdigest()
        self._lock = threading.Lock()
        self._number: int | None = None
        self._instead = secrets.randbelow(2**52) + 2**52
        """The number of logins for as long as none could be had from the store: nobody has it from before."""
        self._to_be_ended: dict[str, datetime] = {}
        # Now, not when somebody looks: a key that was in use without a look has ended the logins of the one before.
        self.number()

    def number(self) -> int:
        """The number that a login must have to count."""
        with self._lock:
            if self._number is None:
                try:
                    with self._database.read() as connection:
                        self._number = logins.number_of(connection, self._shop, self._digest)
                    if self._number is None:
                        self._number = self._database.write(
                            lambda connection: logins.begin(connection, self._shop, self._digest)
                        )
                except _NOT_STORED as error:
                    log.warning("page.logins_not_stored", error=type(error).__name__)
                    return self._instead
            return self._number

    def counts(self, login_id: str, number: int) -> bool:
        """Whether a login that has not run out has neither been ended. Raises what the database raises on reading."""
        self._store_ended()
        if number != self.number() or login_id in self._to_be_ended:
            return False
        with self._database.read() as connection:
            return not logins.has_ended(connection, self._shop, login_id)

    def end(self, login_id: str, until: float) -> None:
        """Ends a login, here and at every other instance; `until`: when it would have run out."""
        with self._lock:
            self._to_be_ended[login_id] = datetime.fromtimestamp(until, UTC)
        self._store_ended()

    def _store_ended(self) -> None:
        with self._lock:
            ended = dict(self._to_be_ended)
        if not ended:
            return
        now = self._clock.now()
        try:
            self._database.write(lambda connection: logins.end(connection, self._shop, ended, now=now))
        except _NOT_STORED as error:
            log.warning("page.logout_not_stored", error=type(error).__name__)
            return
        with self._lock:
            for login_id in ended:
                self._to_be_ended.pop(login_id, None)
