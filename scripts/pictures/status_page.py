"""The status page on an invented day of a bakery, on a desktop and on a phone.

The day goes through the store as a real one would; the service that shows it runs against the sandbox, with a clock
that stands still.
"""

import itertools
import random
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ViewportSize

from connector.app import create_app
from connector.models import Item, NewOrder, Order, Place, shown_for
from connector.runtime.service import Service, build_service
from connector.server import WebServer
from connector.settings import SHOP, load_settings
from connector.sheets.quota import Quota
from connector.store import batches, breakers, fetching, intake, orders
from connector.store.batches import Batch, Made
from connector.store.breakers import Part
from connector.store.database import Database
from sandbox.sandbox import Sandbox
from sandbox.whapi.market import CUSTOMERS, SHOPS

PASSWORD = "only-for-the-pictures"
NOW = datetime(2026, 11, 24, 3, 42, 10, tzinfo=UTC)
"""Early afternoon in Sydney."""
_ORDERS_IN_HOUR = (1, 0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 12, 8, 7, 10, 14, 9, 5, 4, 6, 3, 2, 1, 1)
"""Beginning at midnight there."""
_MIDNIGHT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
_SHARE_THAT_FAILS = 0.03
_NOT_FOUND = "Whapi does not know the order yet, or no longer (404). It will be tried again."
_TIMEOUT = "Whapi gave no answer within 15 seconds. It will be tried again."


class StandingClock:
    def now(self) -> datetime:
        return NOW

    def elapsed(self) -> float:
        return NOW.timestamp()


class Day:
    """Puts orders into a store, as the stages do."""

    def __init__(self, database: Database, spreadsheet_id: str) -> None:
        self._database = database
        self._spreadsheet_id = spreadsheet_id
        self._random = random.Random(7)
        self._row = 0

    def pass_by(self) -> None:
        for sent_at in self._times():
            order = self.receive(sent_at)
            if self._random.random() < _SHARE_THAT_FAILS:
                self.fail(order, sent_at + timedelta(seconds=1.2), _TIMEOUT)
                self.write([order], sent_at + timedelta(seconds=4))
                self.bring(order, sent_at + timedelta(seconds=14))
                self.write([order], sent_at + timedelta(seconds=16 + self._random.random() * 20))
            else:
                self.bring(order, sent_at + timedelta(seconds=1.5))
                self.write([order], sent_at + timedelta(seconds=2.1 + self._random.expovariate(0.7)))
        self.stuck(NOW - timedelta(minutes=11))
        self.mended(NOW - timedelta(minutes=9))
        done = self.receive(NOW - timedelta(minutes=4))
        self.bring(done, NOW - timedelta(minutes=4))
        self.write([done], NOW - timedelta(minutes=3, seconds=57))
        self.receive(NOW - timedelta(seconds=1))
        for name in Part:
            self.worked(name, NOW - timedelta(seconds=237))

    def worked(self, part: Part, now: datetime) -> None:
        self._database.write(lambda c: breakers.record_success(c, SHOP, part, now=now))

    def stuck(self, sent_at: datetime) -> None:
        """An order whose items Whapi does not find."""
        order = self.receive(sent_at, customer=2)
        self.fail(order, sent_at + timedelta(seconds=1), _NOT_FOUND)
        self.write([order], sent_at + timedelta(seconds=3))
        for minutes in (0.2, 0.6, 1.4, 3.1, 6.5):
            self.fail(order, sent_at + timedelta(minutes=minutes), _NOT_FOUND)

    def mended(self, sent_at: datetime) -> None:
        """One whose items came with the third try."""
        order = self.receive(sent_at, customer=1)
        self.fail(order, sent_at + timedelta(seconds=1), _NOT_FOUND)
        self.write([order], sent_at + timedelta(seconds=3))
        self.fail(order, sent_at + timedelta(seconds=12), _TIMEOUT)
        self.bring(order, sent_at + timedelta(seconds=34))
        self.write([order], sent_at + timedelta(seconds=36))

    def receive(self, sent_at: datetime, *, customer: int | None = None) -> Order:
        who = self._random.choice(CUSTOMERS[:14]) if customer is None else CUSTOMERS[customer]
        goods = self._random.sample(SHOPS[0].goods, self._random.choice((1, 2, 2, 3)))
        quantities = [self._random.choice((1, 1, 2)) for _ in goods]
        self._items = tuple(
            Item(sku=sku, name=name, price=float(price), quantity=quantity, currency="AUD")
            for (sku, name, price), quantity in zip(goods, quantities, strict=True)
        )
        new = NewOrder(
            order_id=str(self._random.randrange(10**14, 10**15)),
            received_at=sent_at,
            order_token="token",
            customer_name=who.name,
            customer_phone=who.phone,
            title=SHOPS[0].title,
            note=self._random.choice((*SHOPS[0].notes, None, None)),
            item_count=len(goods),
            total_price=sum((item.price or 0) * (item.quantity or 0) for item in self._items),
            currency="AUD",
        )
        now = sent_at + timedelta(seconds=0.8)
        self._database.write(lambda c: intake.add_orders(c, SHOP, [new], now=now, grace=timedelta(seconds=3)))
        return self._get(new.order_id)

    def fail(self, order: Order, now: datetime, error: str) -> None:
        again = max(now, NOW) + timedelta(minutes=17)
        self._database.write(lambda c: fetching.attempt_failed(c, order, error=error, next_attempt_at=again, now=now))

    def bring(self, order: Order, now: datetime) -> None:
        self._database.write(lambda c: fetching.items_arrived(c, [(order, self._items)], now=now))

    def write(self, some: Sequence[Order], now: datetime) -> None:
        found = [self._get(order.order_id) for order in some]
        made = {order.id: Made.of(order, shown_for(order.items_state)) for order in found}
        batch = Batch(batches.new_batch_id(), self._spreadsheet_id, 7)
        self._row += len(found)
        places = {order.id: Place(self._spreadsheet_id, 0, self._row) for order in found if order.shown is None}
        self._database.write(lambda c: batches.open_batch(c, SHOP, batch, made, now=now, places=lambda _: places))
        self._database.write(lambda c: batches.applied(c, batch, now=now))

    def _get(self, order_id: str) -> Order:
        with self._database.read() as connection:
            order = orders.find_order(connection, SHOP, order_id)
        assert order is not None
        return order

    def _times(self) -> list[datetime]:
        times = []
        for day in range(2):
            for hour, many in enumerate(_ORDERS_IN_HOUR):
                begins = _MIDNIGHT + timedelta(days=day, hours=hour)
                times += [begins + timedelta(seconds=self._random.random() * 3600) for _ in range(many)]
        return sorted(time for time in times if time < NOW - timedelta(minutes=12))


