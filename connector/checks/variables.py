"""What would pass without a word between what somebody wrote into `.env` or the environment and what the service reads:
lines that are left out, names that are misspelt, quotes that don't belong to the value.

Every finding is a warning, and none shows a value, or a name that isn't close to one of ours: it may be a secret.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path

from connector.env_statements import Statement, statements
from connector.findings import Finding
from connector.language import gettext as _
from connector.settings import SECRETS, Settings
from connector.text_files import NotTextError, decoded, is_utf_16
from connector.variables import OF_FILE, in_quotes, of_environment

_NAME = "settings"
_ANY_TEXT = frozenset({"ADMIN_PASSWORD", "WEBHOOK_SECRET", "ORDERS_TAB", "ITEMS_TAB"})
"""Settings whose value may hold a blank and a #."""
_CUT_OFF = re.compile(r"[^=]*=[^\S\r\n]*(?!['\"])[^\r\n]*?\S\s+#")
_REFERENCE = re.compile(r"\$\{([^}:]*)\}")
_A_NAME = re.compile(r"[A-Z][A-Z0-9_-]{1,60}\Z")
_KNOWN = frozenset(entry.name.upper() for entry in fields(Settings))
_NAMES = sorted({*_KNOWN, *(name + OF_FILE for name in SECRETS)})
_CLOSE_IN_FILE, _CLOSE_ANYWHERE = 0.81, 0.85
"""How alike names must be, from 0 to 1. The environment is full of other programs' variables."""
_BEYOND_DOUBT = 0.9
_SHORT = 4
"""HOST and PORT are close to too much."""


def remarks(path: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """All of that. `path`: of `.env`."""
    try:
        content = path.read_bytes()
        found = list(statements(decoded(content)))
    except (OSError, NotTextError):
        found = []  # There is none; or it can't be read, which is said elsewhere.
        other = path.with_name(f"{path.name}.txt")
        if not path.exists() and other.is_file():
            # As editors on Windows save it.
            yield Finding.warning(_NAME, _("{other} is not read. Rename it to {path}.").format(other=other, path=path))
    else:
        if is_utf_16(content):
            yield Finding.warning(
                _NAME, _("{path} is in UTF-16, which other programs can't read. Save it as UTF-8.").format(path=path)
            )
    yield from _left_out(found, path, environment)
    yield from _misspelt(found, path, environment)
    quoted = set(in_quotes(environment))
    names = [name for name in _NAMES if name in quoted]
    if names:
        yield Finding.warning(
            _NAME,
            _(
                "What stands behind the = of {names} in the environment is in quotes, which were left out. (docker run "
                "--env-file takes a value as it stands there.) Take the quotes out there."
            ).format(names=", ".join(names)),
        )


def _left_out(found: list[Statement], path: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Lines such as those of a JSON without quotes; what stands behind a blank and a # in a password; and what a
    password has that looks like the name of a variable."""
    wrong = [statement for statement in found if statement.is_wrong or _sets_nothing(statement)]
    if wrong:
        number = wrong[0].line
        more = _(" and {count} more").format(count=len(wrong) - 1) if len(wrong) > 1 else ""
        yield Finding.warning(
            _NAME,
            _(
                "Line {number}{more} of {path} can't be read and is left out. Write each as "
                "NAME=value on one line; a value that holds quotes or a # goes in single quotes."
            ).format(number=number, more=more, path=path),
        )
    latest = {statement.name: statement for statement in found if statement.name in _ANY_TEXT | SECRETS}
    names = {statement.name for statement in found} | set(environment)
    for name, statement in latest.items():
        if name in _ANY_TEXT and _CUT_OFF.match(statement.text):
            yield Finding.warning(
                _NAME,
                _(
                    "Line {line} of {path}: what stands behind the # was left out of {name}, as a "
                    "comment. If it belongs to the value, put the whole value in single quotes; if not, "
                    "give it a line of its own."
                ).format(line=statement.line, path=path, name=name),
            )
        if any(reference not in names for reference in _REFERENCE.findall(statement.text)):
            yield Finding.warning(
                _NAME,
                _(
                    "Line {line} of {path}: a reference with $ and braces was left out of {name}, because there is no "
                    "such variable. Choose a value without it, or set that variable."
                ).format(line=statement.line, path=path, name=name),
            )


def _sets_nothing(statement: Statement) -> bool:
    """Whether it is a name, or a name and a colon, with no = behind it."""
    return statement.name is not None and "=" not in statement.text and not statement.text.lstrip().startswith("export")


def _misspelt(found: list[Statement], path: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    in_file = {name.upper(): statement for statement in found if (name := statement.name)}
    in_environment = of_environment(environment)
    are_set = {*in_file, *in_environment}
    has_shops = "SHOPS_FILE" in are_set
    for name, statement in in_file.items():
        meant = _meant(name, are_set, close=_CLOSE_IN_FILE, has_shops=has_shops)
        if meant is not None:
            sentence = _("Line {line} of {path}: {name} is no setting. {hint}")
            yield Finding.warning(
                _NAME, sentence.format(line=statement.line, path=path, name=name, hint=_hint(name, meant))
            )
    for name in sorted(in_environment.keys() - in_file.keys()):
        meant = _meant(name, are_set, close=_CLOSE_ANYWHERE, has_shops=has_shops)
        if meant is not None and meant not in are_set and len(meant) > _SHORT:
            sentence = _("{name} in the environment is no setting. {hint}")
            yield Finding.warning(_NAME, sentence.format(name=name, hint=_hint(name, meant)))


def _meant(name: str, are_set: Iterable[str], *, close: float, has_shops: bool) -> str | None:
    """The setting that was meant by another name; None if it is one, or is far from any. One that is set itself is
    meant only beyond doubt."""
    if name in _KNOWN or not _A_NAME.match(name):
        return None
    base = name.removesuffix(OF_FILE)
    if base in _KNOWN and base != name:
        return None if base in SECRETS else base
    if has_shops and any(known in name for known in _KNOWN):
        return None  # As RYE_WHAPI_TOKEN, which the file of shops may take as env:RYE_WHAPI_TOKEN.
    plain = name.replace("-", "_")
    found = get_close_matches(plain, _NAMES, n=1, cutoff=close)
    if found and found[0] in are_set and SequenceMatcher(None, plain, found[0]).ratio() <= _BEYOND_DOUBT:
        return None
    return found[0] if found else None


def _hint(name: str, meant: str) -> str:
    if name == meant + OF_FILE:
        return _("Only secrets are read from files: set {name} itself.").format(name=meant)
    return _("Did you mean {name}?").format(name=meant)
