"""Whatever stands in the file: nothing is raised, and no secret stands in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.settings import SHOP_SETTINGS, Settings
from connector.shops.settings import Shops
from tests.memory import new_folder
from tests.shops.place import Place, entry, shop

SECRET = "S3cr3t-0f-Th3-Sh0p"
NAMES = sorted({field.name for field in fields(Settings)} | {"account", "shops", "acount", "x y"})
values = st.one_of(
    st.sampled_from([
        f'"{SECRET}"', f'"{SECRET}/{SECRET}"', f'"https://{SECRET}.example/{SECRET}"', f'"http://{SECRET}@a.example"',
        f'["{SECRET}"]', f'{{"{SECRET}" = "{SECRET}"}}', f'{{a = "{SECRET}"}}', f'"""\n{SECRET}\n"""', f"'{SECRET}",
        SECRET,
        f'"whsec_{SECRET}"', '"env:SHOPS_SECRET"', '"file:secret"', '"file:."', '"env:"', "0", "-1", "1e400", "true",
        "1979-05-27", "0x" + "f" * 2000, '"\\u0000"', "", f'"{{\\"private_key\\": \\"{SECRET}\\"}}"', "[" * 300,
    ]),
    st.text(max_size=12).map(lambda text: f'"{text}"'),
)  # fmt: skip
lines = st.one_of(
    st.builds(lambda name, value: f"{name} = {value}", st.sampled_from([*NAMES, f'"{SECRET}"']), values),
    st.sampled_from([
        "[defaults]", "[default]", "[accounts.second]", "[accounts]", "[shops.rye]", "[shops.oat]", "[shops]",
        "[[shops]]",
        f"# {SECRET}", shop("bar", 3), entry(4), "[shops.Rye]", '[shops."a b"]',
    ]),
    st.text(max_size=30),
)  # fmt: skip
texts = st.lists(lines, max_size=12).map("\n".join)


@contextmanager
def fresh_place() -> Iterator[Place]:
    folder = new_folder("shops-")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    try:
        yield Place(folder)
    finally:
        rmtree(folder)


@pytest.fixture(autouse=True)
def _environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret").write_text(SECRET, encoding="utf-8")
    monkeypatch.setenv("SHOPS_SECRET", SECRET)
    assert place.folder == Path.cwd()


def shown(shops: Shops) -> str:
    return "\n".join([*shops.problems, *(line for lines in shops.out.values() for line in lines)])


def parts_of_secret(text: str) -> list[str]:
    """Eight characters of it in a row count."""
    return [SECRET[at : at + 8] for at in range(len(SECRET) - 7) if SECRET[at : at + 8] in text]


@settings(max_examples=300)
@given(texts)
@example(f'a = {{"{SECRET}" = 1, "{SECRET}" = 2}}')  # what the parser itself quotes
@example(shop("rye", 1, whapi_base_url=f'"http://{SECRET}"', whapi_token=f'"{SECRET}"'))
def test_whatever_text_stands_in_the_file_nothing_is_raised_and_no_secret_shown(text: str) -> None:
    with fresh_place() as place:
        place.path.write_bytes(text.encode(errors="surrogatepass"))

        shops = place.read()

    assert parts_of_secret(shown(shops)) == []
    assert not (shops.good.keys() & shops.out.keys())


@settings(max_examples=150)
@given(texts, texts)
def test_whatever_stands_in_one_file_of_a_folder_another_shop_is_served(text: str, common: str) -> None:
    with fresh_place() as place:
        place.write_folder(zzz=entry(99))
        (place.path / "rye.toml").write_bytes(text.encode(errors="surrogatepass"))
        alone = place.read()
        (place.path / "_common.toml").write_bytes(common.encode(errors="surrogatepass"))
        together = place.read()

    assert (set(alone.good) - {"rye"}, alone.is_usable, alone.problems) == ({"zzz"}, True, ())
    assert parts_of_secret(shown(alone) + shown(together)) == []


@pytest.mark.parametrize("name", SHOP_SETTINGS)
@pytest.mark.parametrize(
    "value", [f'"{SECRET}"', f'["{SECRET}"]', f'"https://{SECRET}@a.example"', '"env:SHOPS_SECRET"']
)
def test_no_setting_shows_a_secret_that_was_put_into_it(place: Place, name: str, value: str) -> None:
    place.write(shop("rye", 1, **{name: value}), f"[defaults]\n{name} = {value}")

    assert parts_of_secret(shown(place.read())) == []
