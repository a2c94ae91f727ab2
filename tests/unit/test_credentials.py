"""A service account's key is read in every form in which it is handed over, and nothing of a broken one is told."""

import json
from pathlib import Path

import pytest

from connector.sheets.credentials import CredentialsError, load_credentials
from tests.attack.wrong_shapes import encoded, key, private_key, readable_keys

ACCOUNT = "connector@shop.iam.gserviceaccount.com"
BROKEN = "The JSON in GOOGLE_CREDENTIALS is broken. Put it on one line in single quotes, or give the file's path."


def refusal(setting: str) -> str:
    with pytest.raises(CredentialsError) as caught:
        load_credentials(setting)
    return str(caught.value)


@pytest.fixture(autouse=True)
def no_other_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("form", readable_keys())
def test_a_key_in_the_setting_is_read_in_any_form_and_signs(form: str) -> None:
    credentials = load_credentials(readable_keys()[form])

    assert credentials.service_account_email == ACCOUNT
    assert credentials.sign_bytes(b"text")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(key()).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(key()).encode(),
        encoded(json.dumps(key())).encode() + b"\n",
    ],
    ids=["in UTF-16", "with a byte-order mark", "in base64"],
)
def test_a_key_file_is_read_in_any_form(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.json").write_bytes(content)

    assert load_credentials("key.json").service_account_email == ACCOUNT


@pytest.mark.parametrize(
    "setting",
    [
        encoded(json.dumps(key()))[:900],
        private_key(),
        private_key().replace("\n", "\\n"),
        json.dumps(key())[:900],
        "x" * 10_000,
        "a\nb",
    ],
    ids=["base64 cut off", "the private key", "the private key, escaped", "JSON cut off", "too long", "two lines"],
)
def test_what_was_meant_to_be_a_key_is_never_taken_for_a_path(setting: str) -> None:
    assert refusal(setting) == BROKEN


def test_a_path_is_named_only_if_it_can_be_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()

    assert refusal("nowhere.json").startswith("There is no key file nowhere.json.")
    assert refusal(f"{tmp_path}/secrets/key").startswith(f"There is no key file {tmp_path}/secrets/key.")
    assert refusal("secrets").startswith("secrets is a folder, not a key file.")
    for piece in ("MIIEvQIBADANBg", "/MIIEvQIBADANBg", "MIIE/vQIB/ADANBg"):
        assert refusal(piece).startswith("There is no key file that GOOGLE_CREDENTIALS names.")


def test_a_key_in_the_place_of_another_files_name_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", json.dumps(key()))

    assert refusal("nowhere.json").startswith("GOOGLE_APPLICATION_CREDENTIALS is not the path of a key file.")


@pytest.mark.parametrize(
    "changed",
    [
        {"private_key": private_key()[:400]},
        {"private_key": [private_key()]},
        {"private_key": None},
        {"client_email": 7},
        {"token_uri": None},
    ],
)
def test_a_key_that_is_not_whole_says_so_and_nothing_else(changed: dict[str, object]) -> None:
    assert refusal(json.dumps(key(**changed))) == (
        "The service account's key in GOOGLE_CREDENTIALS is damaged or incomplete. Make a key for the service account "
        "in the Google Cloud console (Keys, Add key, JSON) and use the file unchanged."
    )
