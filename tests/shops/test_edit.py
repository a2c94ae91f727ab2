"""What a command writes into the file of shops: the whole file is looked at, and who may read it."""

from pathlib import Path

import pytest

from connector.shops.edit import EditError, has_no_shops, place_of, remove_entry, write_entry

FILE = """\
# The shops of our agency.
[defaults]                        # holds for all
resync_interval = 60

[shops.rye]   # the first one
whapi_token = "env:RYE_TOKEN"   # in the panel
spreadsheet_id = "of-rye"

# Accounts at Google.
[accounts.second]
google_credentials = "file:/run/second.json"

[shops.oat]
whapi_token = "token-of-oat"
# The end.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shops.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_new_entry_comes_last_and_every_other_line_stays(file: Path) -> None:
    write_entry(str(file), "spelt", {"whapi_token": 'a"b\\c', "timezone": "Asia/Kolkata"})

    assert file.read_text(encoding="utf-8") == FILE + (
        '\n[shops.spelt]\nwhapi_token = "a\\"b\\\\c"\ntimezone = "Asia/Kolkata"\n'
    )


def test_a_changed_value_keeps_its_comment_and_a_new_one_follows_the_others(file: Path) -> None:
    write_entry(str(file), "rye", {"whapi_token": "new", "account": "second", "timezone": None})

    assert file.read_text(encoding="utf-8") == FILE.replace('"env:RYE_TOKEN"', '"new"').replace(
        'spreadsheet_id = "of-rye"\n', 'spreadsheet_id = "of-rye"\naccount = "second"\n'
    )


def test_a_value_can_be_taken_out(file: Path) -> None:
    write_entry(str(file), "rye", {"spreadsheet_id": None})

    assert file.read_text(encoding="utf-8") == FILE.replace('spreadsheet_id = "of-rye"\n', "")


def test_an_entry_is_taken_out_with_the_comments_in_it_and_no_others(file: Path) -> None:
    assert remove_entry(str(file), "rye")

    assert file.read_text(encoding="utf-8") == (
        "# The shops of our agency.\n[defaults]                        # holds for all\nresync_interval = 60\n\n"
        '# Accounts at Google.\n[accounts.second]\ngoogle_credentials = "file:/run/second.json"\n\n'
        '[shops.oat]\nwhapi_token = "token-of-oat"\n# The end.\n'
    )


def test_taking_out_what_is_not_there_changes_nothing(file: Path) -> None:
    before = file.stat().st_mtime_ns

    assert not remove_entry(str(file), "spelt")
    assert (file.read_text(encoding="utf-8"), file.stat().st_mtime_ns) == (FILE, before)


def test_the_last_shop_leaves_the_heading_so_that_the_file_counts_as_whole(tmp_path: Path) -> None:
    path = tmp_path / "shops.toml"
    path.write_text('[shops.rye]\nwhapi_token = "x"', encoding="utf-8")

    assert remove_entry(str(path), "rye")
    assert path.read_text(encoding="utf-8") == "[shops]\n"


def test_the_line_ends_and_the_mark_of_an_editor_for_windows_stay(tmp_path: Path) -> None:
    path = tmp_path / "shops.toml"
    path.write_bytes('\ufeff[shops.rye]\r\nwhapi_token = "x"\r\n'.encode())

    write_entry(str(path), "rye", {"account": "second"})
    write_entry(str(path), "oat", {"whapi_token": "y"})

    assert path.read_bytes().decode() == (
        '\ufeff[shops.rye]\r\nwhapi_token = "x"\r\naccount = "second"\r\n\r\n[shops.oat]\r\nwhapi_token = "y"\r\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        '[shops]\nrye = { whapi_token = "x" }\n',
        'shops.rye.whapi_token = "x"\n',
        '[shops.rye]\nwhapi_token = """\nx\n"""\n',
        "[shops.rye\n",
        "[shops.rye]\nwhapi_token = \n",
    ],
    ids=["a table in one line", "a name with dots", "a value of several lines", "no TOML", "half a line"],
)
def test_what_only_a_person_can_change_is_left_as_it_is_and_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shops.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(EditError, match=r"^shops\.toml is written in a way that no command can change"):
        write_entry(str(path), "rye", {"whapi_token": "y"})
    assert path.read_text(encoding="utf-8") == text


def test_a_text_of_several_lines_with_a_bracket_elsewhere_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "shops.toml"
    text = "[shops.rye]\nmeta_app_secret = '''\n[shops.oat]\n'''\n"
    path.write_text(text, encoding="utf-8")

    write_entry(str(path), "spelt", {"whapi_token": "y"})

    assert path.read_text(encoding="utf-8") == f'{text}\n[shops.spelt]\nwhapi_token = "y"\n'


def test_who_may_read_the_file_stays_as_it_is_and_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(file)

    write_entry(str(link), "spelt", {"whapi_token": "y"})

    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.read_text(encoding="utf-8").endswith('[shops.spelt]\nwhapi_token = "y"\n')


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "shops.toml"

    write_entry(str(path), "rye", {"whapi_token": "x"})

    assert path.read_text(encoding="utf-8") == '[shops.rye]\nwhapi_token = "x"\n'
    assert path.stat().st_mode & 0o777 == 0o600


def test_in_a_folder_each_shop_has_its_file_which_is_renamed_when_it_goes(tmp_path: Path) -> None:
    folder = tmp_path / "shops"

    write_entry(str(folder), "rye", {"whapi_token": "x"})
    write_entry(str(folder), "oat", {"whapi_token": "y"})
    (folder / "oat.toml").write_text('# Oat.\nwhapi_token = "y" # panel\n', encoding="utf-8")
    write_entry(str(folder), "oat", {"whapi_token": "z", "account": "second"})

    assert (folder.stat().st_mode & 0o777, (folder / "rye.toml").stat().st_mode & 0o777) == (0o700, 0o600)
    assert (folder / "oat.toml").read_text(encoding="utf-8") == (
        '# Oat.\nwhapi_token = "z" # panel\naccount = "second"\n'
    )
    assert remove_entry(str(folder), "rye")
    assert not remove_entry(str(folder), "rye")
    assert sorted(each.name for each in folder.iterdir() if each.name[0] != ".") == ["oat.toml", "rye.toml.removed"]
    assert (folder / "rye.toml.removed").read_text(encoding="utf-8") == 'whapi_token = "x"\n'


def test_where_an_entry_stands_or_would_stand(tmp_path: Path) -> None:
    assert place_of(str(tmp_path), "rye") == tmp_path / "rye.toml"
    assert place_of(str(tmp_path / "new"), "rye") == tmp_path / "new" / "rye.toml"
    assert place_of(str(tmp_path / "new.toml"), "rye") == tmp_path / "new.toml"


def test_a_file_without_shops_is_told_from_one_that_is_broken(tmp_path: Path, file: Path) -> None:
    texts = {"none.toml": "[defaults]\ntimezone = 'UTC'\n", "broken.toml": "[shops", "empty.toml": ""}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert {name: has_no_shops(str(tmp_path / name)) for name in (*texts, file.name, "nowhere.toml")} == {
        "none.toml": True,
        "broken.toml": False,
        "empty.toml": True,
        "shops.toml": False,
        "nowhere.toml": True,
    }


def test_a_folder_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(EditError, match=r"shops\.toml can't be written: its folder isn't there\."):
        write_entry(str(tmp_path / "nowhere" / "shops.toml"), "rye", {"whapi_token": "x"})
    assert not (tmp_path / "nowhere").exists()
