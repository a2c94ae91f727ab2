"""`.env` keeps every line that needn't change, and its secrets to its owner."""

import re
import stat
from io import StringIO
from itertools import accumulate
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from connector.env_statements import statements
from connector.setup.env_file import EnvFileError, change_env_file, read_env_file

OLD = """\
# My shop

export WHAPI_TOKEN=old   # from the panel
PORT=8081
PORT=8082

BROKEN "line
NOTE='two
lines'
EMPTY=
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / ".env"

    assert change_env_file(path, {"WHAPI_TOKEN": "t", "PUBLIC_URL": ""})

    assert (path.read_text(), mode(path)) == ("WHAPI_TOKEN=t\nPUBLIC_URL=\n", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_lines_that_must_change_do(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(OLD)
    path.chmod(0o644)

    assert change_env_file(path, {"WHAPI_TOKEN": "new", "PORT": "9000", "EMPTY": "a b", "MORE": "it's \\ #1"})

    assert (
        path.read_text()
        == OLD.replace("WHAPI_TOKEN=old   # from the panel", "WHAPI_TOKEN=new")
        .replace("PORT=8082", "PORT=9000")
        .replace("EMPTY=", "EMPTY='a b'")
        + "MORE='it\\'s \\\\ #1'\n"
    )
    assert mode(path) == 0o600
    assert read_env_file(path) == {
        "WHAPI_TOKEN": "new", "PORT": "9000", "NOTE": "two\nlines", "EMPTY": "a b", "MORE": "it's \\ #1",
    }  # fmt: skip


def test_what_is_so_already_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(OLD)
    before = path.stat()

    assert not change_env_file(path, {"WHAPI_TOKEN": "old", "PORT": "8082", "EMPTY": ""})

    assert path.stat() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"A=1", b"A=1\nB=2\n"),
        (b"A=1\r\nC=3\r\n", b"A=1\r\nC=3\r\nB=2\r\n"),
        (b"B=1\r\nC=3\r\n", b"B=2\r\nC=3\r\n"),
        (b"B=1", b"B=2"),
        (b"\n\n  B=1\n\n", b"\n\n  B=2\n\n"),
        (b"# B=1\n", b"# B=1\nB=2\n"),
        (b"\xef\xbb\xbfB=1\n", b"\xef\xbb\xbfB=2\n"),
        (b"A='x\nB=1\n'\nB=1\n", b"A='x\nB=1\n'\nB=2\n"),
        (b"A='x\nB=1\n", b"A='x\nB=2\n"),
        (b'A="x\\"\nB=1"\nB=1 # no\n', b'A="x\\"\nB=1"\nB=2\n'),
    ],
)
def test_line_endings_and_blank_lines_stay(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = tmp_path / ".env"
    path.write_bytes(old)

    change_env_file(path, {"B": "2"})

    assert path.read_bytes() == new


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / ".env").symlink_to(tmp_path / "real")

    change_env_file(tmp_path / ".env", {"A": "2"})

    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == "A=2\n"


PIECES = st.sampled_from(["A", "B", "=", "'", '"', "\\", "#", " ", "\n", "\r\n", "\r", "export ", "x", "${B}", "\t"])


@given(st.lists(PIECES, max_size=25).map("".join))
@example("'\n'")
@example("'A\nB'=x\n")
def test_a_file_is_the_sum_of_its_statements_and_gives_what_they_give(text: str) -> None:
    found = list(statements(text))

    assert "".join(statement.text for statement in found) == text
    names = [statement.name for statement in found if statement.name is not None]
    assert list(dict.fromkeys(names)) == list(dotenv_values(stream=StringIO(text), interpolate=False))
    starts = [0, *accumulate(len(statement.text) for statement in found)]
    for statement, start in zip(found, starts, strict=False):
        assert statement.line == 1 + len(re.findall(r"\r\n|\n|\r", text[:start]))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30))
def test_what_is_kept_is_read_back_the_same_or_refused(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.mktemp("env") / ".env"
    path.write_text("A=1\nSECRET=old\nB=2\n")
    before = path.read_bytes()
    refusal = None
    try:
        change_env_file(path, {"SECRET": value})
    except EnvFileError as error:
        refusal = str(error)

    if refusal is None:
        assert read_env_file(path) == {"A": "1", "SECRET": value, "B": "2"}
    else:
        assert refusal == (
            f"The value of SECRET can't be kept in {path}, because of a character in it (such as a ${{ or a line "
            "break). Choose another value."
        )
        assert path.read_bytes() == before
        assert "${" in value


def test_a_value_that_would_be_read_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvFileError):
        change_env_file(tmp_path / ".env", {"SECRET": "${HOME}"})

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_said() -> None:
    with pytest.raises(EnvFileError) as caught:
        change_env_file(Path("/proc/.env"), {"A": "1"})

    assert str(caught.value) == (
        "The file /proc/.env can't be written (No such file or directory). "
        "See that its folder is yours and the disk has room."
    )
