"""Two shops on one spreadsheet, one channel or one secret."""

import pytest

from tests.shops.place import Place, entry, shop

SHEET = "spreadsheet_id is also that of the shop {}. Rows of both would come into one spreadsheet. Give each its own."
BOTH = {
    "spreadsheet_id": SHEET,
    "whapi_token": "whapi_token is also that of the shop {}. Both would serve one channel. Give each the token of its "
    "own.",
    "webhook_secret": "webhook_secret is also that of the shop {}. The secret says which shop is meant. Make up "
    "another one.",
}


@pytest.mark.parametrize("setting", BOTH)
def test_two_shops_that_share_what_must_not_be_shared_are_both_out(place: Place, setting: str) -> None:
    shared = {setting: '"shared-by-two-of-the-shops"'}
    place.write(shop("rye", 1, **shared), shop("oat", 2, **shared), shop("bar", 3))

    shops = place.read()

    assert dict(shops.out) == {
        "oat": (BOTH[setting].format("rye"),),
        "rye": (BOTH[setting].format("oat"),),
    }
    assert set(shops.good) == {"bar"}


def test_a_spreadsheets_address_and_its_id_are_the_same(place: Place) -> None:
    address = '"https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5n/edit"'
    place.write(shop("rye", 1, spreadsheet_id=address), shop("oat", 2, spreadsheet_id='"1BxiMVs0XRA5n"'))

    assert dict(place.read().out) == {"oat": (SHEET.format("rye"),), "rye": (SHEET.format("oat"),)}


def test_the_shop_that_was_served_with_it_stays(place: Place) -> None:
    place.write(shop("rye", 1))
    before = place.read().good
    place.write(shop("rye", 1), shop("oat", 2, spreadsheet_id='"1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlb-000001"'))

    shops = place.read(before)

    assert dict(shops.out) == {"oat": (SHEET.format("rye"),)}
    assert dict(shops.good) == dict(before)


@pytest.mark.parametrize("now", ["keep_days = 0", "= broken"])
def test_what_a_shop_was_served_with_stays_its_own_while_its_entry_is_wrong(place: Place, now: str) -> None:
    place.write_folder(rye=entry(1))
    before = place.read().good
    place.write_folder(rye=f"{entry(1)}{now}", oat=entry(2, whapi_token='"token-00000000000000000001"'))

    shops = place.read(before)

    assert shops.out["oat"] == (BOTH["whapi_token"].format("rye"),)
    assert set(shops.good) == set()
    assert "also that of" not in " ".join(shops.out["rye"])


def test_shops_that_exchange_their_spreadsheets_are_in_nobodys_way(place: Place) -> None:
    first, second = (f'"1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlb-00000{n}"' for n in (1, 2))
    place.write(shop("rye", 1), shop("oat", 2))
    before = place.read().good
    place.write(shop("rye", 1, spreadsheet_id=second), shop("oat", 2, spreadsheet_id=first))

    shops = place.read(before)

    assert (set(shops.good), dict(shops.out)) == ({"rye", "oat"}, {})


def test_of_many_shops_only_some_are_named(place: Place) -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    place.write(*(shop(name, n, spreadsheet_id='"1BxiMVs0XRA5n"') for n, name in enumerate(names)))

    assert place.read().out["a"] == (
        "spreadsheet_id is also that of the shops b, c, d and 2 more. Rows of both would come into one spreadsheet. "
        "Give each its own.",
    )
