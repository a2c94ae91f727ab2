"""docs/hosting.md says what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from connector.settings import SHOP_SETTINGS
from connector.shops.settings import EACH_ITS_OWN
from tests.docs.pages import ROOT, text
from tests.shops.place import Place

PAGE = ROOT / "docs" / "hosting.md"


def test_the_page_names_every_setting_that_may_stand_in_the_file() -> None:
    (listed,) = re.findall(r"These may stand in the file.*?:((?:\s+`[a-z_]+`)+)", text(PAGE))

    assert re.findall(r"[a-z_]+", listed) == [name for name in SHOP_SETTINGS if name not in EACH_ITS_OWN]


def test_the_example_of_the_page_is_read_as_it_stands(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", text(PAGE), re.DOTALL)
    example = example.replace("/run/secrets/", "")
    Path("second.json").write_text("{}", encoding="utf-8")
    Path("rye-webhook").write_text("sixteen-letters!\n", encoding="utf-8")
    for number, name in enumerate(("RYE_TOKEN", "OAT_TOKEN", "OAT_SECRET")):
        monkeypatch.setenv(name, f"long-enough-for-all-{number}")
    place.write(example)

    shops = place.read()

    assert (dict(shops.out), shops.problems, shops.is_usable) == ({}, (), True)
    assert {name: (shop.account, str(shop.settings.timezone)) for name, shop in shops.good.items()} == {
        "rye": ("second", "Europe/Berlin"),
        "oat": ("default", "Australia/Sydney"),
    }
    assert set(tomllib.loads(example)) == {"defaults", "accounts", "shops"}
