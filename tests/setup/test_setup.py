"""What a merchant reads and what is there afterwards, whatever they answer."""

from typing import Any

import pytest

from connector import terminal
from sandbox.faults import Fault
from tests.merchant.book import index_of
from tests.setup.desk import PASSWORD, Desk

ACCOUNT = "connector@sandbox-project.iam.gserviceaccount.com"
TOKEN_RIGHT = "Whapi accepts the token, and the channel MANTIS-M72HC is connected."
KEY_RIGHT = f"The key belongs to {ACCOUNT}."
TABS_RIGHT = "The spreadsheet can be written, and its tabs Orders and Items are ready."
SECRET_MADE = "A secret for webhooks was made up and kept in .env."
HOW = "Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)"


def test_from_an_empty_folder_to_a_webhook_that_arrives(desk: Desk) -> None:
    others = desk.everybody_elses()

    ran = desk.setup(desk.answers)

    assert (ran.exit_code, ran.errors, ran.wrong) == (0, [], [])
    assert ran.right == [
        TOKEN_RIGHT,
        KEY_RIGHT,
        TABS_RIGHT,
        f"Whapi will send to {desk.url}.",
        SECRET_MADE,
        f"The webhook to {desk.url} was registered at Whapi.",
        f"A test webhook that Whapi sent to {desk.url} has arrived here, at {desk.public_url}.",
    ]
    assert ran.lines[-2:] == [
        "All is set up. Start the service again, if it is running: it must take the new settings:",
        f"  {terminal.command('serve')}",
    ]
    kept = desk.kept
    assert len(kept.pop("WEBHOOK_SECRET") or "") == 43
    assert kept == {
        "WHAPI_TOKEN": desk.sandbox.whapi.token,
        "SPREADSHEET_ID": desk.answers[1],
        "ORDERS_FROM": "whapi",
        "PUBLIC_URL": desk.public_url,
        "ADMIN_PASSWORD": PASSWORD,
    }
    assert desk.sandbox.google.titles(desk.sandbox.spreadsheet_id) == ["Sheet1", "Orders", "Items"]
    assert desk.webhooks()[-1] == desk.ours()
    assert desk.everybody_elses() == others


def test_a_second_run_asks_nothing_and_changes_nothing(desk: Desk) -> None:
    desk.setup(desk.answers)
    before = desk.state()

    again = desk.setup()

    assert (again.exit_code, again.wrong) == (0, [])
    assert again.lines == [
        "Whapi", f"ok     {TOKEN_RIGHT}",
        "Google", f"ok     {KEY_RIGHT}", f"ok     {TABS_RIGHT}",
        "Public address", f"ok     Whapi will send to {desk.url}.",
        "Webhook", f"ok     The webhook to {desk.url} is registered at Whapi.",
        f"ok     A test webhook that Whapi sent to {desk.url} has arrived here, at {desk.public_url}.",
        "All is set up. Start the service:", f"  {terminal.command('serve')}",
    ]  # fmt: skip
    assert desk.state() == before


def test_wrong_answers_are_explained_and_asked_again(desk: Desk) -> None:
    desk.key_file.rename(desk.folder / "shop-key.json")
    (desk.folder / "client.json").write_text('{"installed": {}}')
    token, address, _, public_url, *_ = desk.answers

    ran = desk.setup(
        [
            "not-the-token", token,
            "", "client.json", "shop-key.json",
            "my sheet", "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", address,
            "anybody", "w",
            "orders.my-shop.com", "https://orders..my-shop.com", "http://orders.my-shop.com", public_url,
            "short", PASSWORD, "another-one", PASSWORD, PASSWORD,
        ]
    )  # fmt: skip

    assert ran.exit_code == 0
    assert ran.wrong == [
        "Whapi refused the channel's token (401). Compare WHAPI_TOKEN with the token in Whapi's panel, "
        "and see there that the channel is connected.",
        f"There is no key file credentials.json. {HOW}, save it there, or name its path in GOOGLE_CREDENTIALS.",
        f"GOOGLE_CREDENTIALS is an OAuth client's file, not a service account's key. {HOW} and use that file.",
        "SPREADSHEET_ID is wrong: it is neither a spreadsheet's id nor its address. "
        "Open the spreadsheet and copy its address from the browser.",
        "There is no spreadsheet with the id 1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms. Copy SPREADSHEET_ID anew "
        "from the address of the open spreadsheet; a deleted one must be restored first.",
        "Type whapi or forwarder.",
        "PUBLIC_URL is wrong: it is not an address that begins with https:// (or http://).",
        "PUBLIC_URL is wrong: nobody knows the name orders..my-shop.com. See that it is written as it was registered, "
        "and that it is in force.",
        "PUBLIC_URL is wrong: it does not begin with https://, so orders and the secret would cross the internet for "
        "all to read. Put a web server with a certificate or a tunnel in front of the service.",
        "A password needs at least 8 characters.",
        "The two were not the same.",
    ]
    assert desk.kept["GOOGLE_CREDENTIALS"] == "shop-key.json"
    output = "\n".join(ran.lines)
    for secret in (token, "not-the-token", PASSWORD, "another-one", desk.kept["WEBHOOK_SECRET"] or ""):
        assert secret not in output


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, f"The spreadsheet is not shared with {ACCOUNT}. Open it, choose Share, and add that address as Editor."),
        (503, "Google Sheets gave no usable answer just now. Look again in a few minutes."),
    ],
)
def test_enter_tries_the_same_answer_again_once_the_cause_is_mended(desk: Desk, status: int, sentence: str) -> None:
    token, address, *rest = desk.answers
    desk.sandbox.faults.add(Fault("google", "status", status=status))

    ran = desk.setup([token, address, "", *rest])

    assert (ran.exit_code, ran.wrong) == (0, [sentence])


