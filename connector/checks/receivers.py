"""Whoever is told of orders and problems: whether EVENTS_URL and ALERT_URLS lead anywhere that may be sent to, and with
`check --alert` whether a test goes out."""

from collections.abc import Iterator

from connector.alerts.target import AlertTarget
from connector.checks.failure import WrongError
from connector.events.transport import RefusedAddressError, addresses_for
from connector.findings import Finding
from connector.language import gettext as _
from connector.runtime.alerts import Alerts
from connector.settings import Settings

_EVENTS, _ALERTS = "events", "alerts"


def check_events(settings: Settings) -> Iterator[Finding]:
    """Looks up their names. Nothing is sent to them: a workflow might take it for an event."""
    targets = settings.event_targets
    for target in targets:
        url = target.url
        port = url.port or (443 if target.is_secure else 80)
        try:
            addresses_for(
                url.raw_host.decode(), port, is_secure=target.is_secure, allow_private=settings.events_allow_private
            )
        except RefusedAddressError as error:
            raise WrongError(f"{target.name}: {error}") from None
        except OSError:
            raise WrongError(
                _("{target}: The receiver's name leads nowhere. Compare EVENTS_URL.").format(target=target.name)
            ) from None
    if targets:
        names = ", ".join(target.name for target in targets)
        yield Finding.ok(_EVENTS, _("Events may be sent to {names}. Nothing was sent now.").format(names=names))


def check_alerts(alerts: Alerts) -> Iterator[Finding]:
    """Reads the addresses and looks up their hosts' names. Nothing is sent."""
    wrong = False
    for target in alerts.targets:
        sentence = _what_is_wrong(target, alerts)
        if sentence is not None:
            wrong = True
            yield Finding.problem(_ALERTS, sentence)
    if alerts.targets and not wrong:
        names = ", ".join(target.name for target in alerts.targets)
        yield Finding.ok(
            _ALERTS, _("Alerts go to {names}. Nothing was sent now; check --alert sends a test.").format(names=names)
        )
    if alerts.targets and all(target.recipient is not None for target in alerts.targets):
        yield Finding.ok(
            _ALERTS,
            _(
                "All alerts go through the channel itself, so that it is down is told only when it "
                "works again. A second address of another kind in ALERT_URLS tells it at once."
            ),
        )


def send_test_alerts(alerts: Alerts) -> Iterator[Finding]:
    """Sends a test to each address."""
    if not alerts.targets:
        yield Finding.problem(_ALERTS, _("ALERT_URLS is not set, so there is nobody to send a test to."))
    for tested in alerts.test():
        if tested.reason:
            yield Finding.problem(
                _ALERTS,
                _("{tested}: the test did not go out. {reason}").format(tested=tested.name, reason=tested.reason),
            )
        else:
            yield Finding.ok(_ALERTS, _("{tested}: a test went out. See that it arrived.").format(tested=tested.name))


def _what_is_wrong(target: AlertTarget, alerts: Alerts) -> str | None:
    if target.recipient is not None:
        return None
    from connector.alerts.by_apprise import ByApprise, UnusableAddressError  # noqa: PLC0415 - only where one needs it

    allow_private = alerts.settings.events_allow_private
    try:
        ByApprise(target, allow_private=allow_private, redact=alerts.redact).checked()
    except (UnusableAddressError, RefusedAddressError) as error:
        return str(error)
    return None
