"""The path of a key file as people give it: typed, pasted, or dragged into the terminal."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connector.converters import unquoted
from connector.language import gettext as _
from connector.setup.talk import Talk
from connector.sheets.credentials import looks_like_key

_MOST = 20
"""Files of a folder that are offered."""


def key_path(answer: str) -> str:
    """The path that is meant. A key that was pasted itself, and a file that is there, stay as they are."""
    text = unquoted(answer)
    if looks_like_key(text) or _exists(text):
        return text
    if text.startswith("file:"):
        text = unquote(urlsplit(text).path)
    elif "\\" in text:
        text = re.sub(r"\\(.)", r"\1", text)
    if text.startswith("~"):
        try:
            text = str(Path(text).expanduser())
        except RuntimeError:
            return text  # Nobody knows whose home that is; that there is no such file is said soon enough.
    return text


def ask_for_key(talk: Talk, *, default: str) -> str:
    """Asks for the path. Of a folder, its files are shown to choose from."""
    while True:
        answer = key_path(talk.ask(_("Path of the key file"), default=default))
        if looks_like_key(answer) or not Path(answer).is_dir():
            return answer
        chosen = _choose(Path(answer), talk)
        if chosen is not None:
            return chosen


def _choose(folder: Path, talk: Talk) -> str | None:
    files = sorted(path for path in folder.glob("*.json") if path.is_file())
    if not files:
        talk.wrong_answer(
            _("{folder} is a folder, and no file in it ends in .json. Name the file itself.").format(folder=folder)
        )
        return None
    talk.say(_("{folder} is a folder. In it are:").format(folder=folder))
    for number, path in enumerate(files[:_MOST], 1):
        talk.say(f"  {number:>2}  {path.name}")
    if len(files) > _MOST:
        talk.say(f"  and {len(files) - _MOST} more")
    answer = talk.ask(_("Which of them (its number or name)"), default="1" if len(files) == 1 else None)
    if answer.isdecimal() and 0 < int(answer) <= min(len(files), _MOST):
        return str(files[int(answer) - 1])
    named = next((path for path in files if path.name == answer), None)
    if named is None:
        talk.wrong_answer(_("That is none of them."))
        return None
    return str(named)


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False
