"""In which language a shop is spoken to: in its spreadsheet's, as soon as that was seen, or as it is set."""

from pathlib import Path

from flask.testing import FlaskClient

from connector.app import create_app
from connector.language import ENGLISH, speak, spoken
from connector.runtime.spreadsheet import speak_as_stored
from connector.settings import SHOP
from connector.store.time_zones import get_locale
from tests.service.shop import Shop
from tests.waiting import wait_until


def set_locale(shop: Shop, locale: str) -> None:
    shop.sandbox.google.spreadsheets[shop.settings.spreadsheet_id].content.locale = locale


def heard_at_work(shop: Shop) -> str:
    """The language of what a worker says of the shop."""
    heard: list[str] = []

    def work() -> float:
        heard.append(spoken().tag)
        return 1000.0

    shop.whole.dispatcher.chores.add(SHOP, "events", work, shop.service.work.faults)
    shop.service.wake()
    wait_until(lambda: heard)
    shop.whole.dispatcher.chores.remove(SHOP)
    return heard[0]


def heard_by_requests(shop: Shop) -> dict[str, str]:
    """The language at the end of a request for the shop, and of one that is nobody's, in one thread."""
    app = create_app(shop.whole)
    heard: dict[str, str] = {}
    client_path: list[str] = []
    app.after_request(lambda answer: heard.setdefault(client_path[-1], spoken().tag) and answer)
    client: FlaskClient = app.test_client()
    for path in ("/readyz", "/healthz"):
        client_path.append(path)
        client.get(path, headers={"X-Webhook-Secret": shop.secret})
    return heard


def test_a_shop_is_spoken_to_in_its_spreadsheets_language_also_after_a_restart(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    try:
        set_locale(shop, "pt_BR")
        shop.start()
        assert (heard_at_work(shop), heard_by_requests(shop)) == ("en", {"/readyz": "en", "/healthz": "en"})

        shop.wait_until_synced(shop.sandbox.send())
        assert (heard_at_work(shop), heard_by_requests(shop)) == ("pt-BR", {"/readyz": "pt-BR", "/healthz": "en"})

        shop.stop()
        shop.start()
        assert heard_at_work(shop) == "pt-BR"
        speak_as_stored(shop.settings, shop.service.database)
        assert spoken().tag == "pt-BR"
    finally:
        shop.close()


def test_a_shop_is_spoken_to_as_it_is_set_whatever_its_spreadsheet_says(tmp_path: Path) -> None:
    shop = Shop(tmp_path, language="hi")
    try:
        set_locale(shop, "de_DE")
        shop.start()
        shop.wait_until_synced(shop.sandbox.send())
        speak(ENGLISH)
        speak_as_stored(shop.settings, shop.service.database)
        with shop.service.database.read() as connection:
            stored = get_locale(connection, shop.settings.spreadsheet_id)
        assert (heard_at_work(shop), heard_by_requests(shop)["/readyz"], spoken().tag, stored) == (
            "hi",
            "hi",
            "hi",
            "de_DE",
        )
    finally:
        shop.close()
