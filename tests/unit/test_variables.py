"""Settings are read however people's machines hand them over: `.env` as editors save it, values in the quotes that
docker leaves around them, and every secret from a file of its own."""

import os
from pathlib import Path

import pytest

from connector.raw_secrets import raw_secrets
from connector.settings import SECRETS, SettingsError, load_settings
from connector.sheets.credentials import load_credentials
from tests.attack.wrong_shapes import readable_keys

SPREADSHEET = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
NEEDED = f"WHAPI_TOKEN=channel-token\nSPREADSHEET_ID={SPREADSHEET}\nWEBHOOK_SECRET=sixteen-letters!\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.removesuffix("_FILE") in SECRETS]:
        monkeypatch.delenv(name)
    return tmp_path


def problems() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.problems


@pytest.mark.parametrize(
    "content",
    [
        NEEDED.encode("utf-8-sig"),
        NEEDED.encode("utf-16"),
        NEEDED.replace("\n", "\r\n").encode("utf-16"),
        NEEDED.replace("\n", "\r").encode(),
        "".join(f"\n  export {line}   # für den Laden\n" for line in NEEDED.splitlines()).encode(),
        NEEDED.replace("=", " = ' ").replace("\n", " ' \n").encode(),
        NEEDED.replace("=", '="').replace("\n", '"\n').encode(),
    ],
    ids=["BOM", "UTF-16", "UTF-16 and CRLF", "CR", "export and comments", "single quotes", "double quotes"],
)
def test_an_env_file_is_read_as_editors_leave_it(folder: Path, content: bytes) -> None:
    (folder / ".env").write_bytes(content)

    settings = load_settings()

    assert (settings.whapi_token, settings.spreadsheet_id, settings.webhook_secret) == (
        "channel-token", SPREADSHEET, "sixteen-letters!",
    )  # fmt: skip


def test_quotes_that_docker_keeps_are_left_out_of_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(NEEDED, encoding="utf-8")
    for name, value in {"WHAPI_TOKEN": '"other-token"', "PORT": "'8123'", "ORDERS_TAB": 'Big "sales"'}.items():
        monkeypatch.setenv(name, value)

    settings = load_settings()

    assert (settings.whapi_token, settings.port, settings.orders_tab) == ("other-token", 8123, 'Big "sales"')


def test_every_secret_may_stand_in_a_file_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "WHAPI_TOKEN": "channel-token",
        "WEBHOOK_SECRET": "sixteen-letters!",
        "ADMIN_PASSWORD": "page-password",
        "META_APP_SECRET": "app-secret",
        "GOOGLE_CREDENTIALS": readable_keys()["with line breaks in the private key"],
        "DATABASE_URL": "postgresql://shop:of-the-database@db/orders",
        "EVENTS_URL": "https://hook.example/secret-path",
        "EVENTS_SECRET": "whsec_" + "A" * 32,
        "ALERT_URLS": "ntfy://a-secret-topic",
    }
    (folder / ".env").write_text(f"SPREADSHEET_ID={SPREADSHEET}\nWHAPI_TOKEN_FILE=secret-0\n", encoding="utf-8")
    for number, (name, value) in enumerate(values.items()):
        (folder / f"secret-{number}").write_text(f"\ufeff{value}\r\n", encoding="utf-8")
        if number:
            monkeypatch.setenv(f"{name}_FILE", str(folder / f"secret-{number}"))

    settings = load_settings()

    assert values.keys() == SECRETS
    assert {name: getattr(settings, name.lower()) for name in SECRETS} == values
    assert set(values.values()) <= set(raw_secrets())


def test_the_environment_wins_over_the_file_whichever_of_them_names_a_secrets_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(NEEDED + "ADMIN_PASSWORD_FILE=gone\n", encoding="utf-8")
    (folder / "token").write_text("token-of-a-file", encoding="utf-8")
    monkeypatch.setenv("WHAPI_TOKEN_FILE", "token")
    monkeypatch.setenv("ADMIN_PASSWORD", "of-the-environment")

    settings = load_settings()

    assert (settings.whapi_token, settings.admin_password) == ("token-of-a-file", "of-the-environment")


def test_a_secrets_file_that_can_not_be_used_is_said_without_showing_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(NEEDED, encoding="utf-8")
    (folder / "latin").write_bytes("größer".encode("latin-1"))
    (folder / "large").write_text("x" * 70_000, encoding="utf-8")
    (folder / "empty").write_text("\n", encoding="utf-8")
    for name, path in {
        "WHAPI_TOKEN": "latin",
        "WEBHOOK_SECRET": "the-secret-itself",
        "GOOGLE_CREDENTIALS": "large",
        "ADMIN_PASSWORD": "empty",
        "META_APP_SECRET": ".",
        "EVENTS_SECRET": "x" * 5000,
    }.items():
        monkeypatch.setenv(f"{name}_FILE", path)
    monkeypatch.setenv("ADMIN_PASSWORD", "page-password")

    assert problems() == [
        "Line 1 of the file that WHAPI_TOKEN_FILE names is not text in UTF-8. Save the file as UTF-8.",
        "GOOGLE_CREDENTIALS_FILE names a file of more than 64 KiB. Name one that holds only the secret.",
        "WEBHOOK_SECRET_FILE names a file that isn't there. Name the one that holds the secret; a path counts from the "
        "working directory.",
        "ADMIN_PASSWORD and ADMIN_PASSWORD_FILE are both set. Keep one of them.",
        "META_APP_SECRET_FILE names a file that can't be read. See that the service may read it.",
        "EVENTS_SECRET_FILE names a file that can't be read. See that the service may read it.",
    ]


FORMS = (
    "as it is", "in single quotes", "with every quote escaped", "as base64", "with line breaks in the private key",
    "with line breaks escaped twice",
)  # fmt: skip


@pytest.mark.parametrize(
    ("form", "quote"),
    [(form, quote) for form in FORMS for quote in ("", "'", '"') if quote or "line breaks in" not in form],
)
def test_a_key_in_an_env_file_is_used_in_any_quotes_that_fit_it(folder: Path, form: str, quote: str) -> None:
    value = readable_keys()[form]
    if quote == "'":
        value = value.replace("\\", "\\\\").replace("'", "\\'")
    if quote == '"':
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    (folder / ".env").write_text(f"{NEEDED}GOOGLE_CREDENTIALS={quote}{value}{quote}\n", encoding="utf-8")

    credentials = load_credentials(load_settings().google_credentials)

    assert credentials.service_account_email == "connector@shop.iam.gserviceaccount.com"


def test_a_path_may_begin_with_a_tilde(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text(NEEDED + "GOOGLE_CREDENTIALS=~/key.json\nSHOPS_FILE=~/shops.toml\n", encoding="utf-8")
    (folder / "token").write_text("token-at-home", encoding="utf-8")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("ADMIN_PASSWORD_FILE", "~/token")

    settings = load_settings()

    assert (settings.google_credentials, settings.shops_file, settings.admin_password) == (
        f"{folder}/key.json", f"{folder}/shops.toml", "token-at-home",
    )  # fmt: skip
