"""All checks of one shop, for the command `check`."""

from collections.abc import Iterator

from connector.checks.failure import guarded
from connector.checks.google import check_google, check_quota_of_running
from connector.checks.network import check_network
from connector.checks.public import check_public_url
from connector.checks.receivers import check_alerts, check_events, send_test_alerts
from connector.checks.settings import check_files
from connector.checks.storage import check_orders, check_prices, check_storage
from connector.checks.whapi import check_channel, check_webhook
from connector.findings import Finding, Level
from connector.log import Redactor
from connector.runtime.alerts import Alerts
from connector.runtime.clients import whapi_client
from connector.runtime.spreadsheet import speak_as_stored
from connector.settings import Settings
from connector.store.database import Database, StoreError


def check_with(
    settings: Settings, *, shop: str, is_one_of_many: bool = False, send_alerts: bool = False
) -> Iterator[Finding]:
    """All checks of a shop but those of the settings themselves. `send_alerts`: sends a test to each address."""
    redact = Redactor(settings.secrets).text
    database = None
    try:
        database = Database(settings.database_url)
    except StoreError as error:
        yield Finding.problem("database", redact(str(error)))
    client = whapi_client(settings)
    try:
        can_be_asked = False
        if database is not None:
            speak_as_stored(settings, database)
            stored = list(guarded("database", check_storage(database, settings), redact))
            can_be_asked = all(finding.level is not Level.PROBLEM for finding in stored)
            yield from stored
        yield from guarded("files", check_files(settings, database.path if database is not None else None), redact)
        yield from check_network(settings)
        yield from guarded("google", check_google(settings, database, shop=shop), redact)
        if database is not None and can_be_asked:
            yield from guarded("orders", check_orders(database, settings.spreadsheet_id, shop=shop), redact)
            yield from guarded("prices", check_prices(database, settings, shop=shop), redact)
        yield from guarded("quota", check_quota_of_running(settings), redact)
        yield from guarded("whapi", check_channel(client, database, shop=shop), redact)
        yield from guarded("webhook", check_webhook(client, settings), redact)
        yield from guarded("public", check_public_url(settings), redact)
        yield from guarded("events", check_events(settings), redact)
        alerts = Alerts(settings=settings, client=client, redact=redact, shop=shop if is_one_of_many else None)
        yield from guarded("alerts", send_test_alerts(alerts) if send_alerts else check_alerts(alerts), redact)
    finally:
        client.close()
        if database is not None:
            database.close()
