"""Alerts: whether the addresses in ALERT_URLS are such as can be sent to, and with `check --alert` whether a test goes
out."""

from collections.abc import Iterator

from connector.alerts.target import AlertTarget
from connector.events.transport import RefusedAddressError
from connector.findings import Finding
from connector.language import gettext as _
from connector.runtime.alerts import Alerts

_NAME = "alerts"


def check_alerts(alerts: Alerts) -> Iterator[Finding]:
    """Reads the addresses and looks up their hosts' names. Nothing is sent."""
    wrong = False
    for target in alerts.targets:
        sentence = _what_is_wrong(target, alerts)
        if sentence is not None:
            wrong = True
            yield Finding.problem(_NAME, sentence)
    if alerts.targets and not wrong:
        names = ", ".join(target.name for target in alerts.targets)
        yield Finding.ok(
            _NAME, _("Alerts go to {names}. Nothing was sent now; check --alert sends a test.").format(names=names)
        )
    if alerts.targets and all(target.recipient is not None for target in alerts.targets):
        yield Finding.ok(
            _NAME,
            _(
                "All alerts go through the channel itself, so that it is down is told only when it "
                "works again. A second address of another kind in ALERT_URLS tells it at once."
            ),
        )


def send_test_alerts(alerts: Alerts) -> Iterator[Finding]:
    """Sends a test to each address."""
    if not alerts.targets:
        yield Finding.problem(_NAME, _("ALERT_URLS is not set, so there is nobody to send a test to."))
    for tested in alerts.test():
        if tested.reason:
            yield Finding.problem(
                _NAME, _("{tested}: the test did not go out. {reason}").format(tested=tested.name, reason=tested.reason)
            )
        else:
            yield Finding.ok(_NAME, _("{tested}: a test went out. See that it arrived.").format(tested=tested.name))


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
