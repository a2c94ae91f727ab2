"""A wrong entry puts that shop out, with sentences, and no other."""

from pathlib import Path

import pytest

from tests.shops.place import OPERATORS_PASSWORD, OPERATORS_SECRET, Place, entry, shop

HOW = "Texts stand in quotes there, each line is NAME = VALUE or a [heading], and no name comes twice."

WRONG = [
    ({"whapi_token": ""}, "whapi_token is not set. Copy the channel's token from Whapi's panel."),
    ({"whapi_token": '""'}, "whapi_token is not set. Copy the channel's token from Whapi's panel."),
    ({"spreadsheet_id": ""}, "spreadsheet_id is not set. Open the spreadsheet and copy its address from the browser."),
    ({"webhook_secret": ""}, "webhook_secret is not set. Make up a text of at least 16 characters that callers must "
     "present."),
    ({"webhook_secret": '"geheim"'}, "webhook_secret is wrong: it is shorter than 16 characters. Use a longer one, "
     "such as a random text."),
    ({"whapi_token": '"geheim geheim"'}, "whapi_token is wrong: it holds a blank, a line break or a letter that no "
     "token has. Copy it anew."),
    ({"whapi_tokn": '"geheim"'}, "whapi_tokn is no setting of a shop. Did you mean whapi_token?"),
    ({"TIMEZONE": '"Europe/Berlin"'}, "TIMEZONE is no setting of a shop. Did you mean timezone?"),
    ({"keep-days": "30"}, "keep-days is no setting of a shop. Did you mean keep_days?"),
    ({"colour": '"red"'}, "colour is no setting of a shop."),
    ({'"geheim 4711"': '"red"'}, "… is no setting of a shop."),
    ({"database_url": '"geheim"'}, "database_url is the operator's alone. Set it in the environment or in .env, as "
     "DATABASE_URL."),
    ({"defaults": "{}"}, "defaults can't stand there. docs/hosting.md says what stands where."),
    ({"timezone": '"Berlin"'}, "timezone is wrong: it is not the name of a time zone, such as Europe/Berlin."),
    ({"timezone": "1"}, 'timezone is wrong: it is not a text. Put it in quotes, as in NAME = "VALUE".'),
    ({"orders_tab": "true"}, 'orders_tab is wrong: it is not a text. Put it in quotes, as in NAME = "VALUE".'),
    ({"whapi_token": '["geheim"]'}, 'whapi_token is wrong: it is not a text. Put it in quotes, as in NAME = "VALUE".'),
    ({"timezone": "1979-05-27"}, 'timezone is wrong: it is not a text. Put it in quotes, as in NAME = "VALUE".'),
    ({"keep_days": "true"}, "keep_days is wrong: it is not a number."),
    ({"keep_days": "[30]"}, "keep_days is wrong: it is not a number."),
    ({"keep_days": "0"}, "keep_days is wrong: it is not a number of at least 1. Write it in digits, such as 60."),
    ({"keep_days": "nan"}, "keep_days is wrong: it is not a number of at least 1. Write it in digits, such as 60."),
    ({"keep_days": f"0x{'f' * 5000}"}, "keep_days is wrong: it is not a number."),
    (
        {"keep_days": '"a month"'},
        "keep_days is wrong: it is not a number of at least 1. Write it in digits, such as 60.",
    ),
    ({"orders_tab": '"Orders\\u0000"'}, "orders_tab is wrong: it holds a character that no text has (a NUL)."),
    ({"items_tab": '"Orders"'}, "orders_tab and items_tab are the same. Give the two tabs different names."),
    ({"whapi_base_url": '"http://gate.example"'},
     "whapi_base_url is wrong: it begins with http://, so the token would cross the network for all to read. Use "
     "https://, or, where the way to that host is safe, allow it with PLAIN_HTTP_HOSTS=gate.example."),
    ({"whapi_base_url": '"http://token-00000000000000000009"'},
     "whapi_base_url is wrong: it begins with http://, so the token would cross the network for all to read. Use "
     "https://, or, where the way to that host is safe, allow it with PLAIN_HTTP_HOSTS=[secret]."),
    ({"whapi_token": '"env:NOT_THERE"'}, "whapi_token is wrong: there is no variable NOT_THERE, or it is empty. Set "
     "it in the environment or in .env."),
    ({"whapi_token": '"env:not a name"'}, "whapi_token is wrong: what stands behind env: is not the name of a "
     "variable."),
    ({"whapi_token": '"file:not-there"'}, "whapi_token is wrong: there is no file not-there. A path counts from the "
     "working directory."),
    ({"whapi_token": '"file:"'}, "whapi_token is wrong: what stands behind file: is not the path of a file."),
    ({"whapi_token": '"file:."'}, "whapi_token is wrong: . is not a file."),
    ({"whapi_token": '"file:empty"'}, "whapi_token is wrong: the file empty is empty."),
    ({"whapi_token": '"file:large"'}, "whapi_token is wrong: the file large is larger than 64 KiB."),
    ({"whapi_token": '"file:bytes"'}, "whapi_token is wrong: line 1 of the file bytes is not text in UTF-8. "
     "Save the file as UTF-8."),
    ({"whapi_token_file": '"geheim"'}, 'whapi_token_file can\'t stand there. Write whapi_token = "file:PATH".'),
    ({"account": '"secnd"'}, "account is wrong: there is no [accounts.secnd]. Did you mean second?"),
    ({"account": '"shop:rye"'}, "account is wrong: there is no [accounts.…]."),
    ({"account": '"broken"'}, "The account broken ([accounts.broken] in shops.toml) can't be used: google_credentials "
     "is wrong: there is no file gone.json. A path counts from the working directory."),
    ({"account": '"empty"'}, "The account empty ([accounts.empty] in shops.toml) can't be used: google_credentials is "
     "not set. Name the service account's key file there."),
    ({"account": '"typo"'}, "The account typo ([accounts.typo] in shops.toml) can't be used: credentials is no "
     "setting of a shop. Did you mean google_credentials?"),
    ({"account": '"second"', "google_credentials": '"own.json"'}, "account and google_credentials are both set. Keep "
     "one of them."),
    ({"webhook_secret": f'"{OPERATORS_SECRET}"'}, "webhook_secret is the operator's. The operator's WEBHOOK_SECRET "
     "and ADMIN_PASSWORD open every shop. Make up another one."),
    ({"admin_password": f'"{OPERATORS_PASSWORD}"'}, "admin_password is the operator's. The operator's WEBHOOK_SECRET "
     "and ADMIN_PASSWORD open every shop. Make up another one."),
]  # fmt: skip

