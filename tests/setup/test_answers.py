"""Answers are taken as people give them, and nobody is left without a word at an end before the end."""

import pytest

from tests.setup.agency import Agency
from tests.setup.desk import Desk


@pytest.mark.parametrize(
    "given",
    [
        "'{folder}/my keys/shop (1).json'",
        '"{folder}/my keys/shop (1).json"',
        "{folder}/my\\ keys/shop\\ \\(1\\).json ",
        "file://{folder}/my%20keys/shop%20(1).json",
        "~/my keys/shop (1).json",
        "{folder}/my keys/shop (1).json",
    ],
)
def test_a_path_is_taken_as_it_is_typed_pasted_or_dragged_into_the_terminal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("HOME", str(desk.folder))
    (desk.folder / "my keys").mkdir()
    path = desk.key_file.rename(desk.folder / "my keys" / "shop (1).json")

    ran = desk.setup([f"Bearer {desk.answers[0]}", given.replace("{folder}", str(desk.folder)), *desk.answers[1:]])

    assert (ran.exit_code, ran.wrong) == (0, [])
    assert (desk.kept["GOOGLE_CREDENTIALS"], desk.kept["WHAPI_TOKEN"]) == (str(path), desk.sandbox.whapi.token)
    assert desk.setup().exit_code == 0


def test_of_a_folder_the_key_is_chosen_from_its_files(desk: Desk) -> None:
    keys, empty = desk.folder / "keys", desk.folder / "empty"
    keys.mkdir()
    empty.mkdir()
    (keys / "other.json").write_text("{}")
    desk.key_file.rename(keys / "shop.json")

    ran = desk.setup([desk.answers[0], str(empty), str(keys), "3", str(keys), "2", *desk.answers[1:]])

    assert (ran.exit_code, ran.wrong) == (
        0,
        [
            f"{empty} is a folder, and no file in it ends in .json. Name the file itself.",
            "That is none of them.",
        ],
    )
    start = ran.lines.index(f"{keys} is a folder. In it are:")
    assert ran.lines[start + 1 : start + 3] == ["   1  other.json", "   2  shop.json"]
    assert desk.kept["GOOGLE_CREDENTIALS"] == str(keys / "shop.json")


def test_a_wrong_answer_is_no_default(desk: Desk) -> None:
    token, address, *rest = desk.answers
    nowhere = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"

    ran = desk.setup(["not-the-token", "", token, "my sheet", "", nowhere, "", address, *rest])

    assert ran.exit_code == 0
    prompts = [line for line in ran.lines if line.startswith(("Token", "Address of"))]
    # What is typed is not seen here, so a question that was answered with nothing stands in one line with the next.
    assert all("[" not in prompt and "Enter" not in prompt for prompt in prompts)
    assert len(ran.wrong) == 3


def test_ctrl_c_says_that_the_answers_are_kept(desk: Desk) -> None:
    ran = desk.setup(desk.answers[:2])

    assert (ran.exit_code, ran.lines[-2:]) == (
        1,
        [
            "Ended before the end.",
            "What was answered and found right is kept in .env. Run setup again to go on from there.",
        ],
    )
    assert desk.kept == {"WHAPI_TOKEN": desk.answers[0], "SPREADSHEET_ID": desk.answers[1]}


def test_without_a_terminal_it_is_said_how_to_do_without_questions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.terminal.is_answered", lambda: False)

    ran = desk.setup()

    assert (ran.exit_code, ran.lines, ran.errors) == (
        1,
        ["Whapi"],
        [
            "Something has to be asked, but there is no terminal for the answer. Run setup in a terminal; or give what "
            "is missing in the environment or in .env, and run it with --yes, which asks nothing."
        ],
    )


def test_ctrl_c_in_the_midst_of_adding_a_shop_says_that_nothing_was_written(agency: Agency) -> None:
    ran = agency.run("shops", "add", "rye", answers=f"{agency.rye.token}\n")

    assert (ran.exit_code, ran.lines[-2:]) == (
        1,
        ["Ended before the end.", "shops.toml is written only at the end, so the answers are asked for again."],
    )
    assert not agency.shops_file.exists()
