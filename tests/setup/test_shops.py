"""`shops`, and the other commands where there are several shops: what is said, and what is there afterwards."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from connector.clock import SystemClock
from connector.gateways.webhook import read_webhook
from connector.runtime.service import Service
from connector.settings import Settings, load_settings
from connector.shops.settings import read_shops
from connector.store.database import Database
from connector.store.shops import ShopState, put_channel, put_shops
from sandbox.faults import Fault
from sandbox.shops import SandboxShop
from tests.setup.agency import Agency, quiet


@pytest.fixture(params=["shops.toml"])
def agency(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Agency]:
    monkeypatch.chdir(tmp_path)
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)
    quiet(monkeypatch)
    agency = Agency(tmp_path, kept, request.param)
    yield agency
    agency.sandbox.stop()


def webhook(agency: Agency, shop: SandboxShop) -> dict[str, Any]:
    return {
        "url": agency.webhook_url,
        "mode": "body",
        "events": [{"type": "messages", "method": "post"}],
        "headers": {"X-Webhook-Secret": shop.secret},
    }


def entry_of(shop: SandboxShop, **more: str) -> str:
    values = {"whapi_token": shop.token, "spreadsheet_id": shop.spreadsheet_id, "webhook_secret": shop.secret, **more}
    return "".join(f'{name} = "{value}"\n' for name, value in values.items())


def settings_of(agency: Agency) -> Settings:
    return load_settings(**{name.lower(): value for name, value in agency.env.items() if name != "COLUMNS"})


def take_in(agency: Agency, name: str, message: dict[str, Any]) -> int:
    """Stores a message's orders as the service does, and leaves the rest to others; how many were new."""
    operator = settings_of(agency)
    service = Service(operator, Database(operator.database_url))
    entry = read_shops(operator).good[name]
    shop = service.take_in(name, entry.settings, entry.account)
    body = {"messages": [message], "event": {"type": "messages", "event": "post"}}
    result = shop.receive.receive(read_webhook(body, now=SystemClock().now()), keep_unclear=True)
    service.close()
    return result.accepted


# --- add


def test_a_shop_is_added_with_all_steps_of_setup(agency: Agency) -> None:
    ran = agency.add(agency.rye, "--set", "timezone=Europe/Berlin")

    assert (ran.exit_code, ran.errors, ran.wrong) == (0, [], [])
    assert ran.right == [
        f"Whapi accepts the token, and the channel {agency.rye.channel_id} is connected.",
        "The key belongs to connector@sandbox-project.iam.gserviceaccount.com.",
        "The spreadsheet can be written, and its tabs Orders and Items are ready.",
        f"The webhook to {agency.webhook_url} was registered at Whapi.",
        "The shop's entry was written into shops.toml.",
        f"A test webhook that Whapi sent to {agency.webhook_url} has arrived here, at {agency.url}.",
    ]
    assert ran.lines[-1] == "The shop rye is added."
    assert agency.shops_file.read_text() == f"[shops.rye]\n{entry_of(agency.rye, timezone='Europe/Berlin')}"
    assert agency.shops_file.stat().st_mode & 0o777 == 0o600
    assert agency.sandbox.google.titles(agency.rye.spreadsheet_id) == ["Sheet1", "Orders", "Items"]
    assert agency.ours(agency.rye) == [webhook(agency, agency.rye)]
    assert agency.known()["rye"].channel_id == agency.rye.channel_id


@pytest.mark.parametrize("agency", ["shops"], indirect=True)
def test_in_a_folder_it_gets_a_file_and_a_secret_that_nobody_else_has(agency: Agency) -> None:
    ran = agency.run("shops", "add", "rye", answers=f"{agency.rye.token}\n{agency.rye.spreadsheet_id}\n-\n")

    assert (ran.exit_code, ran.wrong) == (0, []), ran.lines
    shops = read_shops(settings_of(agency))
    assert [each.name for each in agency.shops_file.iterdir() if each.name[0] != "."] == ["rye.toml"]
    assert len(shops.good["rye"].settings.webhook_secret) == 43
    assert agency.ours(agency.rye)[0]["headers"] == {"X-Webhook-Secret": shops.good["rye"].settings.webhook_secret}
    assert shops.good["rye"].settings.admin_password is None


