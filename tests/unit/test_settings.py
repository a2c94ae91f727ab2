import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from connector.log import Redactor
from connector.settings import Settings, SettingsError, load_settings
from connector.terminal import command

NEEDED = {
    "WHAPI_TOKEN": "channel-token",
    "SPREADSHEET_ID": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
    "WEBHOOK_SECRET": "sixteen-letters!",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)
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

    assert settings.whapi_token == "channel-token"
    assert (settings.port, settings.database_url) == (8080, "sqlite:///data/connector.db")


def test_no_secret_is_seen_where_the_settings_are_printed(folder: Path) -> None:
    write(
        folder,
        ADMIN_PASSWORD="page-password",
        GOOGLE_CREDENTIALS='\'{"private_key": "key-of-the-account"}\'',
        DATABASE_URL="postgresql://shop:database-password@localhost/orders",
        EVENTS_URL="https://hook.example/secret-path",
        EVENTS_SECRET=SECRET,
    )

    settings = load_settings()

    assert "spreadsheet_id" in repr(settings)
    for secret in (*settings.secrets, "key-of-the-account", "database-password", "secret-path"):
        assert secret not in repr(settings)
        assert secret not in str(settings)


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, PORT="8081")
    monkeypatch.setenv("PORT", "8082")

    assert load_settings().port == 8082


def test_each_missing_variable_is_a_sentence_that_says_where_to_get_it(folder: Path) -> None:
    assert folder.exists()
    assert problems() == [
        f"Nothing is set up yet. This asks for all that is needed: {command('setup')}",
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
        "PORT is wrong: it is not a whole number from 0 to 65535. Write it in digits.",
        "TIMEZONE is wrong: it is not the name of a time zone, such as Europe/Berlin.",
        "RESYNC_INTERVAL is wrong: it is not a number above 0. Write it in digits, such as 60.",
        "LOG_FORMAT is wrong: it is not console or json. Write one of them, as it stands here.",
    ]
    assert "too-short" not in " ".join(found)


def test_two_tabs_of_the_same_name_are_refused(folder: Path) -> None:
    write(folder, ORDERS_TAB="Sales", ITEMS_TAB="Sales")

    assert problems() == ["ORDERS_TAB and ITEMS_TAB are the same. Give the two tabs different names."]


SECRET = "whsec_" + "A" * 32


def test_events_need_nothing_but_an_address_and_a_secret(folder: Path) -> None:
    write(folder, EVENTS_URL="https://a.example/x, https://ada:geheim@b.example:444/?k=v", EVENTS_SECRET=SECRET)

    settings = load_settings()

    assert [target.name for target in settings.event_targets] == ["https://a.example", "https://b.example:444"]
    assert settings.event_secrets == [SECRET]
    assert {SECRET, "A" * 32, "https://a.example/x"} <= set(settings.secrets)
    assert "geheim" not in repr(settings)
    assert SECRET not in repr(settings)


def test_whoever_logs_an_address_of_events_carelessly_shows_nothing_of_it(folder: Path) -> None:
    url = "https://ada:a-long-password@a.example/hook/of-a-workflow?key=and-a-key"
    write(folder, EVENTS_URL=f"{url}, https://b.example/", EVENTS_SECRET=f"{SECRET},{SECRET[:-1]}B")
    redact = Redactor(load_settings().secrets).text

    for text in (url, "a-long-password", "/hook/of-a-workflow?key=and-a-key", SECRET, "A" * 31 + "B"):
        assert redact(f"before {text} after") == "before [secret] after"


def test_an_events_url_without_a_secret_says_how_to_make_one(folder: Path) -> None:
    write(folder, EVENTS_URL="https://a.example/")

    assert problems() == [
        "EVENTS_SECRET is not set, but EVENTS_URL is: events are signed with it. Make one with: "
        "python3 -c \"import base64, secrets; print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""
    ]


