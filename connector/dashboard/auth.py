"""The page's login: lets in those who know the password, and takes changes only from the page's own forms.

No answer of the page loads anything from elsewhere, runs anything inline, or is kept by a browser.
"""

import hmac
import math
import secrets
from urllib.parse import parse_qsl

from flask import Flask, Response, g, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from connector.api.auth import Throttle
from connector.api.errors import ApiError
from connector.clock import Clock
from connector.dashboard.session import LASTS, Logins, key_of, use_sessions
from connector.log import get_logger
from connector.store.database import Database

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
MOST_WRONG = 10
"""Wrong passwords from one address in a minute. A password is shorter than a secret, so that it is limited more
strictly: after that not even the right one is looked at."""
MOST_WRONG_OF_ALL = 50
"""Wrong passwords in a minute from all browsers that were never logged in, however many addresses they come from."""
_ALL = "all strangers"
_FOREIGN = "This form is out of date, or was not sent from this page. Open the page again and repeat it."


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
        self,
        *,
        password: str | None,
        salt: str,
        clock: Clock,
        database: Database,
        shop: str,
        throttle: Throttle | None = None,
        throttle_of_all: Throttle | None = None,
    ) -> None:
        self._password = password or ""
        self._key = key_of(password, salt) if password else None
        self._logins = Logins(database, shop=shop, key=self._key, clock=clock) if self._key is not None else None
        self._clock = clock
        self._throttle = throttle or Throttle(most_wrong=MOST_WRONG)
        self._throttle_of_all = throttle_of_all or Throttle(most_wrong=MOST_WRONG_OF_ALL)

    @property
    def is_shut(self) -> bool:
        return self._logins is None

    def set_up(self, app: Flask) -> None:
        """Gives the application the sessions that the page needs, where there is one."""
        if self._key is not None:
            use_sessions(app, self._key)

    def check(self, *, open_to_all: bool) -> AnyResponse | None:
        """Before each request: remembers in `g` whose it is. An answer, if it may not go on."""
        if self.is_shut:
            return None if open_to_all else _to_the_door()
        g.browser = session.get("id") or _new_id()
        g.form_token = self._form_token()
        if request.method == "POST" and not self._is_own_form():
            raise ApiError(403, _FOREIGN)
        return None if open_to_all or self.is_in() else _to_the_door()

    def is_in(self) -> bool:
        """Whether the request comes from somebody who has logged in."""
        if "is_in" not in g:
            has_run_out = self._clock.now().timestamp() >= session.get("until", 0)
            g.is_in = not has_run_out and self._logins is not None and self._logins.counts(g.browser, session["number"])
        is_in: bool = g.is_in
        return is_in

    def login_page(self, target: str, *, problem: str | None = None, status: int = 200) -> Response:
        """`target`: where the login is to lead, an address of the page."""
        fields = parse_qsl(target.partition("?")[2])
        if session.get("id") != g.browser:
            self._give_id(g.browser)
        return Response(render_template("status/login.html", fields=fields, problem=problem), status)

    def log_in(self, target: str) -> AnyResponse:
        """Leads on to the target, or says what is wrong."""
        if self._logins is None:
            return _to_the_door()
        # A browser that was here before is counted by itself: strangers that come through the same proxy, and so
        # seem to have the same address, can't lock its owner out.
        is_known = session.get("is_known", False)
        caller = f"browser {g.browser[:8]}" if is_known else request.remote_addr or "unknown"
        waits = [self._throttle.wait(caller), None if is_known else self._throttle_of_all.wait(_ALL)]
        wait = max((wait for wait in waits if wait is not None), default=None)
        if wait is None:
            if self._is_password(request.form.get("password", "")):
                log.info("page.login")
                # With an id that nobody knew before the login.
                self._give_id(_new_id())
                until = int((self._clock.now() + LASTS).timestamp())
                session.update(until=until, number=self._logins.number(), is_known=True)
                return redirect(target, 303)
            self._throttle.wrong_secret(caller)
            if not is_known:
                self._throttle_of_all.wrong_secret(_ALL)
            return self.login_page(target, problem="The password is wrong.", status=403)
        seconds = max(math.ceil(wait), 1)
        again = self.login_page(
            target, problem=f"Too many wrong passwords. Try again in {seconds} seconds.", status=429
        )
        again.headers["Retry-After"] = str(seconds)
        return again

    def log_out(self) -> AnyResponse:
        """Ends the login, and every copy of its cookie."""
        assert self._logins is not None
        self._logins.end(g.browser, session["until"])
        self._give_id(_new_id())
        session["is_known"] = True
        return redirect("/", 303)

    def _is_own_form(self) -> bool:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return False
        return hmac.compare_digest(
            self._form_token().encode(), request.form.get("form_token", "").encode("utf-8", "replace")
        )

    def _form_token(self) -> str:
        """What a form must send along: another site can't know it."""
        assert self._key is not None
        return hmac.new(self._key, f"form {g.browser}".encode(), "sha256").hexdigest()

    def _is_password(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self._password.encode("utf-8", "replace"))

    def _give_id(self, browser: str) -> None:
        """Begins the browser's session anew."""
        session.clear()
        session.permanent = True
        session["id"] = browser


def _new_id() -> str:
    return secrets.token_urlsafe(16)


def _to_the_door() -> AnyResponse:
    """To the login; the parts of an open page that renew themselves have the whole page renewed."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Refresh": "true"})
    return redirect("/", 303)