def test_a_key_that_google_refuses_is_asked_for_again_and_the_spreadsheet_is_remembered(desk: Desk) -> None:
    deleted = desk.folder / "deleted.json"
    desk.key_file.rename(desk.folder / "good.json")
    good = (desk.folder / "good.json").read_text()
    deleted.write_text(good.replace(desk.sandbox.google.account.key_id, "0" * 40))
    token, address, *rest = desk.answers

    ran = desk.setup([token, str(deleted), address, "good.json", *rest])

    assert (ran.exit_code, ran.wrong) == (
        0,
        [
            f"Google does not accept the key of {ACCOUNT}: it was deleted, or the account was. "
            "Make a new key in the Google Cloud console and put it into GOOGLE_CREDENTIALS."
        ],
    )
    assert (desk.kept["GOOGLE_CREDENTIALS"], desk.kept["SPREADSHEET_ID"]) == ("good.json", address)


def test_a_phone_that_is_not_linked_is_said_and_the_rest_goes_on(desk: Desk) -> None:
    desk.sandbox.whapi.state = "QR"

    ran = desk.setup(desk.answers)

    assert (ran.exit_code, ran.wrong) == (
        1, ["The phone is not linked. Open the channel in Whapi's panel and scan the QR code with WhatsApp."]
    )  # fmt: skip
    assert ran.lines[-2:] == [
        "Not all is well yet.",
        "Mend what is marked as wrong above and run setup again; it asks only for what is missing.",
    ]
    assert desk.webhooks()[-1] == desk.ours()


def test_an_end_halfway_keeps_what_was_answered(desk: Desk) -> None:
    token, address, *rest = desk.answers

    first = desk.setup([token])
    second = desk.setup([address, *rest])

    assert first.exit_code == 1
    assert second.exit_code == 0
    assert second.right[0] == TOKEN_RIGHT


def test_a_file_that_is_there_keeps_its_other_lines(desk: Desk) -> None:
    desk.env_file.write_text(
        "# Of my shop\nTIMEZONE=Europe/Berlin # here\nWHAPI_TOKEN=\nWEBHOOK_SECRET=sixteen-letters!\n"
    )

    assert desk.setup(desk.answers).exit_code == 0

    lines = desk.env_file.read_text().splitlines()
    assert lines[:4] == [
        "# Of my shop",
        "TIMEZONE=Europe/Berlin # here",
        f"WHAPI_TOKEN={desk.sandbox.whapi.token}",
        "WEBHOOK_SECRET=sixteen-letters!",
    ]
    assert [line.partition("=")[0] for line in lines[4:]] == [
        "SPREADSHEET_ID", "ORDERS_FROM", "ADMIN_PASSWORD", "PUBLIC_URL",
    ]  # fmt: skip


def test_a_secret_that_is_too_short_is_made_anew(desk: Desk) -> None:
    desk.env_file.write_text("WEBHOOK_SECRET=short\n")
    *answers, password, _ = desk.answers

    ran = desk.setup([*answers, "", password, password])

    assert (ran.exit_code, ran.wrong) == (0, ["WEBHOOK_SECRET is wrong: it is shorter than 16 characters."])
    assert desk.webhooks()[-1] == desk.ours()
    assert len(desk.kept["WEBHOOK_SECRET"] or "") == 43


@pytest.mark.parametrize(("answer", "length"), [("", 16), ("-", 0)])
def test_the_status_pages_password_may_be_made_up_or_left_out(desk: Desk, answer: str, length: int) -> None:
    ran = desk.setup([*desk.answers[:4], answer])

    assert ran.exit_code == 0
    assert len(desk.kept["ADMIN_PASSWORD"] or "") == length
    before = desk.state()
    assert desk.setup().exit_code == 0
    assert desk.state() == before


def test_a_wrong_setting_that_is_not_asked_for_ends_it_with_2(desk: Desk) -> None:
    ran = desk.setup(desk.answers, RESYNC_INTERVAL="often")

    assert (ran.exit_code, ran.lines) == (2, [])
    assert ran.errors == ["RESYNC_INTERVAL is wrong: it is not a number above 0. Write it in digits, such as 60."]
    assert not desk.env_file.exists()


# Without questions


