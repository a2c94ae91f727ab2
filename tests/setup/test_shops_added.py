"""`shops add`: what is tried, what is written, and what isn't where something is wrong."""

import pytest

from connector.shops.settings import read_shops
from connector.store.database import Database
from connector.store.shops import put_channel
from sandbox.faults import Fault
from tests.setup.agency import Agency, entry_of, settings_of, webhook


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
    database = Database(agency.database_url)
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
