"""What is set: the variables of the environment and those of the file `.env`, and the secrets that stand in files of
their own, which `NAME_FILE` names.

No sentence shows a value, not even the path of such a file: somebody may have put the secret itself there.
"""

import logging
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from connector.language import gettext as _
from connector.text_files import NotTextError, decoded

OF_FILE = "_FILE"
"""What the name ends in of a variable that names the file in which a secret stands."""
LARGEST = 64 * 1024
"""Bytes of such a file. A service account's key has 2.3 kB."""
_BLANKS = re.compile(r"\A[\s\ufeff\u200b\u2060]+|[\s\ufeff\u200b\u2060]+\Z")
"""Also those that nobody sees: a byte-order mark, and what is copied along from a web page."""
_IN_QUOTES = re.compile(r"""(["'])((?:(?!\1).)+)\1""", re.DOTALL)

# What it leaves out is said in our own words, with the file's name.
logging.getLogger("dotenv").setLevel(logging.ERROR)


class EnvFileUnreadableError(Exception):
    """The file `.env` can't be read. The text is a sentence with the remedy."""


@dataclass(slots=True)
class Variables:
    """What one place says, or several of which the later win."""

    texts: dict[str, str] = field(repr=False, default_factory=dict)
    """Each that is set, by its name in capital letters."""
    wrong: dict[str, str] = field(default_factory=dict)
    """A sentence for each secret whose file can't be read, by the secret's name."""

    def overrule(self, other: "Variables") -> None:
        """Takes over what the other place says."""
        for name in {*other.texts, *other.wrong}:
            self.drop(name)
        self.texts |= other.texts
        self.wrong |= other.wrong

    def drop(self, name: str) -> None:
        """Forgets what is said of this one."""
        self.texts.pop(name, None)
        self.wrong.pop(name, None)


def trimmed(text: str) -> str:
    """The text without blanks at its ends: a secret that was read from a file ends in a line break."""
    return _BLANKS.sub("", text)


def read_env_file(path: str | Path) -> dict[str, str | None]:
    """The variables of the file as they stand there; none where there is no file. Raises EnvFileUnreadableError."""
    if Path(path).is_dir():
        raise EnvFileUnreadableError(
            _(
                "{path} is a folder, not a file. (A container makes one where the file that it is to "
                "mount is missing.) Give it another name, and put the file in its place."
            ).format(path=path)
        )
    try:
        text = decoded(Path(path).read_bytes())
    except FileNotFoundError:
        return {}
    except NotTextError as error:
        raise EnvFileUnreadableError(error.sentence(path)) from None
    except OSError:
        raise EnvFileUnreadableError(
            _("The file {path} can't be read. See that it is a text file and that the service may read it.").format(
                path=path
            )
        ) from None
    return dict(dotenv_values(stream=StringIO(text, newline=None)))


def of_file(path: str | Path) -> dict[str, str]:
    """What the file sets, by names in capital letters. Raises EnvFileUnreadableError."""
    return _set(read_env_file(path))


def of_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the environment sets, by names in capital letters; without quotes around a value, see `in_quotes`."""
    return {name: trimmed(_unquoted(text)) for name, text in _set(environment).items()}


def in_quotes(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The variables that came with quotes around their values: `docker run --env-file` and Windows' `set` leave them
    there, where shells, `.env` and systemd take them away."""
    return [name for name, text in _set(environment).items() if _unquoted(text) != text]


def with_files(texts: Mapping[str, str], secrets: Collection[str]) -> Variables:
    """What a place says, with the content of each file that a `NAME_FILE` names as NAME. `secrets`: those that may
    stand in files."""
    variables = Variables({name: text for name, text in texts.items() if text})
    for name in secrets:
        path = variables.texts.get(name + OF_FILE)
        if path is None:
            continue
        if name in variables.texts:
            variables.wrong[name] = _("{name} and {name}{of_file} are both set. Keep one of them.").format(
                name=name, of_file=OF_FILE
            )
            continue
        try:
            variables.texts[name] = _content(path, name + OF_FILE)
        except ValueError as error:
            variables.wrong[name] = str(error)
    return variables


def expanded(path: str) -> str:
    """The path with a home folder in place of a `~`, which is a shell's business and stays where there is no shell."""
    if not path.startswith("~") or os.path.exists(path):  # noqa: PTH110 - a Path raises for what can be none
        return path
    return os.path.expanduser(path)  # noqa: PTH111 - and where there is no home


def _content(path: str, name: str) -> str:
    try:
        with Path(expanded(path)).open("rb") as file:
            content = file.read(LARGEST + 1)
        text = "" if len(content) > LARGEST else trimmed(decoded(content))
    except NotTextError as error:
        raise ValueError(error.sentence(_("the file that {name} names").format(name=name))) from None
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(
            _(
                "{name} names a file that isn't there. Name the one that holds the secret; a path "
                "counts from the working directory."
            ).format(name=name)
        ) from None
    except (OSError, ValueError):
        raise ValueError(
            _("{name} names a file that can't be read. See that the service may read it.").format(name=name)
        ) from None
    if len(content) > LARGEST:
        raise ValueError(
            _("{name} names a file of more than {largest} KiB. Name one that holds only the secret.").format(
                name=name, largest=LARGEST // 1024
            )
        )
    if not text:
        raise ValueError(_("{name} names a file that is empty. Put the secret into it.").format(name=name))
    return text


def _set(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name.upper(): text for name, value in values.items() if value and (text := trimmed(value))}


def _unquoted(text: str) -> str:
    match = _IN_QUOTES.fullmatch(text)
    return text if match is None else match[2]