def test_nothing_is_written_where_a_step_fails(agency: Agency) -> None:
    agency.sandbox.google.spreadsheets[agency.rye.spreadsheet_id].role = "reader"

    ran = agency.add(agency.rye)

    assert ran.exit_code == 1
    assert ran.wrong == [
        "The spreadsheet is shared with connector@sandbox-project.iam.gserviceaccount.com for viewing only. Open it, "
        "choose Share, and make that address an Editor."
    ]
    assert (agency.shops_file.exists(), agency.ours(agency.rye), agency.known()) == (False, [], {})


def test_a_webhook_that_cannot_be_registered_leaves_the_file_as_it_is(agency: Agency) -> None:
    agency.sandbox.faults.add(Fault("whapi", "status", status=403, method="PATCH", times=None))

    ran = agency.add(agency.rye)

    assert (ran.exit_code, agency.shops_file.exists(), agency.known()) == (1, False, {})


def test_a_spreadsheet_or_channel_of_another_shop_is_refused(agency: Agency) -> None:
    agency.add(agency.rye)
    before = agency.shops_file.read_text()

    ran = agency.run(
        "shops", "add", "oat", "--token", agency.rye.token, "--spreadsheet", agency.rye.spreadsheet_id, "--yes"
    )

    assert (ran.exit_code, ran.errors) == (
        2,
        [
            "spreadsheet_id is also that of the shop rye. Rows of both would come into one spreadsheet. Give each its "
            "own.",
            "whapi_token is also that of the shop rye. Both would serve one channel. Give each the token of its own.",
        ],
    )
    assert agency.shops_file.read_text() == before


def test_another_token_of_the_same_channel_is_refused_too(agency: Agency) -> None:
    agency.add(agency.rye)
    database = Database(f"sqlite:///{agency.folder}/data/connector.db")
    database.write(lambda connection: put_channel(connection, "rye", agency.oat.channel_id))
    database.close()

    ran = agency.add(agency.oat)

    assert (ran.exit_code, ran.wrong) == (
        1,
        [f"The channel {agency.oat.channel_id} is that of the shop rye. Give each shop the token of its own channel."],
    )


def test_what_is_missing_or_no_name_is_said_before_anything_is_tried(agency: Agency) -> None:
    assert agency.run("shops", "add", "rye", "--yes").errors == [
        "whapi_token is not given. Copy the channel's token from Whapi's panel.",
        "spreadsheet_id is not given. Open the spreadsheet and copy its address from the browser.",
    ]
    assert agency.run("shops", "add", "Rye!", "--yes").errors == [
        "A shop's name is 1 to 40 of a-z, 0-9, - and _, and begins with a letter."
    ]
    agency.add(agency.rye)
    assert agency.add(agency.rye).errors == [
        "There is a shop rye already. setup --shop rye looks whether all is well with it."
    ]


def test_the_account_with_the_fewest_shops_is_taken(agency: Agency) -> None:
    account = agency.sandbox.add_account("second")
    agency.sandbox.write_shops(agency.folder / "unused.toml")
    agency.shops_file.write_text(
        f'# Ours.\n[accounts.second]\ngoogle_credentials = "unused.second.json"\n\n[shops.rye]\n{entry_of(agency.rye)}'
    )
    spelt = agency.sandbox.add_shop("spelt", account="second")

    ran = agency.add(spelt)

    assert (ran.exit_code, ran.right[1]) == (0, f"The key belongs to {account.email}.")
    assert agency.shops_file.read_text().endswith("\n[shops.spelt]\n" + entry_of(spelt, account="second"))
    assert agency.shops_file.read_text().startswith("# Ours.\n")


def test_a_file_that_is_broken_is_not_touched(agency: Agency) -> None:
    agency.shops_file.write_text("[shops.rye\n")

    ran = agency.add(agency.oat)

    assert (ran.exit_code, len(ran.errors)) == (2, 1)
    assert ran.errors[0].startswith("shops.toml can't be read: something is wrong in line 1")
    assert agency.shops_file.read_text() == "[shops.rye\n"


# --- the others