def test_with_yes_all_comes_from_the_environment(desk: Desk) -> None:
    others = desk.everybody_elses()

    ran = desk.setup([], "--yes", **desk.all_in_environment())

    assert (ran.exit_code, ran.errors, ran.wrong) == (0, [], [])
    kept = desk.kept
    kept.pop("WEBHOOK_SECRET")
    assert kept == desk.all_in_environment()
    assert desk.webhooks()[-1] == desk.ours()
    assert desk.everybody_elses() == others
    before = desk.state()
    assert desk.setup([], "--yes").exit_code == 0
    assert desk.state() == before


def test_with_yes_everything_that_is_missing_is_said_at_once(desk: Desk) -> None:
    desk.key_file.unlink()

    ran = desk.setup([], "--yes")

    assert (ran.exit_code, ran.lines) == (2, [])
    assert ran.errors == [
        "WHAPI_TOKEN is not set. Copy the channel's token from Whapi's panel.",
        "SPREADSHEET_ID is not set. Open the spreadsheet and copy its address from the browser.",
        f"There is no key file credentials.json. {HOW}, save it there, or name its path in GOOGLE_CREDENTIALS.",
    ]
    assert not desk.env_file.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"SPREADSHEET_ID": "my sheet"},
            "SPREADSHEET_ID is wrong: it is neither a spreadsheet's id nor its address. Open",
        ),
        ({"WEBHOOK_SECRET": "short"}, "WEBHOOK_SECRET is wrong: it is shorter than 16 characters."),
        ({"PUBLIC_URL": "https://"}, "PUBLIC_URL is wrong: it is not an address that begins with"),
    ],
)
def test_with_yes_what_is_wrong_ends_it_with_1(desk: Desk, given: dict[str, str], sentence: str) -> None:
    ran = desk.setup([], "--yes", **{**desk.all_in_environment(), **given})

    assert ran.exit_code == 1
    assert [line[: len(sentence)] for line in ran.wrong] == [sentence]
    assert desk.sandbox.whapi.settings.updates == 0


def test_an_environment_that_says_otherwise_is_pointed_out(desk: Desk) -> None:
    ran = desk.setup(desk.answers, WHAPI_TOKEN="an-old-token")

    assert ran.exit_code == 1
    assert (
        ran.wrong[-1]
        == "The environment has another WHAPI_TOKEN than .env, and it wins. Take it out of the environment."
    )


def test_where_all_is_in_the_environment_no_file_is_needed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        from connector.setup.env_file import EnvFileError  # noqa: PLC0415

        raise EnvFileError("Read-only.")

    monkeypatch.setattr("connector.setup.env_file._replace", refuse)

    ran = desk.setup([], "--yes", **desk.all_in_environment(), WEBHOOK_SECRET="sixteen-letters!")

    assert (ran.exit_code, ran.errors) == (0, [])
    assert not desk.env_file.exists()


# The summary


def test_the_summary_is_made_anew_and_nothing_else_is_touched(desk: Desk) -> None:
    desk.setup([], "--yes", **desk.all_in_environment())
    webhooks, kept = desk.webhooks(), desk.env_file.read_bytes()

    first = desk.setup([], "--summary")
    second = desk.setup([], "--summary")

    assert [(ran.exit_code, ran.lines) for ran in (first, second)] == [(0, ["ok     The tab Summary was made."])] * 2
    assert desk.sandbox.google.titles(desk.sandbox.spreadsheet_id) == ["Sheet1", "Orders", "Items", "Summary"]
    assert (desk.webhooks(), desk.env_file.read_bytes()) == (webhooks, kept)


def test_a_column_is_added_to_an_older_tab_and_nothing_else_is_touched(desk: Desk) -> None:
    desk.setup([], "--yes", **desk.all_in_environment())
    desk.sandbox.merchant.delete_column("Orders", index_of("products"))
    webhooks, kept = desk.webhooks(), desk.env_file.read_bytes()

    first = desk.setup([], "--add-column", "products")
    second = desk.setup([], "--add-column", "status")

    assert (first.exit_code, second.exit_code, len(first.right)) == (0, 2, 1)
    assert first.right[0].startswith("The column Products was added to the tab of the orders.")
    header = desk.sandbox.google.sheet_values(desk.sandbox.spreadsheet_id, "Orders")[0]
    assert header.index("Products") == index_of("products")
    assert (desk.webhooks(), desk.env_file.read_bytes()) == (webhooks, kept)


def test_a_summary_that_can_not_be_made_is_said(desk: Desk) -> None:
    nothing_set = desk.setup([], "--summary")
    desk.setup([], "--yes", **desk.all_in_environment())
    desk.sandbox.merchant.delete_column("Orders", index_of("status"))

    ran = desk.setup([], "--summary")

    assert (nothing_set.exit_code, nothing_set.errors[:2]) == (
        2,
        [
            f"Nothing is set up yet. This asks for all that is needed: {terminal.command('setup')}",
            "WHAPI_TOKEN is not set. Copy the channel's token from Whapi's panel.",
        ],
    )
    assert (ran.exit_code, ran.wrong) == (
        1,
        [
            "The summary needs columns that were deleted: Status (tab of the orders). Restore them from the "
            "spreadsheet's version history (File, Version history)."
        ],
    )