@pytest.mark.parametrize("secret", ["A" * 32, "whsec_", "whsec_" + "A" * 28, "whsec_" + "!" * 32, "whsec_" + "A" * 92])
def test_a_secret_of_another_kind_is_refused_without_being_shown(folder: Path, secret: str) -> None:
    write(folder, EVENTS_URL="https://a.example/", EVENTS_SECRET=secret)

    (problem,) = problems()

    assert problem.startswith(
        "EVENTS_SECRET is wrong: it is not whsec_ followed by the base64 of 24 to 64 bytes. Make one with: python3 -c"
    )
    assert secret == "whsec_" or secret not in problem


def test_the_secret_that_the_sentence_makes_is_taken(folder: Path) -> None:
    write(folder, EVENTS_URL="https://a.example/")
    command = problems()[0].partition("python3 -c ")[2].strip('"')
    made = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    write(folder, EVENTS_URL="https://a.example/", EVENTS_SECRET=made)

    assert load_settings().event_secrets == [made]


@pytest.mark.parametrize(
    ("urls", "sentence"),
    [
        ("https://good.example/, hook.geheim.example/x", "its address number 2 does not begin with https://."),
        ("ftp://geheim.example/x", "its address number 1 does not begin with https://."),
        ("https://geheim.example:port/", "its address number 1 is not one."),
        (",".join(f"https://{n}.example/" for n in range(11)), "there are more than 10 addresses."),
        ("http://geheim.example/", "an address begins with http://. Use https://; plain http is taken only for a "
         "receiver in the own network, with EVENTS_ALLOW_PRIVATE=true."),
    ],
)  # fmt: skip
def test_an_address_that_cannot_get_events_is_refused_without_being_shown(
    folder: Path, urls: str, sentence: str
) -> None:
    write(folder, EVENTS_URL=urls, EVENTS_SECRET=SECRET)

    found = problems()

    assert found == [f"EVENTS_URL is wrong: {sentence}"]
    assert "geheim" not in found[0]


def test_plain_http_is_taken_with_the_setting(folder: Path) -> None:
    write(folder, EVENTS_URL="http://n8n:5678/webhook/x", EVENTS_SECRET=SECRET, EVENTS_ALLOW_PRIVATE="true")

    assert [target.name for target in load_settings().event_targets] == ["http://n8n:5678"]


def test_blanks_at_the_ends_of_every_setting_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder)
    plain = load_settings()
    around = {"WHAPI_BASE_URL": "https://gate.whapi.cloud/", "PORT": "8080", "TIMEZONE": "Europe/Berlin", **NEEDED}
    for name, value in around.items():
        monkeypatch.setenv(name, f"\ufeff \t{value}\r\n\u200b")

    settings = load_settings()

    assert (settings.whapi_token, settings.webhook_secret) == (plain.whapi_token, plain.webhook_secret)
    assert (settings.spreadsheet_id, settings.whapi_base_url) == (plain.spreadsheet_id, "https://gate.whapi.cloud")
    assert (settings.port, str(settings.timezone)) == (8080, "Europe/Berlin")


def test_blanks_alone_count_as_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, PORT="8081")
    monkeypatch.setenv("WHAPI_TOKEN", " \n")
    monkeypatch.setenv("PORT", "")

    settings = load_settings()

    assert (settings.whapi_token, settings.port) == ("channel-token", 8081)


