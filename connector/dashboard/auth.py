"""The page's login: lets in those who know the password, and takes changes only from the page's own forms.

No answer of the page loads anything from elsewhere, runs anything inline, or is kept by a browser.
"""

import math
from urllib.parse import parse_qsl

from flask import Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connector.api.auth import Throttle
from connector.api.errors import ApiError
from connector.clock import Clock
from connector.dashboard.session import COOKIE, Session, Sessions
from connector.log import get_logger

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
_COOKIE_LASTS = 180 * 24 * 3600
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


def is_https() -> bool:
    """Whether the browser came by https, as far as anybody says. Who lies about it harms only his own cookie."""
    return (
        request.is_secure
        or request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        or request.headers.get("Origin", "").startswith("https://")
    )


class Access:
    """The door of the status page. With no password it is shut."""

    def __init__(
        self,
        *,
        password: str | None,
        salt: str,
        clock: Clock,
        throttle: Throttle | None = None,
        throttle_of_all: Throttle | None = None,
    ) -> None:
        self._sessions = Sessions(password=password, salt=salt) if password else None
        self._clock = clock
        self._throttle = throttle or Throttle(most_wrong=MOST_WRONG)
        self._throttle_of_all = throttle_of_all or Throttle(most_wrong=MOST_WRONG_OF_ALL)

    @property
    def is_shut(self) -> bool:
        return self._sessions is None

    def check(self, *, open_to_all: bool) -> AnyResponse | None:
        """Before each request: remembers in `g` whose it is. An answer, if it may not go on."""
        if self._sessions is None:
            return None if open_to_all else _to_the_door()
        session = self._sessions.read(request.cookies.get(COOKIE, "")) or self._sessions.new()
        g.session, g.form_token = session, self._sessions.form_token(session)
        if request.method == "POST" and not self._is_own_form(session):
            raise ApiError(403, _FOREIGN)
        return None if open_to_all or self.is_in() else _to_the_door()

    def is_in(self) -> bool:
        """Whether the request comes from somebody who has logged in."""
        session: Session = g.session
        return session.is_in(self._clock.now())

    def login_page(self, target: str, *, problem: str | None = None, status: int = 200) -> Response:
        """`target`: where the login is to lead, an address of the page."""
        fields = parse_qsl(target.partition("?")[2])
        response = Response(render_template("status/login.html", fields=fields, problem=problem), status)
        self._set_cookie(response, g.session)
        return response

    def log_in(self, target: str) -> AnyResponse:
        """Leads on to the target, or says what is wrong."""
        if self._sessions is None:
            return _to_the_door()
        # A browser that was here before is counted by itself: strangers that come through the same proxy, and so
        # seem to have the same address, can't lock its owner out.
        session: Session = g.session
        caller = f"browser {session.id[:8]}" if session.is_known else request.remote_addr or "unknown"
        waits = [self._throttle.wait(caller), None if session.is_known else self._throttle_of_all.wait(_ALL)]
        wait = max((wait for wait in waits if wait is not None), default=None)
        if wait is None:
            if self._sessions.is_password(request.form.get("password", "")):
                log.info("page.login")
                response = redirect(target, 303)
                self._set_cookie(response, self._sessions.logged_in(self._clock.now()))
                return response
            self._throttle.wrong_secret(caller)
            if not session.is_known:
                self._throttle_of_all.wrong_secret(_ALL)
            return self.login_page(target, problem="The password is wrong.", status=403)
        seconds = max(math.ceil(wait), 1)
        again = self.login_page(
            target, problem=f"Too many wrong passwords. Try again in {seconds} seconds.", status=429
        )
        again.headers["Retry-After"] = str(seconds)
        return again

    def log_out(self) -> AnyResponse:
        assert self._sessions is not None
        response = redirect("/", 303)
        self._set_cookie(response, self._sessions.ended(g.session))
        return response

    def _is_own_form(self, session: Session) -> bool:
        assert self._sessions is not None
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return False
        return self._sessions.is_form_token(session, request.form.get("form_token", ""))

    def _set_cookie(self, response: AnyResponse, session: Session) -> None:
        assert self._sessions is not None
        response.set_cookie(
            COOKIE,
            self._sessions.sign(session),
            max_age=_COOKIE_LASTS,
            httponly=True,
            # Not Strict: a link to the page in a mail would find nobody logged in.
            samesite="Lax",
            secure=is_https(),
        )


def _to_the_door() -> AnyResponse:
    """To the login; the parts of an open page that renew themselves have the whole page renewed."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Refresh": "true"})
    return redirect("/", 303)
