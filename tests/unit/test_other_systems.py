"""What only Unix has is asked for before it is used: the service starts on Windows too."""

import ast
import importlib
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import connector
from connector import open_files
from connector.converters import zone

ROOT = Path(connector.__file__).parents[1]
MODULES = frozenset({"curses", "fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"})
NAMES = frozenset(
    {"SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "pthread_kill", "sigwait"}
    | {"chown", "fchmod", "fchown", "fork", "getegid", "geteuid", "getgid", "getuid", "killpg", "mkfifo", "setsid"}
    | {"O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "statvfs", "sysconf", "uname"}
    | {"AF_UNIX", "SO_REUSEPORT", "TCP_USER_TIMEOUT", "clock_gettime"}
)
GUARDED = {
    "connector/checks/settings.py": {"geteuid", "statvfs"},
    "connector/clock.py": {"clock_gettime"},
    "connector/open_files.py": {"resource"},
    "connector/server.py": {"TCP_USER_TIMEOUT"},
    "connector/store/restore.py": {"chown", "geteuid"},
}
"""Where one is used after a look whether it is there."""


def used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from MODULES.intersection(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from MODULES.intersection({node.module})
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield node.attr


def test_nothing_of_unix_alone_is_used_unasked() -> None:
    paths = [path for folder in ("connector", "sandbox") for path in (ROOT / folder).rglob("*.py")]
    found = {path: set(used(ast.parse(path.read_text(encoding="utf-8")))) for path in paths}

    assert {path.relative_to(ROOT).as_posix(): names for path, names in found.items() if names} == GUARDED


def test_a_system_without_a_limit_of_open_files_lets_all_connections_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    try:
        importlib.reload(open_files)
        assert (open_files.raise_limit(), open_files.limit()) == (open_files.ENOUGH, open_files.ENOUGH)
    finally:
        monkeypatch.undo()
        importlib.reload(open_files)


def test_time_zones_are_known_also_by_old_names_and_without_those_of_the_system() -> None:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([])
    ZoneInfo.clear_cache()
    try:
        kept = [zone(name).utcoffset(datetime(2026, 7, 1)) for name in ("Asia/Calcutta", "US/Pacific", "Europe/Berlin")]  # noqa: DTZ001 - in that zone
    finally:
        zoneinfo.reset_tzpath(before)
        ZoneInfo.clear_cache()

    assert kept == [timedelta(hours=5.5), timedelta(hours=-7), timedelta(hours=2)]