def test_names_may_be_in_small_letters_and_the_file_may_have_a_byte_order_mark(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder)
    file = folder / ".env"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    monkeypatch.setenv("port", "8083")

    assert (load_settings().whapi_token, load_settings().port) == ("channel-token", 8083)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WHAPI_TOKEN", "two words", "it holds a blank, a line break or a letter that no token has. Copy it anew."),
        ("WHAPI_TOKEN", "größer", "it holds a blank, a line break or a letter that no token has. Copy it anew."),
        ("WEBHOOK_SECRET", "sixteen\nletters!!", "it holds a line break or a control character. Write it on one line."),
        ("WEBHOOK_SECRET", "sixteen-letters!\udcff", "it is not a text in UTF-8."),
        ("WHAPI_BASE_URL", "https://gate:port", "it is not an address that begins with https:// (or http://)."),
        (
            "WHAPI_BASE_URL",
            "https://gate.whapi\n.cloud",
            "it is not an address that begins with https:// (or http://).",
        ),
        ("SHEETS_BASE_URL", "https://[", "it is not an address that begins with https:// (or http://)."),
        ("RESYNC_INTERVAL", "nan", "it is not a number above 0. Write it in digits, such as 60."),
        ("RESYNC_INTERVAL", "soon", "it is not a number above 0. Write it in digits, such as 60."),
        (
            "RECONCILE_WINDOW",
            "31536001",
            "it is not a number above 0 and of at most 31,536,000. Write it in digits, such as 60.",
        ),
        ("KEEP_DAYS", "0.5", "it is not a number of at least 1. Write it in digits, such as 60."),
        ("PORT", "70000", "it is not a whole number from 0 to 65535. Write it in digits."),
        ("LOG_LEVEL", "LOUD", "it is not DEBUG, INFO, WARNING or ERROR. Write one of them, as it stands here."),
        ("EVENTS_ALLOW_PRIVATE", "perhaps", "it is neither true nor false."),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    write(folder)
    monkeypatch.setenv(name, value)

    assert problems() == [f"{name} is wrong: {sentence}"]


def test_a_file_that_cannot_be_read_or_is_a_folder_is_said(folder: Path) -> None:
    file = folder / ".env"
    for content, line in (
        ("PORT=1\r\nITEMS_TAB=Stücke".encode("latin-1"), 2),
        ("PORT=1".encode("utf-16-le"), 1),
        ("PORT=1\n".encode("utf-16") + b"\x00", 2),
    ):
        file.write_bytes(content)
        assert problems() == [f"Line {line} of .env is not text in UTF-8. Save the file as UTF-8."]

    file.unlink()
    file.mkdir()
    assert problems() == [
        ".env is a folder, not a file. (A container makes one where the file that it is to mount is missing.) Give it "
        "another name, and put the file in its place."
    ]


def test_certificates_that_are_not_there_or_are_none_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder)
    (folder / "none.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", "none.pem")
    assert problems() == [
        "SSL_CERT_FILE names none.pem, which can't be read as a file of certificates in PEM. Name another file, or "
        "take SSL_CERT_FILE out of the environment."
    ]

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "gone.pem")
    assert problems() == [
        "REQUESTS_CA_BUNDLE names gone.pem as the file of certificates, but there is no such file. Put it there, or "
        "take REQUESTS_CA_BUNDLE out of the environment."
    ]


@pytest.mark.parametrize("name", ["WHAPI_BASE_URL", "SHEETS_BASE_URL"])
def test_plain_http_is_taken_only_to_this_machine_or_to_a_host_that_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write(folder)
    for local in ("http://127.0.0.1:9090", "http://localhost:9090", "http://[::1]:9090", "https://elsewhere.example"):
        monkeypatch.setenv(name, local)
        assert getattr(load_settings(), name.lower()) == local

    monkeypatch.setenv(name, "http://sandbox:9090")
    assert problems() == [
        f"{name} is wrong: it begins with http://, so the token would cross the network for all to read. Use https://, "
        "or, where the way to that host is safe, allow it with PLAIN_HTTP_HOSTS=sandbox."
    ]
    monkeypatch.setenv("PLAIN_HTTP_HOSTS", "other, Sandbox")
    assert getattr(load_settings(), name.lower()) == "http://sandbox:9090"


def test_a_login_in_an_address_is_refused_without_being_shown(folder: Path) -> None:
    write(folder, WHAPI_BASE_URL="https://ada:geheim@gate.whapi.cloud")

    assert problems() == [
        "WHAPI_BASE_URL is wrong: it holds a login before the host (an @). Write the address without it."
    ]
