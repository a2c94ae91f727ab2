"""The settings themselves: what is missing, wrong, unsafe, or lies open to other users."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from connector.checks.variables import remarks
from connector.findings import Finding
from connector.language import gettext as _
from connector.settings import ENV_FILE, Settings, SettingsError, is_loopback, load_settings, settle_libraries
from connector.sheets.credentials import key_file

_NAME = "settings"
LONG_ENOUGH = 12
"""Characters of a password."""
_FILES = "files"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_settings() -> tuple[Settings | None, list[Finding]]:
    """The settings, if they can be used, and what was found about them."""
    try:
        settings = load_settings()
        settle_libraries()
    except SettingsError as error:
        problems = [Finding.problem(_NAME, problem) for problem in error.problems]
        return None, [*remarks(Path(ENV_FILE)), *problems]
    findings = [*remarks(Path(ENV_FILE)), *_unsafe(settings)]
    if not findings:
        findings.append(Finding.ok(_NAME, _("All settings that are needed are there.")))
    return settings, findings


def _unsafe(settings: Settings) -> Iterator[Finding]:
    """What would make it easy for strangers."""
    password = settings.admin_password
    if password is not None and len(password) < LONG_ENOUGH:
        yield Finding.warning(
            _NAME,
            _(
                "ADMIN_PASSWORD has {count} characters, and could be guessed in time. Set one of {long_enough} or more."
            ).format(count=len(password), long_enough=LONG_ENOUGH),
        )
    if not is_loopback(settings.host.lower()):
        yield Finding.warning(
            _NAME,
            _(
                "HOST is {host}, so strangers may reach the service itself and hold all its "
                "connections. See that only your reverse proxy can reach the port, or set "
                "HOST=127.0.0.1. What the proxy must limit stands in docs/operating.md."
            ).format(host=settings.host),
        )


def check_files(settings: Settings, database: Path | None) -> Iterator[Finding]:
    """A warning for each that is open to others. Says nothing where all is well or the system has no such rights."""
    if lies_open(Path(ENV_FILE)):
        yield _warning(
            _("Other users of this machine can read {env_file}, and secrets stand in it.").format(env_file=ENV_FILE),
            ENV_FILE,
        )
    key = key_file(settings.google_credentials)
    if key is not None and lies_open(key):
        yield _warning(_("Other users of this machine can read the key file {key}.").format(key=key), str(key))
    if settings.shops_file is not None and lies_open(Path(settings.shops_file)):
        sentence = _("Other users of this machine can read {shops_file}, and secrets of shops stand in it.").format(
            shops_file=settings.shops_file
        )
        yield _warning(sentence, settings.shops_file)
    if database is not None and lies_open(database):
        sentence = _(
            "Other users of this machine can read {database}, and customers' numbers and orders stand in it."
        ).format(database=database)
        yield _warning(sentence, f"{database}*")


def lies_open(path: Path) -> bool:
    """Whether it is ours and others can read or write it. Where its folder keeps them out, they can't; what is mounted
    so that nothing there can be changed is somebody else's to guard."""
    try:
        file, folder = path.stat(), path.resolve().parent.stat()
        is_fixed = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):
        return False
    return bool(file.st_mode & _OTHERS and folder.st_mode & _OTHERS and file.st_uid == os.geteuid() and not is_fixed)


def _warning(sentence: str, path: str) -> Finding:
    return Finding.warning(_FILES, _("{sentence} Run: chmod go= {path}").format(sentence=sentence, path=path))
