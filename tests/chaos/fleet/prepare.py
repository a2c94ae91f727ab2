"""Has the tabs of all shops made before anything goes wrong: with Google's quotas that alone would take minutes."""

from collections import deque
from collections.abc import Mapping

from connector.app import create_app
from connector.runtime.service import Pace, Service
from connector.runtime.watch import ShopsWatch
from connector.settings import load_settings
from connector.store.database import Database
from sandbox.google.standin import GoogleStandIn
from tests.chaos.fleet.sending import Shops
from tests.chaos.plan import Form
from tests.chaos.stream import body_of
from tests.waiting import wait_until

_FOR_A_SHOP = 2.0
_UNLIMITED = 1_000_000


def prepare(shops: Shops, google: GoogleStandIn, environment: Mapping[str, str]) -> None:
    """Writes one order to each shop, by a service in this process for which nobody counts calls, and which ends
    cleanly. What it called is forgotten."""
    settings = load_settings(env_file=None, **{name.lower(): value for name, value in environment.items()})
    google.quota.enabled = False
    pace = Pace(seconds_between_batches=0.0, calls_a_minute=_UNLIMITED)
    service = Service(settings, Database(settings.database_url), pace=pace)
    client = create_app(service).test_client()
    try:
        ShopsWatch(service).look()
        service.start()
        for shop in shops.all:
            sent = shops.streams[shop.name].probe()
            path, body = body_of(sent.order, Form.PAYLOAD, shop.channel_id)
            answer = client.post(path, json=body, headers={"X-Webhook-Secret": shop.secret})
            assert answer.status_code == 200, answer.get_data()
            sent.acknowledge()
        wait_until(
            lambda: all(len(shop.rows("Items")) > 1 for shop in shops.all),
            within=20 + _FOR_A_SHOP * len(shops.all),
            what="an order in each shop's sheet",
        )
    finally:
        service.close()
        google.quota.enabled = True
        google.quota.refill()
        google.calls.clear()
        google.calls.latest = deque()  # All of them: the busiest minute is looked for at the end.
