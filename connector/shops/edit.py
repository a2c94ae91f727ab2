"""Changes what `SHOPS_FILE` names: one shop's entry is written or taken out, and everything else stays as it
stands there, comments included.

A file is written beside the old one and takes its place in one step, so that nobody ever reads half of it.
"""

import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from connector.files import ONLY_OURS, replace_file
from connector.log import visible
from connector.shops.file import is_folder
from connector.shops.look import SUFFIX
from connector.shops.toml_text import CannotChangeError, has_table, with_values, without_table

REMOVED = f"{SUFFIX}.removed"
"""What a removed shop's file ends in: it doesn't count any more, and can be looked at."""
_LOCK_WITHIN = 10.0


class EditError(Exception):
    """The file can't be changed. The text is a sentence with the remedy, and holds no value."""


def place_of(path: str, name: str) -> Path:
    """The file in which the shop's entry stands, or would stand."""
    return Path(path) / f"{name}{SUFFIX}" if _is_or_becomes_folder(path) else Path(path)


def write_entry(path: str, name: str, values: Mapping[str, str | None]) -> None:
    """Sets these values in the shop's entry, which is made where there is none; None takes one out. What doesn't exist
    yet is made: a file where the path ends in `.toml`, else a folder. Raises EditError.
    """
    table: tuple[str, ...] = ("shops", name)
    if _is_or_becomes_folder(path):
        table = ()
        try:
            Path(path).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _cannot_write(Path(path), error) from None
    _change(place_of(path, name), lambda text: with_values(text, table, values))


def remove_entry(path: str, name: str) -> bool:
    """Takes the shop's entry out; False: there was none. Of a folder its file is renamed. Raises EditError."""
    place, table = place_of(path, name), ("shops", name)
    if is_folder(path):
        try:
            place.replace(place.with_name(f"{name}{REMOVED}"))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _cannot_write(place, error) from None
        return True
    return _change(place, lambda text: without_table(text, table) if has_table(text, table) else text)


def has_no_shops(path: str) -> bool:
    """Whether the file or folder is still to be made, or is a file that is right and names no shop yet."""
    if is_folder(path) or not Path(path).exists():
        return not Path(path).exists()
    try:
        return not has_table(_read(Path(path))[0].decode(), ("shops",))
    except (UnicodeDecodeError, CannotChangeError, EditError):
        return False


def _change(path: Path, change: Callable[[str], str]) -> bool:
    """Puts the changed text into the file's place; whether there was anything to change."""
    target = path.resolve()  # A link stays a link.
    with _alone(target):
        before, mode = _read(target)
        try:
            after = change(before.decode()).encode()
        except (UnicodeDecodeError, CannotChangeError):
            raise EditError(
                f"{_named(path)} is written in a way that no command can change, so it was left as it is. Change it by "
                "hand."
            ) from None
        if after != before:
            replace_file(target, after, mode=mode)
    return after != before


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of two who change the file at once neither must lose the other's change."""
    if not path.parent.is_dir():
        raise EditError(f"{_named(path)} can't be written: its folder isn't there. Make it, or mend SHOPS_FILE.")
    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_WITHIN, mode=ONLY_OURS):
            yield
    except TimeoutError:
        raise EditError(f"Another command is changing {_named(path)}. Run this one again.") from None
    except OSError as error:
        raise _cannot_write(path, error) from None


def _read(path: Path) -> tuple[bytes, int]:
    """What the file holds, and who may read it; a file that isn't there yet is only for us."""
    try:
        return path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return b"", ONLY_OURS
    except OSError:
        raise EditError(f"{_named(path)} can't be read. See that it is a file, and yours.") from None


def _is_or_becomes_folder(path: str) -> bool:
    return is_folder(path) or (not Path(path).exists() and not path.endswith(SUFFIX))


def _cannot_write(path: Path, error: OSError) -> EditError:
    reason = error.strerror or type(error).__name__
    return EditError(f"{_named(path)} can't be written ({reason}). See that its folder is yours and the disk has room.")


def _named(path: Path) -> str:
    return visible(path.name.encode(errors="replace").decode())
