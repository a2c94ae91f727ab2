"""The service account's key: read from a file or from the setting itself, in each form in which people hand it over.

The key itself, in JSON; the same in quotes, with its line breaks escaped, or as base64; with a byte-order mark; in
UTF-16, as PowerShell writes it. Nothing of what was given is ever part of an error.
"""

import base64
import binascii
import json
import os
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from google.oauth2.service_account import Credentials

from connector.language import gettext as _
from connector.language import marked
from connector.text_files import NotTextError, decoded
from connector.variables import LARGEST

_LONGEST_PATH = 1024
_MARKS = "\ufeff\u200b\u2060"
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{64,}={0,2}\s*\Z")
Key = dict[str, Any]
SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
_HOW = marked("Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)")


def parse_key(text: str) -> Key | None:
    """The key as an object, from any of its forms; None if there is none in it."""
    text = _trimmed(text)
    for form in (text, _unquoted(text), _decoded(text)):
        for escaped in (form, f'"{form}"', form.replace("\\n", "\n")):
            found = _object(escaped)
            if found is not None:
                return _with_line_breaks(found)
    return None


def looks_like_key(setting: str) -> bool:
    """Whether it can't be the path of a file, but is a key, or something that was meant to be one."""
    return (
        len(setting) > _LONGEST_PATH
        or "{" in setting
        or "PRIVATE KEY" in setting
        or not setting.isprintable()
        or (_BASE64.match(setting) is not None and not _lies_in_folder(setting))
    )


def may_be_shown(setting: str) -> bool:
    """Whether it is a path beyond doubt. A piece of a key could look like one, and stands in no error."""
    if looks_like_key(setting) or any(character in setting for character in "\"'=+"):
        return False
    try:
        return setting.endswith(".json") or Path(setting).exists() or _lies_in_folder(setting)
    except (OSError, ValueError):
        return False


def _lies_in_folder(setting: str) -> bool:
    """Whether it names something in a folder that is there, beside the top folder, which a slash alone would name."""
    path = Path(setting)
    try:
        return len(path.parts) > 2 and path.parent.is_dir()  # noqa: PLR2004 - the top, a folder, and a name
    except (OSError, ValueError):
        return False


def _trimmed(text: str) -> str:
    return text.strip().strip(_MARKS).strip()


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _trimmed(text[1:-1])
    return text


def _decoded(text: str) -> str:
    """What base64 holds, in either alphabet, with or without its padding; nothing if it isn't any."""
    plain = re.sub(r"\s|\\n", "", _unquoted(text)).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        content = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        return _trimmed(decoded(content))
    except (binascii.Error, ValueError):
        return ""


def _object(text: str) -> Key | None:
    try:
        # Not strict: line breaks in the private key may stand there as they are.
        found = json.loads(text, strict=False)
        if isinstance(found, str):
            found = json.loads(_trimmed(found), strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _with_line_breaks(key: Key) -> Key:
    """With the private key's line breaks as such, where they were escaped once too often."""
    private = key.get("private_key")
    if isinstance(private, str):
        return {**key, "private_key": private.replace("\\n", "\n").replace("\\r", "")}
    return key


class KeyCredentials(Credentials):
    """A service account's key that asks nobody but the token address.

    google-auth would also look up, in the background and at another address of Google's, in which regions the
    account may be used. Nothing here needs that, and where a firewall forbids it the log fills with warnings.
    """

    def before_request(self, request: Any, method: str, url: str, headers: MutableMapping[str, str]) -> None:  # noqa: ARG002 - as google-auth has it
        """Gets a token if there is none that lasts, and puts it into the headers."""
        if not self.valid:
            self.refresh(request)  # type: ignore[no-untyped-call]
        self.apply(headers)  # type: ignore[no-untyped-call]


class CredentialsError(Exception):
    """The key can't be used. The text is a sentence with the remedy and holds nothing of the key."""


def load_credentials(setting: str) -> Credentials:
    """Credentials from `GOOGLE_CREDENTIALS`: the path of a key file, or the key itself in any form that `key.py` reads.

    If the file isn't there, the one that GOOGLE_APPLICATION_CREDENTIALS names is read. Raises CredentialsError.
    """
    info = _read(setting)
    if "installed" in info or "web" in info:
        raise CredentialsError(
            _(
                "GOOGLE_CREDENTIALS is an OAuth client's file, not a service account's key. {how} and use that file."
            ).format(how=_(_HOW))
        )
    if info.get("type") != "service_account":
        raise CredentialsError(
            _("GOOGLE_CREDENTIALS is not a service account's key. {how} and use that file.").format(how=_(_HOW))
        )
    credentials = _usable(info)
    if credentials is None:
        raise CredentialsError(
            _(
                "The service account's key in GOOGLE_CREDENTIALS is damaged or incomplete. {how} and "
                "use the file unchanged."
            ).format(how=_(_HOW))
        )
    return credentials


def key_file(setting: str) -> Path | None:
    """The file that the key is read from; None if it isn't there, or the key stands in the setting itself."""
    for named in (setting, os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")):
        if named and _is_there(Path(named)):
            return Path(named)
    return None


def _usable(info: Key) -> Credentials | None:
    """The credentials of a key, if it is whole and signs."""
    if not all(isinstance(info.get(name), str) for name in ("client_email", "token_uri", "private_key")):
        return None
    try:
        credentials: Credentials = KeyCredentials.from_service_account_info(info, scopes=SCOPES)  # type: ignore[no-untyped-call]
        credentials.sign_bytes(b"")
    except Exception:  # noqa: BLE001 - whatever the libraries raise may quote parts of the key
        return None
    return credentials


def _read(setting: str) -> Key:
    key = parse_key(setting)
    if key is not None:
        return key
    if looks_like_key(setting) and not _is_there(Path(setting)):
        raise CredentialsError(
            _("The JSON in GOOGLE_CREDENTIALS is broken. Put it on one line in single quotes, or give the file's path.")
        )
    return _from_file(_path(setting))


def _path(setting: str) -> Path:
    path = Path(setting)
    if not _is_there(path) and (other := os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")):
        if looks_like_key(other):
            raise CredentialsError(
                _(
                    "GOOGLE_APPLICATION_CREDENTIALS is not the path of a key file. Name the file there, "
                    "or put what it holds into GOOGLE_CREDENTIALS."
                )
            )
        return Path(other)
    return path


def _from_file(path: Path) -> Key:
    shown = str(path) if may_be_shown(str(path)) else "that GOOGLE_CREDENTIALS names"
    try:
        with path.open("rb") as file:
            text = decoded(file.read(LARGEST))
    except IsADirectoryError:
        raise CredentialsError(
            _(
                "{path} is a folder, not a key file. Name the file that lies in it. (A container "
                "makes an empty folder where the file that it is to mount is missing: see that it is "
                "there.) {how}, if you have none."
            ).format(path=path, how=_(_HOW))
        ) from None
    except FileNotFoundError:
        raise CredentialsError(
            _("There is no key file {shown}. {how}, save it there, or name its path in GOOGLE_CREDENTIALS.").format(
                shown=shown, how=_(_HOW)
            )
        ) from None
    except NotTextError as error:
        raise CredentialsError(error.sentence(f"the key file {shown}")) from None
    except (OSError, ValueError):
        raise CredentialsError(
            _("The key file {shown} can't be read. See that the service may read it.").format(shown=shown)
        ) from None
    key = parse_key(text)
    if key is None:
        raise CredentialsError(
            _("The key file {shown} is not JSON. {how} and use the file unchanged.").format(shown=shown, how=_(_HOW))
        )
    return key


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
