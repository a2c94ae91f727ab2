from pathlib import Path

import pytest

from connector.config import Settings, SettingsError, load_settings

NEEDED = {
    "WHAPI_TOKEN": "channel-token",
    "SPREADSHEET_ID": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
    "WEBHOOK_SECRET": "sixteen-letters!",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def write(folder: Path, **values: str) -> None:
    lines = [f"{name}={value}\n" for name, value in {**NEEDED, **values}.items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")


def problems() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.problems


def test_the_three_needed_variables_are_enough(folder: Path) -> None:
    write(folder)

    settings = load_settings()

    assert settings.whapi_token.get_secret_value() == "channel-token"
    assert (settings.port, settings.database_url) == (8080, "sqlite:///data/connector.db")


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, PORT="8081")
    monkeypatch.setenv("PORT", "8082")

    assert load_settings().port == 8082


def test_each_missing_variable_is_a_sentence_that_says_where_to_get_it(folder: Path) -> None:
    assert folder.exists()
    assert problems() == [
        "WHAPI_TOKEN is not set. Copy the channel's token from Whapi's panel.",
        "SPREADSHEET_ID is not set. Open the spreadsheet and copy its address from the browser.",
        "WEBHOOK_SECRET is not set. Make up a text of at least 16 characters that callers must present.",
    ]


def test_an_empty_variable_counts_as_not_set(folder: Path) -> None:
    write(folder, WHAPI_TOKEN="", PORT="")

    assert problems() == ["WHAPI_TOKEN is not set. Copy the channel's token from Whapi's panel."]


def test_the_spreadsheets_address_serves_as_its_id(folder: Path) -> None:
    address = f"https://docs.google.com/spreadsheets/d/{NEEDED['SPREADSHEET_ID']}/edit?gid=0#gid=0"
    for value in (address, address.replace("/d/", "/u/1/d/"), NEEDED["SPREADSHEET_ID"]):
        write(folder, SPREADSHEET_ID=value)
        assert load_settings().spreadsheet_id == NEEDED["SPREADSHEET_ID"]


def test_every_wrong_value_is_named_and_secrets_are_not_shown(folder: Path) -> None:
    write(
        folder,
        WEBHOOK_SECRET="too-short",
        SPREADSHEET_ID="my sheet",
        WHAPI_BASE_URL="gate.whapi.cloud",
        TIMEZONE="Berlin",
        PORT="eighty",
        RESYNC_INTERVAL="0",
        LOG_FORMAT="xml",
    )

    found = problems()

    assert found == [
        "SPREADSHEET_ID is wrong: it is neither a spreadsheet's id nor its address. "
        "Open the spreadsheet and copy its address from the browser.",
        "WEBHOOK_SECRET is wrong: it is shorter than 16 characters. Use a longer one, such as a random text.",
        "WHAPI_BASE_URL is wrong: it is not an address that begins with https:// (or http://).",
        "PORT is wrong: input should be a valid integer, unable to parse string as an integer.",
        "TIMEZONE is wrong: it is not the name of a time zone, such as Europe/Berlin.",
        "RESYNC_INTERVAL is wrong: input should be greater than 0.",
        "LOG_FORMAT is wrong: input should be 'console' or 'json'.",
    ]
    assert "too-short" not in " ".join(found)


def test_two_tabs_of_the_same_name_are_refused(folder: Path) -> None:
    write(folder, ORDERS_TAB="Sales", ITEMS_TAB="Sales")

    assert problems() == ["ORDERS_TAB and ITEMS_TAB are the same. Give the two tabs different names."]
