"""What depends on the terminal: whether there is one, how wide it is, and how this program was called from it."""

import os
import shlex
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TextIO

SCRIPT = "order-connector"
"""The command that comes with the installed package."""


def command(*arguments: str) -> str:
    """A line that runs this program as it was run: the installed command by its name, or by its path where the shell
    wouldn't find it; else by the interpreter's own path, so that it works outside of the virtual environment too."""
    script = _script()
    started_by = [_interpreter(), "-m", "connector"] if script is None else [script]
    return shlex.join([*started_by, *arguments])


def program() -> str:
    """What a help text calls this program: the way it was run, without paths."""
    return "python -m connector" if _script() is None else SCRIPT


def width() -> int | None:
    """Of the terminal; None where what is printed goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def is_answered() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def laid_out(text: str, *, indent: int = 0, stream: TextIO | None = None) -> str:
    """The text as a terminal shows it best: lines end between words, and all but the first are indented. What is longer
    than a line, such as an address, stays in one piece. For a pipe or a file the text stays as it is."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return text
    width = max(shutil.get_terminal_size().columns - indent, 20)
    lines = [
        line
        for part in text.split("\n")
        for line in textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return ("\n" + " " * indent).join(lines)


def _script() -> str | None:
    """How the installed command is called from here; None where it was not that which was run."""
    run = Path(sys.argv[0])
    if run.stem != SCRIPT:
        return None
    found = shutil.which(SCRIPT)
    return (
        SCRIPT
        if found is not None and Path(found).resolve().parent == run.resolve().parent
        else _from_here(sys.argv[0])
    )


def _interpreter() -> str:
    typed = sys.orig_argv[0] if sys.orig_argv else ""
    if os.sep in typed:
        return typed
    return _from_here(sys.executable)


def _from_here(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
