"""What each shop gets: from its entry, from [defaults], from the operator's environment."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.settings import SHOP_SETTINGS, Settings, SettingsError, load_settings
from connector.shops.settings import ShopEntry
from tests.shops.place import OPERATORS_SECRET, Place, entry, shop


def test_with_a_file_of_shops_the_operator_needs_only_a_secret(place: Place) -> None:
    assert place.folder.exists()
    with pytest.raises(SettingsError) as caught:
        load_settings(shops_file="shops.toml")
    assert caught.value.problems == [
        "WEBHOOK_SECRET is not set. Make up a text of at least 16 characters that callers must present."
    ]

    settings = load_settings(shops_file="shops.toml", webhook_secret=OPERATORS_SECRET)

    assert (settings.whapi_token, settings.spreadsheet_id, settings.secrets) == ("", "", [OPERATORS_SECRET])


def test_every_setting_is_a_shops_own_or_the_operators_alone() -> None:
    assert {field.name for field in fields(Settings)} - SHOP_SETTINGS.keys() == {
        "sheets_base_url",
        "database_url",
        "shops_file",
        "host",
        "port",
        "public_url",
        "trusted_proxies",
        "plain_http_hosts",
        "ca_bundle",
        "events_allow_private",
        "log_format",
        "log_level",
    }


def test_a_shop_has_its_own_settings_then_the_defaults_then_the_operators(place: Place) -> None:
    place.write(
        '[defaults]\nresync_interval = 90\norders_tab = "Pedidos"\nkeep_days = "30"',
        shop("rye", 1, timezone='"Europe/Berlin"', orders_tab='"Bestellungen"', item_price_divisor="1000"),
        shop("oat", 2, admin_password='"password-of-oat"', resync_interval="12.5"),
    )
    operators: dict[str, Any] = {
        "whapi_token": "operators-own",
        "spreadsheet_id": "1BxiMVs0XRA5n",
        "keep_days": 20,
        "items_tab": "Lines",
    }

    shops = place.read(**operators)

    common = replace(
        place.operator(**operators), resync_interval=90.0, orders_tab="Pedidos", keep_days=30.0, admin_password=None
    )
    assert dict(shops.good) == {
        "rye": ShopEntry(
            "rye",
            replace(
                common,
                whapi_token="token-00000000000000000001",
                webhook_secret="a-secret-of-the-shop-0001",
                spreadsheet_id="1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlb-000001",
                timezone=ZoneInfo("Europe/Berlin"),
                orders_tab="Bestellungen",
                item_price_divisor=1000.0,
            ),
            "default",
        ),
        "oat": ShopEntry(
            "oat",
            replace(
                common,
                whapi_token="token-00000000000000000002",
                webhook_secret="a-secret-of-the-shop-0002",
                spreadsheet_id="1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlb-000002",
                admin_password="password-of-oat",
                resync_interval=12.5,
            ),
            "default",
        ),
    }
    assert (dict(shops.out), shops.problems, shops.is_usable) == ({}, (), True)


def test_a_folder_says_the_same_as_a_file(place: Place) -> None:
    common = '[defaults]\nresync_interval = 90\n[accounts.second]\ngoogle_credentials = "second.json"\n'
    more = {"account": '"second"', "timezone": '"Asia/Kolkata"'}
    place.write(common, shop("rye", 1, **more), shop("oat", 2))
    of_file = place.read()

    place.write_folder(_common=common, rye=entry(1, **more), oat=entry(2))
    (place.path / ".rye.toml").write_text("what an editor keeps", encoding="utf-8")
    (place.path / "notes.txt").write_text("what the operator keeps", encoding="utf-8")
    of_folder = place.read()

    assert (of_folder.out, of_folder.problems, of_folder.is_usable) == ({}, (), True)
    assert {
        name: replace(each, settings=replace(each.settings, shops_file="shops.toml"))
        for name, each in of_folder.good.items()
    } == {
        name: replace(each, settings=replace(each.settings, shops_file="shops.toml"))
        for name, each in of_file.good.items()
    }


def test_values_come_from_the_environment_from_the_env_file_and_from_files(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RYE_TOKEN", "  token-from-the-environment\n")
    monkeypatch.setenv("RYE_SHEET_FILE", "sheet")
    (place.folder / ".env").write_text("RYE_SECRET=secret-from-the-env-file\n", encoding="utf-8")
    (place.folder / "sheet").write_text("\ufeffhttps://docs.google.com/spreadsheets/d/1BxiMVs0XRA5n/edit\r\n", "utf-8")
    (place.folder / "divisor").write_text("100\n", encoding="utf-8")
    place.write(
        shop("rye", 1, whapi_token='"env:RYE_TOKEN"', webhook_secret='"env:RYE_SECRET"',
             spreadsheet_id='"env:RYE_SHEET"', item_price_divisor='"file:divisor"'),
    )  # fmt: skip

    shops = place.read()

    settings = shops.good["rye"].settings
    assert (settings.whapi_token, settings.webhook_secret, settings.spreadsheet_id, settings.item_price_divisor) == (
        "token-from-the-environment",
        "secret-from-the-env-file",
        "1BxiMVs0XRA5n",
        100.0,
    )
    assert set(shops.look.named) == {".env", "sheet", "divisor"}


def test_an_empty_value_counts_as_not_set(place: Place) -> None:
    place.write('[defaults]\norders_tab = "Pedidos"', shop("rye", 1, orders_tab='" "', timezone='""'))

    settings = place.read().good["rye"].settings

    assert (settings.orders_tab, settings.timezone) == ("Pedidos", None)


def test_each_shop_has_an_account_and_shops_with_one_key_have_one(place: Place) -> None:
    key = Path("second.json")
    key.write_text('{"type": "service_account"}\n', encoding="utf-8")
    place.write(
        '[defaults]\naccount = "third"',
        '[accounts.second]\ngoogle_credentials = "file:second.json"',
        '[accounts.third]\ngoogle_credentials = "third.json"',
        shop("a", 1),
        shop("b", 2, account='"default"'),
        shop("c", 3, account='"second"'),
        shop("d", 4, google_credentials='"own.json"'),
        shop("e", 5, google_credentials='"own.json"'),
        shop("f", 6, google_credentials='"third.json"'),
    )

    shops = place.read(google_credentials="first.json")

    assert shops.out == {}
    assert {name: (each.account, each.settings.google_credentials) for name, each in shops.good.items()} == {
        "a": ("third", "third.json"),
        "b": ("default", "first.json"),
        "c": ("second", '{"type": "service_account"}'),
        "d": ("shop:d", "own.json"),
        "e": ("shop:d", "own.json"),
        "f": ("third", "third.json"),
    }


def test_an_entry_can_be_looked_at_before_it_is_written(place: Place) -> None:
    place.write(shop("rye", 1))

    right = place.read(added={"oat": {"whapi_token": "token-2", "webhook_secret": "sixteen-letters!",
                                      "spreadsheet_id": "1BxiMVs0XRA5nFMdKvBd"}})  # fmt: skip
    named = place.read(added={"Oat 2": {}})
    wrong = place.read(added={"oat": {"whapi_token": "token-2", "spreadsheet_id": "short"}})

    assert (set(right.good), dict(right.out)) == ({"rye", "oat"}, {})
    assert (set(named.good), dict(named.out)) == (
        {"rye"},
        {"Oat 2": ("A shop's name is 1 to 40 of a-z, 0-9, - and _, and begins with a letter.",)},
    )
    assert (set(wrong.good), dict(wrong.out)) == (
        {"rye"},
        {
            "oat": (
                "spreadsheet_id is wrong: it is neither a spreadsheet's id nor its address. Open the spreadsheet and "
                "copy its address from the browser.",
                "webhook_secret is not set. Make up a text of at least 16 characters that callers must present.",
            )
        },
    )


def test_no_secret_is_seen_where_what_was_read_is_printed(place: Place) -> None:
    place.write(shop("rye", 1, admin_password='"password-of-rye"'), shop("oat", 2, whapi_token='"two words"'))

    shops = place.read()

    for secret in ("token-0000", "a-secret-of", "password-of", "two words"):
        assert secret not in repr(shops)
