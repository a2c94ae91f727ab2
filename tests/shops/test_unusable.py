"""What leaves it open which shops there are, or what holds for all: whatever was served goes on as it was."""

import pytest

from tests.shops.place import Place, entry, shop
from tests.shops.test_wrong_entries import HOW

RYE = shop("rye", 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "shops.toml has no [shops.NAME]. (It may be empty because it is being written.)"),
        (f"{RYE}[shops.oat", f"shops.toml can't be read: something is wrong in line 5, its last. {HOW}"),
        ("shops = 1", "shops in shops.toml is no table. Write each entry below a heading [shops.NAME]."),
        (f"accounts = 1\n{RYE}", "accounts in shops.toml is no table. Write each entry below a heading "
         "[accounts.NAME]."),
        (f"defaults = 1\n{RYE}", "defaults in shops.toml is no table. Write it as the heading [defaults]."),
        (f"{RYE}[default]", "shops.toml has default at its top, which is none of defaults, accounts, shops. Did you "
         "mean defaults?"),
        (f"keep_days = 30\n{RYE}", "shops.toml has keep_days at its top, which is none of defaults, accounts, shops. "
         "It goes below [defaults]."),
        (f"{RYE}[defaults]\nkeep_days = 0", "[defaults] in shops.toml: keep_days is wrong: it is not a number of "
         "at least 1. Write it in digits, such as 60."),
        (f"{RYE}[defaults]\ntimezon = 'x'", "[defaults] in shops.toml: timezon is no setting of a shop. Did you mean "
         "timezone?"),
        (f"{RYE}[defaults]\naccount = 'x'", "[defaults] in shops.toml: account is wrong: there is no [accounts.x]."),
        (f"{RYE}[defaults]\nitems_tab = 'Orders'", "[defaults] in shops.toml: orders_tab and items_tab are the same. "
         "Give the two tabs different names."),
        (
            f"{RYE}[defaults]\nadmin_password = 'geheim-geheim'",
            "[defaults] in shops.toml: admin_password can't stand there, as each shop must have its own. Write it "
            "into the shops' own entries.",
        ),
    ],
)  # fmt: skip
def test_a_file_with_something_wrong_for_all_is_not_usable(place: Place, text: str, sentence: str) -> None:
    place.write(text)

    shops = place.read()

    assert (shops.problems, shops.is_usable) == ((sentence,), False)


def test_a_file_or_folder_that_is_not_there_is_not_usable(place: Place) -> None:
    shops = place.read()

    assert (dict(shops.good), shops.problems, shops.is_usable) == (
        {},
        ("There is no file shops.toml. SHOPS_FILE names it, as a file or a folder of files.",),
        False,
    )


def test_a_common_file_that_cannot_be_read_makes_the_folder_unusable(place: Place) -> None:
    place.write_folder(_common="[defaults", rye=entry(1))

    shops = place.read()

    assert (shops.problems, shops.is_usable) == (
        (f"_common.toml can't be read: something is wrong in line 1, its last. {HOW}",),
        False,
    )


def test_no_shops_at_all_may_be_meant(place: Place) -> None:
    place.write("[shops]")
    of_file = place.read()
    place.write_folder()
    of_folder = place.read()

    assert (dict(of_file.good), of_file.problems, of_file.is_usable) == ({}, (), True)
    assert (dict(of_folder.good), of_folder.problems, of_folder.is_usable) == ({}, (), True)


def test_an_account_of_all_that_cannot_be_used_harms_only_its_shops(place: Place) -> None:
    place.write(
        '[defaults]\naccount = "second"\n[accounts.second]\ngoogle_credentials = "env:GONE"',
        shop("rye", 1),
        shop("oat", 2, account='"default"'),
    )

    shops = place.read()

    assert dict(shops.out) == {
        "rye": (
            "The account second ([accounts.second] in shops.toml) can't be used: google_credentials is wrong: there is "
            "no variable GONE, or it is empty. Set it in the environment or in .env.",
        )
    }
    assert (set(shops.good), shops.problems, shops.is_usable) == ({"oat"}, (), True)
