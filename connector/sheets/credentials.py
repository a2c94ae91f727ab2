"""Reads the service account's key, from a file or from the setting itself."""

import json
import os
from pathlib import Path
from typing import Any

from google.oauth2.service_account import Credentials

from connector.sheets.signer import KeySigner

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
_HOW = "Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)"


class KeyCredentials(Credentials):
    """A service account's key that asks nobody but the token address.

    google-auth would also look up, in the background and at another address of Google's, in which regions the
    account may be used. Nothing here needs that, and where a firewall forbids it the log fills with warnings.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class CredentialsError(Exception):
    """The key can't be used. The text is a sentence with the remedy and holds nothing of the key."""


def load_credentials(setting: str) -> Credentials:
    """Credentials from `GOOGLE_CREDENTIALS`: the path of a key file, or the JSON itself.

    If the file isn't there, the one that GOOGLE_APPLICATION_CREDENTIALS names is read. Raises CredentialsError.
    """
    info = _read(setting)
    if "installed" in info or "web" in info:
        raise CredentialsError(
            f"GOOGLE_CREDENTIALS is an OAuth client's file, not a service account's key. {_HOW} and use that file."
        )
    if info.get("type") != "service_account":
        raise CredentialsError(f"GOOGLE_CREDENTIALS is not a service account's key. {_HOW} and use that file.")
    try:
        return KeyCredentials(  # type: ignore[no-untyped-call]
            KeySigner.from_service_account_info(info),  # type: ignore[no-untyped-call]
            service_account_email=info["client_email"],
            token_uri=info["token_uri"],
            scopes=SCOPES,
        )
    except (ValueError, KeyError, TypeError):
        # The library's own text may quote parts of the key.
        raise CredentialsError(
            "The service account's key in GOOGLE_CREDENTIALS is damaged or incomplete. "
            f"{_HOW} and use the file unchanged."
        ) from None


def _read(setting: str) -> dict[str, Any]:
    if setting.lstrip().startswith("{"):
        return _parse(
            setting,
            "The JSON in GOOGLE_CREDENTIALS is broken. Put it on one line in single quotes, or give the file's path.",
        )
    path = Path(setting)
    if not path.is_file() and (other := os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")):
        path = Path(other)
    try:
        text = path.read_text(encoding="utf-8")
    except IsADirectoryError:
        raise CredentialsError(
            f"{path} is a folder, not a key file. (A container makes one where the file that it is to mount is "
            f"missing.) Remove it. {_HOW}, and save it there."
        ) from None
    except FileNotFoundError:
        raise CredentialsError(
            f"There is no key file {path}. {_HOW}, save it there, or name its path in GOOGLE_CREDENTIALS."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise CredentialsError(f"The key file {path} can't be read. See that the service may read it.") from None
    return _parse(text, f"The key file {path} is not JSON. {_HOW} and use the file unchanged.")


def _parse(text: str, sentence: str) -> dict[str, Any]:
    try:
        info = json.loads(text)
    except ValueError:
        raise CredentialsError(sentence) from None
    if not isinstance(info, dict):
        raise CredentialsError(sentence)
    return info