ACCOUNTS = """
[accounts.second]
google_credentials = "second.json"
[accounts.broken]
google_credentials = "file:gone.json"
[accounts.empty]
[accounts.typo]
credentials = "second.json"
"""


@pytest.mark.parametrize(("lines", "sentence"), WRONG, ids=lambda value: None if isinstance(value, str) else str(value))
def test_a_wrong_entry_puts_that_shop_alone_out_and_says_why(
    place: Place, lines: dict[str, str], sentence: str
) -> None:
    Path("empty").write_text("\n", encoding="utf-8")
    Path("large").write_text("x" * 70_000, encoding="utf-8")
    Path("bytes").write_bytes(b"\xc3\x28")
    place.write(ACCOUNTS, shop("wrong", 9, **lines), shop("rye", 1))

    shops = place.read()

    assert dict(shops.out) == {"wrong": (sentence,)}
    assert (set(shops.good), shops.problems, shops.is_usable) == ({"rye"}, (), True)


def test_every_problem_of_a_shop_is_said_at_once(place: Place) -> None:
    place.write(shop("rye", 1, whapi_token="", spreadsheet_id='"short"', port="1", keep_days="0"))

    assert dict(place.read().out) == {
        "rye": (
            "spreadsheet_id is wrong: it is neither a spreadsheet's id nor its address. "
            "Open the spreadsheet and copy its address from the browser.",
            "port is the operator's alone. Set it in the environment or in .env, as PORT.",
            "keep_days is wrong: it is not a number of at least 1. Write it in digits, such as 60.",
            "whapi_token is not set. Copy the channel's token from Whapi's panel.",
        )
    }


def test_an_entry_that_is_no_table_or_has_no_right_name_is_named(place: Place) -> None:
    place.write(
        f'[shops]\noat = "geheim"\nRye = 1\n"a b" = 1\n{"n" * 41} = 1\n', shop("rye", 1), "[accounts.Big]", "[shop.x]"
    )

    shops = place.read()

    name = "a name is 1 to 40 of a-z, 0-9, - and _, and begins with a letter."
    assert dict(shops.out) == {"oat": ("oat is no table. Write its settings below the heading [shops.oat].",)}
    assert shops.problems == (
        "shops.toml has shop at its top, which is none of defaults, accounts, shops. Did you mean shops?",
        f"[accounts.Big] in shops.toml does not count: {name}",
        f"[shops.Rye] in shops.toml does not count: {name}",
        f"[shops.…] in shops.toml does not count: {name}",
        f"[shops.…] in shops.toml does not count: {name}",
    )
    assert (set(shops.good), shops.is_usable) == ({"rye"}, True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'whapi_token = "geheim"\nwebhook_secret = geheim\n', f"oat.toml can't be read: something is wrong in line "
         f"2. {HOW}"),
        (b'timezone = "a"\ntimezone = "b"', f"oat.toml can't be read: something is wrong in line 2, its last. {HOW}"),
        (b'whapi_token = "geheim', f"oat.toml can't be read: something is wrong in line 1, its last. {HOW}"),
        (b'orders_tab = "a"\nitems_tab = "\xe9"', "oat.toml can't be read: line 2 is not text in UTF-8. Save it as "
         "UTF-8."),
        (b"keep_days = " + b"9" * 5000, "oat.toml can't be read: a number in it is too long, or lists are nested too "
         "deep."),
        (b"keep_days = " + b"[" * 5000, "oat.toml can't be read: a number in it is too long, or lists are nested too "
         "deep."),
        (None, "oat.toml is a folder, not a file. Put a TOML file there."),
    ],
    ids=["line 2", "twice", "early", "UTF-8", "number", "nested", "folder"],
)  # fmt: skip
def test_a_file_of_a_folder_that_cannot_be_read_puts_its_shop_out(
    place: Place, content: bytes | None, sentence: str
) -> None:
    place.write_folder(rye=entry(1))
    path = place.path / "oat.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    shops = place.read()

    assert dict(shops.out) == {"oat": (sentence,)}
    assert (set(shops.good), shops.problems, shops.is_usable) == ({"rye"}, (), True)


def test_what_has_no_place_in_a_folder_is_named(place: Place) -> None:
    place.write_folder(Rye=entry(1), oat=f"[shops.oat]\n{entry(2)}", _common=f"{shop('rye', 3)}", bar=entry(4))

    shops = place.read()

    assert dict(shops.out)["oat"][0] == "shops can't stand there. docs/hosting.md says what stands where."
    assert shops.problems == (
        "The file Rye.toml is no shop: a shop's name is 1 to 40 of a-z, 0-9, - and _, and begins with a letter. "
        "Rename the file.",
        "_common.toml has [shops]. In a folder each shop has a file of its own, NAME.toml.",
    )
    assert (set(shops.good), shops.is_usable) == ({"bar"}, True)
