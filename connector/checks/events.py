"""The receivers of events: whether EVENTS_URL leads anywhere that events may be sent to."""

from collections.abc import Iterator

from connector.checks.failure import WrongError
from connector.events.transport import RefusedAddressError, addresses_for
from connector.findings import Finding
from connector.language import gettext as _
from connector.settings import Settings

_NAME = "events"


def check_receivers(settings: Settings) -> Iterator[Finding]:
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
        yield Finding.ok(_NAME, _("Events may be sent to {names}. Nothing was sent now.").format(names=names))