def test_a_command_about_one_shop_asks_which_and_names_them(agency: Agency) -> None:
    agency.add(agency.rye)
    agency.add(agency.oat)
    which = "There are several shops. Say which one is meant, with --shop NAME: oat, rye."

    for command in (
        ("orders",),
        ("audit",),
        ("resync", "--failed"),
        ("replay", "--all"),
        ("backfill", "--since", "2026-11-01"),
        ("setup",),
        ("setup", "--yes"),
        ("setup", "--summary"),
        ("setup", "--take-over"),
    ):
        ran = agency.run(*command)
        assert (ran.exit_code, ran.lines, ran.errors) == (2, [], [which]), command
    assert agency.run("orders", "--shop", "wheat").errors == ["There is no shop wheat. There are: oat, rye."]
    assert agency.run("orders", "--shop", "rye").lines == ["No orders."]


def test_no_more_than_twenty_shops_are_named(agency: Agency) -> None:
    agency.shops_file.write_text("".join(f"[shops.s{number:02}]\n" for number in range(23)))

    (sentence,) = agency.run("orders").errors

    assert sentence.endswith("s17, s18, s19 and 3 more.")


def test_setup_of_a_shop_mends_its_webhook_and_changes_nothing_else(agency: Agency) -> None:
    agency.add(agency.rye)
    agency.rye.whapi.settings.update({"webhooks": []})
    before = agency.shops_file.read_text()

    ran = agency.run("setup", "--shop", "rye", "--yes")

    assert (ran.exit_code, ran.wrong, ran.lines[-1]) == (0, [], "All is set up for the shop rye.")
    assert agency.ours(agency.rye) == [webhook(agency, agency.rye)]
    assert agency.shops_file.read_text() == before


def test_the_list_says_who_is_served_out_and_leaving(agency: Agency) -> None:
    agency.add(agency.rye)
    agency.add(agency.oat)
    with agency.shops_file.open("a") as file:
        file.write("[shops.wheat]\nwhapi_token = 'token-of-the-wheat-shop'\n")
    database = Database(f"sqlite:///{agency.folder}/data/connector.db")
    database.write(lambda connection: put_shops(connection, ["oat"], ShopState.LEAVING))
    database.close()
    reason = (
        "spreadsheet_id is not set. Open the spreadsheet and copy its address from the browser. webhook_secret is not "
        "set. Make up a text of at least 16 characters that callers must present."
    )

    listed, lines = agency.listed(), agency.run("shops", "list").lines

    assert listed == [
        {
            "shop": shop.name,
            "state": state,
            "reason": None,
            "spreadsheet_id": shop.spreadsheet_id,
            "channel_id": shop.channel_id,
            "account": "default",
        }
        for shop, state in ((agency.oat, "leaving"), (agency.rye, "served"))
    ] + [
        {
            "shop": "wheat",
            "state": "out",
            "reason": reason,
            "spreadsheet_id": None,
            "channel_id": None,
            "account": None,
        }
    ]
    assert [line.split()[:2] for line in lines[1:4]] == [["oat", "leaving"], ["rye", "served"], ["wheat", "out"]]


def test_check_says_how_many_shops_are_well_and_names_the_others(agency: Agency) -> None:
    agency.add(agency.rye)
    agency.add(agency.oat)
    well = agency.run("check")
    agency.oat.whapi.state = "QR"
    with agency.shops_file.open("a") as file:
        file.write(
            "[shops.wheat]\n" + entry_of(agency.oat, whapi_token="t" * 20, spreadsheet_id="s" * 20, webhook_secret="")
        )

    ran = agency.run("check")

    assert (well.exit_code, [line[7:] for line in well.lines[-3:]]) == (
        0,
        [
            "shops     shops.toml has 2 shops.",
            "account   default: 2 shops of connector@sandbox-project.iam.gserviceaccount.com.",
            "shop      All 2 shops are well.",
        ],
    )
    assert (ran.exit_code, ran.lines[-3:]) == (
        1,
        [
            "wrong  shop      wheat: webhook_secret is not set. Make up a text of at least 16 characters that callers "
            "must present.",
            "wrong  shop      oat: The phone is not linked. Open the channel in Whapi's panel and scan the QR code "
            "with WhatsApp.",
            "warn   shop      1 of 3 shops are well. check --shop NAME looks closer.",
        ],
    )


