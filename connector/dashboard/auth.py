"""The page's login: lets in those who know the password, and takes changes only from the page's own forms.

No answer of the page loads anything from elsewhere, runs anything inline, or is kept by a browser.
"""

import hmac
import math
import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Response, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from connector.api.auth import Throttle, neighbourhood
from connector.api.errors import ApiError
from connector.api.secrets import OPERATOR
from connector.dashboard.doors import Door, Doors
from connector.dashboard.session import LASTS, Login, Logins, use_sessions
from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.runtime.service import Service

log = get_logger(__name__)


_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MOST_LOGINS = 8
"""Of one browser at a time; a cookie has room for so many."""
MOST_WRONG = 10
"""Wrong passwords for one door, from one address in a minute. A password is shorter than a secret, so that it is
limited more strictly: after that not even the right one is looked at."""
MOST_WRONG_OF_ALL = 50
"""Wrong passwords for one door in a minute from all browsers that never came through it, however many addresses they
have."""
_ALL = "all strangers"
_FOREIGN = marked("This form is out of date, or was not sent from this page. Open the page again and repeat it.")


def harden(response: Response) -> Response:
    """Adds them. Scripts and styles may be kept, but are asked for anew; they hold no data."""
    response.headers.update(_SECURITY)
    if request.endpoint == "page.static":
        # The largest answers that a stranger can have. One without a length ends its connection, so that nobody piles
        # them up there untaken; and the file is read here, not kept open for as long as somebody takes.
        response.direct_passthrough = False
        response.headers.pop("Content-Length", None)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


class Access:
    """The door of the status page. With no password it is shut."""

    def __init__(
        self, service: Service, *, throttle: Throttle | None = None, throttle_of_all: Throttle | None = None
    ) -> None:
        self._doors = Doors(service)
        self._logins = Logins(service.database, clock=service.clock)
        self._service = service
        self._clock = service.clock
        self._throttle = throttle or Throttle(most_wrong=MOST_WRONG)
        self._throttle_of_all = throttle_of_all or Throttle(most_wrong=MOST_WRONG_OF_ALL)

    @property
    def is_shut(self) -> bool:
        """Whether no password opens the page that is asked for."""
        return not self._doors.to(g.shop)

    def set_up(self, app: Flask) -> None:
        """Gives the application the sessions that the page needs, where there is one."""
        if self._doors.key is None:
            return
        use_sessions(app, self._doors.key)
        self._begin(self._doors.all())
        self._service.after_serving(lambda shops: self._begin(self._doors.own(shops)))

    def check(self, *, open_to_all: bool) -> AnyResponse | None:
        """Before each request, when `g.shop` is known: remembers in `g` whose it is. An answer, if it may not go on."""
        g.opened_by = None
        if self.is_shut:
            return None if open_to_all else _to_the_door()
        g.browser = session.get("id") or _new_id()
        g.form_token = self._doors.form_token(g.browser)
        if request.method == "POST" and not _is_own_form():
            raise ApiError(403, _(_FOREIGN))
        g.opened_by = next((door.name for door in self._doors.to(g.shop) if self._has_opened(door)), None)
        return None if open_to_all or self.is_in() else _to_the_door()

    def is_in(self) -> bool:
        """Whether the request comes from somebody who has logged in."""
        return g.opened_by is not None

    def login_page(self, target: str, *, problem: str | None = None, status: int = 200) -> Response:
        """`target`: where the login is to lead, an address of the page."""
        fields = parse_qsl(target.partition("?")[2])
        if session.get("id") != g.browser:
            _give_id(g.browser)
        return Response(render_template("status/login.html", fields=fields, problem=problem), status)

    def log_in(self, target: str) -> AnyResponse:
        """Leads on to the target, or says what is wrong."""
        doors = self._doors.to(g.shop)
        if not doors:
            return _to_the_door()
        waits = {door.name: self._wait(door) for door in doors}
        password = request.form.get("password", "")
        for door in doors:
            if waits[door.name] is None and door.is_opened_by(password):
                self._let_in(door)
                return redirect(target, 303)
        for door in doors:
            if waits[door.name] is None:
                self._count_wrong(door)
        wait = max((wait for wait in waits.values() if wait is not None), default=None)
        if wait is None:
            return self.login_page(target, problem=_("The password is wrong."), status=403)
        seconds = max(math.ceil(wait), 1)
        again = self.login_page(
            target,
            problem=_("Too many wrong passwords. Try again in {seconds} seconds.").format(seconds=seconds),
            status=429,
        )
        again.headers["Retry-After"] = str(seconds)
        return again

    def log_out(self) -> AnyResponse:
        """Ends the logins that open this page, and every copy of their cookies."""
        logins = _logins()
        for door in self._doors.to(g.shop):
            login = logins.pop(door.name, None)
            if login is not None:
                self._logins.end(door.name, Login(*login))
        _renew(logins, session.get("known", []))
        return redirect(url_for("page.home"), 303)

    def _has_opened(self, door: Door) -> bool:
        found = _logins().get(door.name)
        if found is None:
            return False
        login = Login(*found)
        return (
            self._clock.now().timestamp() < login.until
            and hmac.compare_digest(login.proof, self._doors.proof(door, login))
            and self._logins.counts(door.name, self._doors.digest(door), login)
        )

    def _let_in(self, door: Door) -> None:
        log.info("page.login", **({} if door.name == OPERATOR else {"shop": door.name}))
        number = self._logins.number(door.name, self._doors.digest(door))
        until = int((self._clock.now() + LASTS).timestamp())
        login = Login(_new_id(), until, number, "")
        login = login._replace(proof=self._doors.proof(door, login))
        others = {name: other for name, other in _logins().items() if name != door.name}
        known = [name for name in session.get("known", []) if name != door.name]
        _renew({**others, door.name: tuple(login)}, [*known, door.name])

    def _begin(self, doors: Iterable[Door]) -> None:
        self._logins.begin({door.name: self._doors.digest(door) for door in doors})

    def _wait(self, door: Door) -> float | None:
        """How many seconds nobody's password is looked at here; None: it is."""
        waits = [
            self._throttle.wait(_caller(door)),
            None if _is_known(door) else self._throttle_of_all.wait(_all(door)),
        ]
        return max((wait for wait in waits if wait is not None), default=None)

    def _count_wrong(self, door: Door) -> None:
        self._throttle.wrong_secret(_caller(door))
        if not _is_known(door):
            self._throttle_of_all.wrong_secret(_all(door))


