"""The list of shops, and the other commands where there are several: what is said, and what is there afterwards."""

from connector.store.database import Database
from connector.store.shops import ShopState, put_shops
from tests.setup.agency import Agency, entry_of, webhook


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
    database = Database(agency.database_url)
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
