"""What `SHOPS_FILE` holds: a TOML file with `[defaults]`, `[accounts.NAME]` and `[shops.NAME]`, or a folder with a file
NAME.toml for each shop, and `_common.toml` for the rest. Values are left as they stand.

No sentence quotes a value. A name is quoted where it looks like one.
"""

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from connector.log import visible
from connector.settings import SHOP_SETTINGS
from connector.shops.look import SUFFIX, Look, look, toml_files

COMMON = f"_common{SUFFIX}"
LARGEST = 16 * 1024 * 1024
"""Bytes. A thousand shops take a quarter of one."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
NAMES = "1 to 40 of a-z, 0-9, - and _, and begins with a letter"
_TABLES = ("defaults", "accounts", "shops")
_LINE = re.compile(r"\(at line (\d+), column \d+\)\Z")
_HOW_TO_WRITE = "Texts stand in quotes there, each line is NAME = VALUE or a [heading], and no name comes twice."


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file as it stands there."""

    place: str
    """Where it stands: a file, or a file and the heading."""
    values: Mapping[str, Any] = field(repr=False)


@dataclass(slots=True)
class ShopsFile:
    """All that the file, or the folder, says."""

    look: Look
    """How its files stood before they were read: what changes meanwhile is seen by the next look."""
    defaults: Section
    accounts: dict[str, Section] = field(default_factory=dict)
    shops: dict[str, Section] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)
    """Shops of which nothing can be read, and a sentence for each."""
    problems: list[str] = field(default_factory=list)
    """Sentences about what belongs to no shop."""
    is_usable: bool = True
    """False if it can't be known which shops there are, or what holds for all of them: a file that is being written,
    a folder that isn't mounted, or a mistake in what is common. Then whatever was served goes on as it was."""


class _ReadError(Exception):
    """A file can't be read. The text is a sentence with the file's name."""


def read_file(path: str) -> ShopsFile:
    """Reads the file or the folder. Never raises: what is wrong stands in the result."""
    before = look(path)
    if is_folder(path):
        return _read_folder(path, before)
    name = _quoted(Path(path).name)
    file = ShopsFile(before, Section(f"[defaults] in {name}", {}))
    try:
        content = _parse(path)
    except _ReadError as error:
        return _unusable(file, str(error))
    if "shops" not in content:
        _unusable(file, f"{name} has no [shops.NAME]. (It may be empty because it is being written.)")
    _take_common(file, name, content)
    for shop, values in _tables(file, name, "shops", content):
        if values is None:
            file.out[shop] = f"{shop} is no table. Write its settings below the heading [shops.{shop}]."
        else:
            file.shops[shop] = Section(f"[shops.{shop}] in {name}", values)
    return file


def is_folder(path: str) -> bool:
    """Whether each shop has a file of its own."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def is_name(name: str) -> bool:
    """Whether a shop or an account may be called so."""
    return _NAME.match(name) is not None


def shown(name: str) -> str:
    """A name that isn't right, as far as it can be shown: what looks like anything but a name may be a secret."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z_-]{0,39}", name) else "…"


def did_you_mean(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """` Did you mean …?`, if one of the names is close."""
    close = get_close_matches(name[:80].lower().replace("-", "_"), known, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _read_folder(path: str, before: Look) -> ShopsFile:
    file = ShopsFile(before, Section(f"[defaults] in {COMMON}", {}))
    if before.files.keys() == {path}:
        return _unusable(file, f"The folder {visible(path)} can't be read. See that the service may read it.")
    for each in toml_files(path):
        name = Path(each).name
        shop = name.removesuffix(SUFFIX)
        try:
            if name == COMMON:
                _take_common(file, name, _parse(each), allowed=("defaults", "accounts"))
            elif is_name(shop):
                file.shops[shop] = Section(name, _parse(each))
            else:
                file.problems.append(f"The file {_quoted(name)} is no shop: a shop's name is {NAMES}. Rename the file.")
        except _ReadError as error:
            if name == COMMON:
                _unusable(file, str(error))
            else:
                file.out[shop] = str(error)
    return file


def _take_common(file: ShopsFile, name: str, content: Mapping[str, Any], *, allowed: tuple[str, ...] = _TABLES) -> None:
    for key in content:
        if key in allowed:
            continue
        if key in _TABLES:
            file.problems.append(f"{name} has [{key}]. In a folder each shop has a file of its own, NAME{SUFFIX}.")
            continue
        hint = " It goes below [defaults]." if key in SHOP_SETTINGS else did_you_mean(key, allowed)
        sentence = f"{name} has {shown(key)} at its top, which is none of {', '.join(allowed)}.{hint}"
        if "defaults" in hint:
            # Without what was meant for all of them the shops would be other shops.
            _unusable(file, sentence)
        else:
            file.problems.append(sentence)
    defaults = content.get("defaults", {})
    if isinstance(defaults, dict):
        file.defaults = Section(f"[defaults] in {name}", defaults)
    else:
        _unusable(file, f"defaults in {name} is no table. Write it as the heading [defaults].")
    for account, values in _tables(file, name, "accounts", content):
        file.accounts[account] = Section(f"[accounts.{account}] in {name}", {} if values is None else values)


def _tables(
    file: ShopsFile, name: str, kind: str, content: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each entry with a right name; None for one that is no table."""
    tables = content.get(kind, {})
    if not isinstance(tables, dict):
        _unusable(file, f"{kind} in {name} is no table. Write each entry below a heading [{kind}.NAME].")
        return
    for entry, values in tables.items():
        if is_name(entry):
            yield entry, values if isinstance(values, dict) else None
        else:
            file.problems.append(f"[{kind}.{shown(entry)}] in {name} does not count: a name is {NAMES}.")


def _parse(path: str) -> dict[str, Any]:
    name = _quoted(Path(path).name)
    try:
        with open(path, "rb", opener=_without_waiting) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise _ReadError(f"{name} is not a file. Put a TOML file there.")
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        raise _ReadError(f"There is no file {name}. SHOPS_FILE names it, as a file or a folder of files.") from None
    except IsADirectoryError:
        raise _ReadError(f"{name} is a folder, not a file. Put a TOML file there.") from None
    except (OSError, ValueError):
        raise _ReadError(f"The file {name} can't be read. See that the service may read it.") from None
    if len(content) > LARGEST:
        raise _ReadError(f"The file {name} is larger than 16 MiB. Divide it: a folder has a file for each shop.")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _ReadError(f"{name} can't be read: line {line} is not text in UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's own words may quote what stands there.
        found = _LINE.search(str(error))
        where = f"line {found[1]}" if found else f"line {len(content.splitlines())}, its last"
        raise _ReadError(f"{name} can't be read: something is wrong in {where}. {_HOW_TO_WRITE}") from None
    except (ValueError, RecursionError):
        raise _ReadError(f"{name} can't be read: a number in it is too long, or lists are nested too deep.") from None


def _without_waiting(path: str, flags: int) -> int:
    """A pipe must not hold whoever opens it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _quoted(name: str) -> str:
    return visible(name.encode(errors="replace").decode())


def _unusable(file: ShopsFile, sentence: str) -> ShopsFile:
    file.problems.append(sentence)
    file.is_usable = False
    return file