def _is_known(door: Door) -> bool:
    """A browser that has come through this door before is counted by itself: strangers that come through the same
    proxy, and so seem to have the same address, can't lock its owner out. Whoever knows one shop's password is a
    stranger at the others."""
    return door.name in session.get("known", [])


def _caller(door: Door) -> str:
    caller = f"browser {g.browser[:8]}" if _is_known(door) else request.remote_addr or "unknown"
    return _at(door, caller)


def _all(door: Door) -> str:
    return _at(door, _ALL)


def _at(door: Door, caller: str) -> str:
    # The operator's password may be tried at every shop's page: it counts as the same wherever that was.
    return caller if door.name == OPERATOR else f"{neighbourhood(caller)} at {door.name}"


def _is_own_form() -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    return hmac.compare_digest(g.form_token.encode(), request.form.get("form_token", "").encode("utf-8", "replace"))


def _logins() -> dict[str, Any]:
    """What the browser has opened, by the doors' names."""
    return dict(session.get("logins", {}))


def _renew(logins: dict[str, Any], known: list[str]) -> None:
    """Begins the browser's session anew, with an id that nobody knew before."""
    _give_id(_new_id())
    session["logins"] = dict(list(logins.items())[-MOST_LOGINS:])
    session["known"] = known[-MOST_LOGINS:]


def _give_id(browser: str) -> None:
    session.clear()
    session.permanent = True
    session["id"] = browser


def _new_id() -> str:
    return secrets.token_urlsafe(16)


def _to_the_door() -> AnyResponse:
    """To the login; the parts of an open page that renew themselves have the whole page renewed."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Refresh": "true"})
    return redirect(url_for("page.home"), 303)
