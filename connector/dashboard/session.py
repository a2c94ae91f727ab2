"""Who is looking: Flask's own session, in a signed cookie, and in the store which logins have ended.

Every browser gets an id of its own, logged in or not; the token in the forms belongs to that id. It may have several
logins at a time, each for one door of `doors`.
"""

import hashlib
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from connector.api.current import own_path
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

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - as Flask calls it
        # Not for what else a reverse proxy serves at the same host. The shops share the cookie.
        return own_path() or "/"

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - as Flask calls it
        return is_https()


def is_https() -> bool:
    """Whether the browser came by https, as far as anybody says. Who lies about it harms only his own cookie."""
    return (
        request.is_secure
        or request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        or request.headers.get("Origin", "").startswith("https://")
    )


class Login(NamedTuple):
    """A login, as the cookie holds it."""

    id: str
    until: int
    """Seconds since 1970."""
    number: int
    """Of the logins with the same password."""
    proof: str
    """That it was made with the password; the key of the cookies alone doesn't suffice for one."""


class Logins:
    """Which logins count, by the doors that they open. While the store can't be written they begin and end in this
    process alone, and are stored as soon as it can. Safe to use from several threads.

    `digest` stands for the password that the door has now.
    """

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers: dict[tuple[str, str], int] = {}
        """By door and digest."""
        self._instead = secrets.randbelow(2**52) + 2**52
        """The number of logins for as long as none could be had from the store: nobody has it from before."""
        self._to_be_ended: dict[tuple[str, str], datetime] = {}

    def begin(self, digests: Mapping[str, str]) -> None:
        """To be called with each password as soon as it holds: one that was in use without a login, or a look, has
        ended the logins of the one before."""
        with self._lock:
            new = {door: digest for door, digest in digests.items() if (door, digest) not in self._numbers}
            if not new:
                return
            try:
                with self._database.read() as connection:
                    found = logins.numbers_of(connection, new)
                if len(found) < len(new):
                    found = self._database.write(lambda connection: logins.begin(connection, new))
            except _NOT_STORED as error:
                log.warning("page.logins_not_stored", error=type(error).__name__)
                return
            # The digest of before goes: if it comes back, the store has to say under which number.
            kept = {known: number for known, number in self._numbers.items() if known[0] not in new}
            self._numbers = {**kept, **{(door, new[door]): number for door, number in found.items()}}

    def number(self, door: str, digest: str) -> int:
        """The number that a login must have to count."""
        self.begin({door: digest})
        return self._numbers.get((door, digest), self._instead)

    def counts(self, door: str, digest: str, login: Login) -> bool:
        """Whether a login that has not run out has neither been ended. Raises what the database raises on reading."""
        self._store_ended()
        if login.number != self.number(door, digest) or (door, login.id) in self._to_be_ended:
            return False
        with self._database.read() as connection:
            return not logins.has_ended(connection, door, login.id)

    def end(self, door: str, login: Login) -> None:
        """Ends a login, here and at every other instance."""
        with self._lock:
            self._to_be_ended[door, login.id] = datetime.fromtimestamp(login.until, UTC)
        self._store_ended()

    def _store_ended(self) -> None:
        with self._lock:
            ended = dict(self._to_be_ended)
        if not ended:
            return
        now = self._clock.now()

        def change(connection: Connection) -> None:
            for (door, login_id), until in ended.items():
                logins.end(connection, door, {login_id: until}, now=now)

        try:
            self._database.write(change)
        except _NOT_STORED as error:
            log.warning("page.logout_not_stored", error=type(error).__name__)
            return
        with self._lock:
            for key in ended:
                self._to_be_ended.pop(key, None)
