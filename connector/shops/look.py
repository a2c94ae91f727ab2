"""Whether files have changed since they were last looked at, found out without reading them."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SUFFIX = ".toml"
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """How SHOPS_FILE and every file that it names stood at one moment."""

    path: str
    files: Mapping[str, Stamp | None]
    """The file, or each file of the folder; None for what isn't there."""
    named: Mapping[str, Stamp | None]
    """The files that stand in values (`file:PATH`), and `.env`."""

    def has_changed(self) -> bool:
        """Whether any of the files has changed since, has come or has gone."""
        return look(self.path, self.named) != self


def look(path: str, named: Iterable[str] = ()) -> Look:
    """Looks at all files now. Never raises."""
    return Look(path, {file: stamp(file) for file in toml_files(path)}, {file: stamp(file) for file in named})


def toml_files(path: str) -> list[str]:
    """The file itself; of a folder its files that end in `.toml`, in the order of their names.

    What begins with a dot doesn't count: editors and mounted volumes keep things of their own under such names.
    """
    try:
        with os.scandir(path) as entries:
            return sorted(each.path for each in entries if each.name.endswith(SUFFIX) and each.name[0] != ".")
    except (OSError, ValueError):
        return [path]


def stamp(path: str) -> Stamp | None:
    """Differs after each change of the file: also where another one took its place, or it may be read only now."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - of thousands every few seconds: a Path costs more than the look
    except (OSError, ValueError):
        return None
    return (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)
