"""Reads the service account's key, from a file or from the setting itself."""

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from google.oauth2.service_account import Credentials

from connector.sheets.key import Key, looks_like_key, may_be_shown, parse_key, read_text

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
_HOW = "Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)"


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
            f"GOOGLE_CREDENTIALS is an OAuth client's file, not a service account's key. {_HOW} and use that file."
        )
    if info.get("type") != "service_account":
        raise CredentialsError(f"GOOGLE_CREDENTIALS is not a service account's key. {_HOW} and use that file.")
    credentials = _usable(info)
    if credentials is None:
        raise CredentialsError(
            "The service account's key in GOOGLE_CREDENTIALS is damaged or incomplete. "
            f"{_HOW} and use the file unchanged."
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
            "The JSON in GOOGLE_CREDENTIALS is broken. Put it on one line in single quotes, or give the file's path."
        )
    return _from_file(_path(setting))


def _path(setting: str) -> Path:
    path = Path(setting)
    if not _is_there(path) and (other := os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")):
        if looks_like_key(other):
            raise CredentialsError(
                "GOOGLE_APPLICATION_CREDENTIALS is not the path of a key file. Name the file there, or put what it "
                "holds into GOOGLE_CREDENTIALS."
            )
        return Path(other)
    return path


def _from_file(path: Path) -> Key:
    shown = str(path) if may_be_shown(str(path)) else "that GOOGLE_CREDENTIALS names"
    try:
        text = read_text(path)
    except IsADirectoryError:
        raise CredentialsError(
            f"{path} is a folder, not a key file. (A container makes one where the file that it is to mount is "
            f"missing.) Remove it. {_HOW}, and save it there."
        ) from None
    except FileNotFoundError:
        raise CredentialsError(
            f"There is no key file {shown}. {_HOW}, save it there, or name its path in GOOGLE_CREDENTIALS."
        ) from None
    except (OSError, ValueError):
        raise CredentialsError(f"The key file {shown} can't be read. See that the service may read it.") from None
    key = parse_key(text)
    if key is None:
        raise CredentialsError(f"The key file {shown} is not JSON. {_HOW} and use the file unchanged.")
    return key


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
