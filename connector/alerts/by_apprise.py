"""By the library apprise, which knows a hundred and more messengers. Its import takes 13 MB and most of a second, so
nothing but `way_to` imports this module.

An address is the operator's own setting; still nothing in the own network is reached through it unless the settings
allow that, as with events. apprise makes its connections itself: so the name is looked up right before each try, which
a name that changes its address between the two escapes, and no redirection is followed. Services of a fixed address,
such as Telegram, have no host in theirs, and nothing is looked up for them: what stands there is a token.
"""

import logging
import threading
from collections.abc import Callable, Iterator

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType, PersistentStoreMode
from apprise.logger import NotifyLogEntry

from connector.alerts.target import AlertTarget
from connector.alerts.text import Alert, Kind
from connector.events.delivery import Outcome
from connector.events.transport import RefusedAddressError, addresses_for, resolve
from connector.language import gettext as _
from connector.language import in_same_language

# Its lines may quote an address. What is wrong with a try stands in the try's own log.
logging.getLogger("apprise").propagate = False

DEADLINE = 20.0
"""Seconds for the whole try."""
_LONGEST_REASON = 300
_PLAIN = frozenset({"json", "xml", "form"})
"""Kinds that go by plain http. With an `s` behind it each goes by https."""
_TYPES = {Kind.PROBLEM: NotifyType.FAILURE, Kind.OVER: NotifyType.SUCCESS, Kind.NEWS: NotifyType.INFO}


class UnusableAddressError(Exception):
    """apprise can do nothing with an address. The text is a sentence that doesn't show it."""


class ByApprise:
    """To one address. For one thread.

    apprise's own time-outs are for each read, and its deadline leaves a thread behind that others then lack and that
    the end of the process waits for. So each try has a thread of its own, which nobody waits for once the time is up;
    while it hangs there is no other.
    """

    def __init__(
        self,
        target: AlertTarget,
        *,
        allow_private: bool,
        redact: Callable[[str], str],
        deadline: float = DEADLINE,
    ) -> None:
        self._target = target
        self._allow_private = allow_private
        self._redact = redact
        self._deadline = deadline
        self._last: threading.Thread | None = None

    def send(self, alert: Alert) -> Outcome:
        """Tries once; never raises."""
        if self._last is not None and self._last.is_alive():
            return Outcome(
                delivered=False, reason=_("The last try at {name} still hangs.").format(name=self._target.name)
            )
        outcomes: list[Outcome] = []
        attempt = in_same_language(lambda: outcomes.append(self._try(alert)))
        self._last = threading.Thread(target=attempt, name="alert", daemon=True)
        self._last.start()
        self._last.join(self._deadline)
        if outcomes:
            return outcomes[0]
        return Outcome(
            delivered=False, reason=_("It took longer than {deadline:g} seconds.").format(deadline=self._deadline)
        )

    def _try(self, alert: Alert) -> Outcome:
        try:
            return self._send(alert)
        except Exception as error:  # noqa: BLE001 - a hundred plugins, of which none may end the thread with its secrets
            return Outcome(
                delivered=False,
                reason=_("apprise failed at {name} ({error}).").format(
                    name=self._target.name, error=type(error).__name__
                ),
            )

    def _send(self, alert: Alert) -> Outcome:
        try:
            service = self.checked()
        except (UnusableAddressError, RefusedAddressError) as error:
            return Outcome(delivered=False, reason=str(error))
        sender = Apprise(asset=service.asset)
        sender.add(service)
        result = sender.notify(
            title=alert.title,
            body=alert.body,
            notify_type=_TYPES[alert.kind],
            body_format=NotifyFormat.TEXT,
            interpret_escapes=False,
        )
        return Outcome(delivered=True) if result else Outcome(delivered=False, reason=self._reason(result.logs()))

    def checked(self) -> NotifyBase:
        """The address as apprise reads it. Raises UnusableAddressError and RefusedAddressError."""
        service = Apprise.instantiate(self._target.address, asset=_asset())
        if service is None:
            raise UnusableAddressError(
                _(
                    "{name} in ALERT_URLS is no address that apprise can use. Compare it with what "
                    "https://appriseit.com/services/ says of its kind."
                ).format(name=self._target.name)
            )
        service.redirects = False  # Whatever the address says of it.
        for host in _hosts(service):
            self._look_up(host, service)
        return service

    def _look_up(self, host: str, service: NotifyBase) -> None:
        is_plain = self._target.address.partition("://")[0].lower() in _PLAIN
        try:
            addresses_for(
                host,
                service.port or (80 if is_plain else 443),
                is_secure=not is_plain,
                allow_private=self._allow_private,
                resolve=resolve,
                setting="ALERT_URLS",
            )
        except (OSError, UnicodeError):
            raise UnusableAddressError(
                _("The host's name in {name} leads nowhere. Compare ALERT_URLS.").format(name=self._target.name)
            ) from None

    def _reason(self, entries: Iterator[NotifyLogEntry]) -> str:
        text = " ".join(" ".join(entry.message for entry in entries).split())
        return _("apprise did not get the message through: {reason}").format(
            reason=self._redact(text)[:_LONGEST_REASON] or _("it says no more.")
        )


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="Order connector",
        app_desc="Order connector",
        async_mode=False,
        http_redirects=False,
        allow_templates=False,
        pgp_autogen=False,
        pem_autogen=False,
        service_timeout=0,
        storage_mode=PersistentStoreMode.MEMORY,
    )


def _hosts(service: NotifyBase) -> list[str]:
    """The hosts that an address names; none where what stands in a host's place is something else."""
    templates: tuple[str, ...] = service.templates
    names_host = any("{host}" in template for template in templates)
    named = (service.host if names_host else None, getattr(service, "smtp_host", None))
    return list(dict.fromkeys(host for host in named if isinstance(host, str) and host))