def test_check_of_one_shop_looks_at_everything_of_it(agency: Agency) -> None:
    agency.add(agency.rye)

    one, same = agency.run("check", "--shop", "rye"), agency.run("shops", "check", "rye")

    groups = ["settings", *["database"] * 2, *["google"] * 4, "orders", "whapi", "webhook", "public"]
    assert (one.exit_code, [sentence.split()[0] for sentence in one.right]) == (0, groups)
    assert [sentence.split()[0] for sentence in same.right] == groups[1:]


# --- remove


def test_without_a_service_the_command_settles_what_is_open_and_the_entry_goes(agency: Agency) -> None:
    agency.add(agency.rye)
    agency.add(agency.oat)
    (order,) = agency.rye.send()
    take_in(agency, "rye", order.message())

    ran = agency.run("shops", "remove", "rye", answers="y\n")

    assert (ran.exit_code, ran.wrong) == (0, [])
    assert ran.right == [
        f"The webhook to {agency.webhook_url} was taken away at Whapi.",
        "The entry of rye was taken out of shops.toml.",
        "rye is removed. Its orders stay in the database, and are known if it is added again.",
    ]
    assert [row[0] for row in agency.rye.rows("Orders")[1:]] == [order.order_id]
    assert (agency.ours(agency.rye), len(agency.ours(agency.oat))) == ([], 1)
    assert agency.shops_file.read_text() == f"[shops.oat]\n{entry_of(agency.oat)}"
    assert agency.known()["rye"].state == ShopState.ARCHIVED
    assert agency.run("shops", "remove", "rye", "--yes").lines == ["rye is removed already."]


def test_a_shop_that_is_added_again_knows_its_orders(agency: Agency) -> None:
    agency.add(agency.rye)
    (order,) = agency.rye.send()
    take_in(agency, "rye", order.message())
    agency.run("shops", "remove", "rye", "--yes")

    assert agency.add(agency.rye).exit_code == 0

    assert [line.split()[0] for line in agency.run("orders", "--shop", "rye").lines[1:]] == [order.order_id]
    assert take_in(agency, "rye", order.message()) == 0
    assert len(agency.rye.rows("Orders")) == 2


def test_who_says_no_keeps_the_shop(agency: Agency) -> None:
    agency.add(agency.rye)

    ran = agency.run("shops", "remove", "rye", answers="n\n")

    assert (ran.exit_code, [each["state"] for each in agency.listed()]) == (1, ["served"])


def test_what_cannot_be_written_stays_and_is_said(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.setup.remove.PATIENCE", 0.5)
    agency.add(agency.rye)
    take_in(agency, "rye", agency.rye.send()[0].message())
    agency.sandbox.google.spreadsheets[agency.rye.spreadsheet_id].role = "reader"

    ran = agency.run("shops", "remove", "rye", "--yes")

    assert (ran.exit_code, ran.wrong) == (
        1,
        ["1 of its orders are not complete in the sheet, and wait until the shop is added again."],
    )
    assert agency.known()["rye"].state == ShopState.ARCHIVED


def test_a_shop_whose_entry_is_wrong_can_be_removed(agency: Agency) -> None:
    agency.shops_file.write_text(f"[shops.wheat]\nwhapi_token = 'x'\n\n[shops.oat]\n{entry_of(agency.oat)}")

    ran = agency.run("shops", "remove", "wheat", "--yes")

    assert (ran.exit_code, agency.shops_file.read_text()) == (0, f"[shops.oat]\n{entry_of(agency.oat)}")


@pytest.mark.parametrize("broken", ["connector.setup.remove.remove_entry", "connector.setup.remove.archive"])
def test_a_removal_that_was_cut_off_is_gone_on_with(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    agency.add(agency.rye)
    with monkeypatch.context() as patch:
        patch.setattr(broken, lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        assert agency.run("shops", "remove", "rye", "--yes").exit_code == 9
    assert agency.known()["rye"].state == ShopState.LEAVING

    ran = agency.run("shops", "remove", "rye", "--yes")

    assert (ran.exit_code, ran.wrong, agency.listed()) == (0, [], [])
    assert agency.known()["rye"].state == ShopState.ARCHIVED