@contextmanager
def page_of_the_day(folder: Path, language: str) -> Iterator[tuple[str, Service]]:
    """The address of a service that shows it."""
    sandbox = Sandbox()
    sandbox.write_credentials(folder / "credentials.json")
    values: dict[str, Any] = {
        name.lower(): value for name, value in sandbox.environment(folder / "credentials.json").items()
    }
    url = f"sqlite:///{folder}/connector.db"
    more = {"database_url": url, "timezone": "Australia/Sydney", "admin_password": PASSWORD, "language": language}
    settings = load_settings(env_file=None, **{**values, **more})
    database = Database(settings.database_url)
    Day(database, settings.spreadsheet_id).pass_by()
    service = build_service(settings, database, clock=StandingClock())
    service.dispatcher.holds_lock = True
    for quota, used in ((Quota.READ, 7), (Quota.WRITE, 6)):
        for _ in range(used):
            service.instruments.quota.count(quota)
    server = WebServer(create_app(service), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", service
    finally:
        server.stop()
        thread.join()
        service.close()


def take(
    browser: Browser, url: str, path: Path, *, dark: bool, phone: bool, query: str = "", whole: bool = False
) -> None:
    size: ViewportSize = {"width": 390, "height": 844} if phone else {"width": 1180, "height": 1240}
    page = browser.new_page(
        viewport=size,
        device_scale_factor=2 if phone else 1.5,
        color_scheme="dark" if dark else "light",
        has_touch=phone,
        is_mobile=phone,
    )
    page.goto(url + query)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#verdict")
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=path, full_page=whole)
    page.close()


def draw(browser: Browser, target: Path, *, whole: bool) -> None:
    """The pictures; with `whole` also all of the page in each size and colour, to look at."""
    with tempfile.TemporaryDirectory() as folder, page_of_the_day(Path(folder), "ar") as (url, _):
        take(browser, url, target / "status-phone-arabic.png", dark=False, phone=True)
    with tempfile.TemporaryDirectory() as folder, page_of_the_day(Path(folder), "en") as (url, service):
        with service.database.read() as connection:
            mended = next(order for order in orders.list_orders(connection, SHOP) if order.attempts and order.synced_at)
        opened = f"/?open={mended.id}"
        take(browser, url, target / "status-desktop.png", dark=False, phone=False, query=opened)
        take(browser, url, target / "status-phone.png", dark=True, phone=True)
        for dark, phone in itertools.product((False, True), repeat=2) if whole else ():
            name = f"whole-{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}.png"
            take(browser, url, target / name, dark=dark, phone=phone, query=opened, whole=True)
