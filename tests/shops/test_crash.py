"""What ends everything shows no shop's secret."""

from pathlib import Path

import pytest

from connector.cli.crash import redacted_traceback
from tests.shops.place import Place, entry, shop


def quoted(*secrets: str) -> str:
    return redacted_traceback(OSError(f"cannot use {' '.join(secrets)} as it is"))


def test_a_crash_shows_nothing_of_the_secrets_of_shops(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(
        '[accounts.second]\ngoogle_credentials = "file:key.json"',
        shop("rye", 1, whapi_token='"env:RYE_TOKEN"', admin_password='"short"'),
        shop("oat", 2, webhook_secret="[1]"),
    )
    Path("key.json").write_text("first line of the key\nsecond line of the key\n", encoding="utf-8")
    monkeypatch.setenv("RYE_TOKEN", "token-of-the-environment")
    monkeypatch.setenv("SHOPS_FILE", "shops.toml")

    printed = quoted(
        "token-of-the-environment", "a-secret-of-the-shop-0001", "token-00000000000000000002", "second line of the key"
    )

    assert "cannot use [secret] [secret] [secret] [secret] as it is" in printed


@pytest.mark.parametrize("content", [None, "[shops", "\0"])
def test_a_crash_is_told_though_the_file_of_shops_cannot_be_read(
    place: Place, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        place.write(content, entry(1))
    monkeypatch.setenv("SHOPS_FILE", "shops.toml")

    assert "cannot use it as it is" in quoted("it")
