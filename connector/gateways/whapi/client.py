"""Talks to Whapi's gateway over pooled connections, with a deadline and a size cap for each answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from connector.gateways.reading.unwrap import parse_json
from connector.gateways.whapi.errors import Scope, WhapiError, stopped_by
from connector.gateways.whapi.payload import MessagePage, parse_items, parse_page
from connector.language import gettext as _
from connector.language import marked
from connector.models import Item
from connector.observer import UNOBSERVED, Callee, Observer, observed_call
from connector.retry_after import retry_after_seconds

LARGEST_ANSWER = 5 * 1024 * 1024
LARGEST_PAGE = 20 * 1024 * 1024
"""Of messages: each may bring a picture of some tens of kB."""
_CONNECT_SECONDS = 5.0
AUTHORISED = "AUTH"

CHANNEL_STATES = {
    "NOT_INIT": marked("The channel has not been started. Start it in Whapi's panel."),
    "STOP": marked("The channel has been stopped. Start it in Whapi's panel."),
    "INIT": marked("The channel is starting. Wait a minute."),
    "LAUNCH": marked("The channel is starting. Wait a minute."),
    "QR": marked("The phone is not linked. Open the channel in Whapi's panel and scan the QR code with WhatsApp."),
    "ERROR": marked("The channel reports an error. Open it in Whapi's panel and restart it."),
    "SYNC_ERROR": marked("The channel could not synchronise with the phone. Restart it in Whapi's panel."),
}
"""What each state of `GET /health` but AUTH asks the merchant to do. Names from the SDK, STOP from the help desk."""


@dataclass(frozen=True, slots=True)
class Health:
    """What `GET /health` tells of the channel."""

    state: str
    """Such as AUTH (working) or QR."""
    channel_id: str | None


def connection_pool(connections: int) -> httpx.Client:
    """Connections for any number of channels, `connections` at once; no redirection is followed. To be closed."""
    return httpx.Client(
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        headers={"Accept": "application/json"},
        follow_redirects=False,
    )


class WhapiClient:
    """One channel at Whapi. Safe to use from several threads at once."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float = 15.0,
        observer: Observer = UNOBSERVED,
        shared: httpx.Client | None = None,
    ) -> None:
        """`timeout` is the deadline in seconds for a whole call, connection and body included. `shared`: the
        connections of all channels; None for some of its own."""
        self._http = shared or connection_pool(1)
        self._is_its_own = shared is None
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._limits = httpx.Timeout(timeout, connect=min(_CONNECT_SECONDS, timeout))
        self._observer = observer

    def close(self) -> None:
        """Closes connections of its own."""
        if self._is_its_own:
            self._http.close()

    def fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]:
        """The items of an order, with amounts as Whapi writes them. Raises WhapiError."""
        with observed_call(self._observer, Callee.WHAPI, "items"):
            return self._fetch_items(order_id, order_token)

    def _fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]:
        # The help desk wants the channel's token in the query here, not in a header.
        query = urlencode({"order_token": order_token, "token": self._token}, quote_via=quote, safe="")
        answer = self._get(f"/business/orders/{quote(order_id, safe='')}?{query}")
        items = parse_items(answer)
        if items is None:
            raise WhapiError(
                _("Whapi's answer was not a list of order items. It will be tried again."),
                scope=Scope.ORDER,
                kind="nonsense",
            )
        return items

    def list_messages(self, *, time_from: int, time_to: int, offset: int, count: int) -> MessagePage:
        """What customers wrote between two times, in seconds since 1970, the oldest first. Raises WhapiError."""
        with observed_call(self._observer, Callee.WHAPI, "messages"):
            return self._list_messages(time_from=time_from, time_to=time_to, offset=offset, count=count)

    def _list_messages(self, *, time_from: int, time_to: int, offset: int, count: int) -> MessagePage:
        query = urlencode(
            {
                "count": count,
                "offset": offset,
                "time_from": time_from,
                "time_to": time_to,
                "from_me": "false",
                "sort": "asc",
            }
        )
        try:
            page = parse_page(self._get(f"/messages/list?{query}", bearer=True, largest=LARGEST_PAGE))
        except WhapiError as error:
            if error.kind != "not_found":
                raise
            raise WhapiError(
                _("Whapi has no message history for this channel (404). See that WHAPI_BASE_URL is right."),
                scope=Scope.ORDER,
                kind="no_history",
            ) from None
        if page is None:
            raise WhapiError(
                _("Whapi's answer was not a list of messages. It will be tried again."),
                scope=Scope.ORDER,
                kind="nonsense",
            )
        return page

    def channel_state(self) -> str:
        """The channel's state, such as AUTH (working) or QR; does not start a stopped channel. Raises WhapiError."""
        return self.health().state

    def health(self) -> Health:
        """The channel's state and id; does not start a stopped channel. Raises WhapiError."""
        answer = self._about_channel("state", "GET", "/health?wakeup=false")
        status = answer.get("status")
        state, channel_id = status.get("text") if isinstance(status, dict) else None, answer.get("channel_id")
        return Health(
            state if isinstance(state, str) else "unknown", channel_id if isinstance(channel_id, str) else None
        )

    def settings(self) -> Mapping[str, Any]:
        """The channel's settings. Other programs' secrets stand in them: not to be shown. Raises WhapiError."""
        return self._about_channel("settings", "GET", "/settings")

    def change_settings(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Changes the settings that are named and no others; answers how they were before and are after.

        May be repeated. Raises WhapiError.
        """
        return self._about_channel("settings", "PATCH", "/settings", changes)

    def send_test_webhook(self, url: str, *, mode: str, headers: Mapping[str, str]) -> None:
        """Has Whapi send a test to an address; whether it arrives is another matter. Raises WhapiError."""
        test = {"type": "messages", "url": url, "mode": mode, "headers": dict(headers)}
        self._about_channel("webhook_test", "POST", "/settings/webhook_test", test)

    def send_text(self, to: str, body: str) -> None:
        """Writes to a number, or to a group by its id. Not to be repeated blindly: after a time-out it may have gone
        out. Raises WhapiError."""
        try:
            self._about_channel("text", "POST", "/messages/text", {"to": to, "body": body})
        except WhapiError as error:
            if error.kind != "unexpected":
                raise
            raise WhapiError(
                _(
                    "Whapi did not take the message. See that the number in ALERT_URLS is right, with "
                    "the country's code, and has WhatsApp."
                ),
                scope=Scope.ORDER,
                kind="refused",
            ) from None

    def _about_channel(
        self, operation: str, method: str, target: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        with observed_call(self._observer, Callee.WHAPI, operation):
            try:
                answer = self._call(method, target, bearer=True, body=body, about_channel=True)
            except WhapiError as error:
                if error.kind != "not_found":
                    raise
                raise WhapiError(
                    _("Whapi does not know what was asked of it (404). See that WHAPI_BASE_URL is right."),
                    scope=Scope.CHANNEL,
                    kind="no_route",
                ) from None
            if not isinstance(answer, dict):
                raise WhapiError(_("Whapi's answer was not understood."), scope=Scope.CHANNEL, kind="nonsense")
        return answer

    def _get(self, target: str, *, bearer: bool = False, largest: int = LARGEST_ANSWER) -> Any:
        return self._call("GET", target, bearer=bearer, largest=largest)

    def _call(
        self,
        method: str,
        target: str,
        *,
        bearer: bool,
        largest: int = LARGEST_ANSWER,
        body: Mapping[str, Any] | None = None,
        about_channel: bool = False,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if bearer else {}
        deadline = time.monotonic() + self._timeout
        try:
            with self._http.stream(
                method, self._base_url + target, headers=headers, json=body, timeout=self._limits
            ) as response:
                content = _read_body(response, deadline, largest)
        except httpx.TimeoutException:
            raise _timed_out(self._timeout) from None
        except (httpx.InvalidURL, UnicodeError):
            raise WhapiError(
                _(
                    "No request can be made with WHAPI_BASE_URL and WHAPI_TOKEN as they are. Compare "
                    "both with Whapi's panel."
                ),
                scope=Scope.CHANNEL,
                kind="no_connection",
            ) from None
        except httpx.HTTPError as error:
            in_the_way = stopped_by(error, self._base_url)
            if in_the_way is not None:
                raise in_the_way from None
            # The class tells what broke; the text might hold the URL, and the URL holds the tokens.
            raise WhapiError(
                _("Whapi could not be reached ({name}). It will be tried again.").format(name=type(error).__name__),
                scope=Scope.CHANNEL if isinstance(error, httpx.ConnectError) else Scope.SUSPECT,
                kind="no_connection",
            ) from None
        if response.status_code != HTTPStatus.OK:
            raise _refusal(response.status_code, response.headers)
        try:
            # What is read of it may be cut where it is too deep; settings go back as they came, or not at all.
            return parse_json(content, cut=not about_channel)
        except ValueError:
            raise WhapiError(
                _("Whapi's answer was not JSON. It will be tried again."), scope=Scope.ORDER, kind="nonsense"
            ) from None


def _read_body(response: httpx.Response, deadline: float, largest: int) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > largest:
            raise WhapiError(
                _("Whapi's answer was larger than {largest} MiB and was not taken.").format(largest=largest // 2**20),
                scope=Scope.ORDER,
                kind="too_large",
            )
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("deadline")
        chunks.append(chunk)
    return b"".join(chunks)


def _timed_out(timeout: float) -> WhapiError:
    return WhapiError(
        _("Whapi did not answer within {timeout:g} seconds. It will be tried again.").format(timeout=timeout),
        scope=Scope.SUSPECT,
        kind="timeout",
    )


_REFUSALS = {
    HTTPStatus.UNAUTHORIZED: (
        Scope.CHANNEL,
        "unauthorised",
        marked(
            "Whapi refused the channel's token (401). Compare WHAPI_TOKEN with the token in Whapi's panel, "
            "and see there that the channel is connected."
        ),
    ),
    HTTPStatus.PAYMENT_REQUIRED: (
        Scope.CHANNEL,
        "payment",
        marked(
            "Whapi asks for payment (402): the plan's limit is reached or the plan has ended. "
            "Look at the channel's plan in Whapi's panel."
        ),
    ),
    HTTPStatus.FORBIDDEN: (
        Scope.SUSPECT,
        "forbidden",
        marked(
            "Whapi forbids this (403). See in Whapi's panel that the token belongs to the channel "
            "which received the order."
        ),
    ),
    HTTPStatus.NOT_FOUND: (
        Scope.ORDER,
        "not_found",
        marked("Whapi does not know the order yet, or no longer (404). It will be tried again."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        Scope.CHANNEL,
        "rate_limit",
        marked("Whapi asks for a pause: too many requests (429). It goes on by itself."),
    ),
}


def _refusal(status: int, headers: httpx.Headers) -> WhapiError:
    retry_after = retry_after_seconds(headers.get("Retry-After"))
    if status in _REFUSALS:
        scope, kind, sentence = _REFUSALS[HTTPStatus(status)]
        return WhapiError(_(sentence), scope=scope, kind=kind, retry_after=retry_after)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return WhapiError(
            _(
                "Whapi answered with a redirection ({status}), which is not followed. See that WHAPI_BASE_URL is right."
            ).format(status=status),
            scope=Scope.CHANNEL,
            kind="redirected",
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return WhapiError(
            _("Whapi has trouble of its own ({status}). It will be tried again.").format(status=status),
            scope=Scope.SUSPECT,
            kind="server_error",
            retry_after=retry_after,
        )
    return WhapiError(
        _("Whapi answered with the unexpected status {status}. It will be tried again.").format(status=status),
        scope=Scope.ORDER,
        kind="unexpected",
    )
