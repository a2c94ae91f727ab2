"""The stand-in's spreadsheets and account in a file, so that a sandbox can be stopped and started again.

The file is a pickle of plain data that this module itself wrote; it is for the machine that made it, and
nothing that came from elsewhere must ever be loaded.
"""

import os
import pickle
from pathlib import Path
from typing import Any

from sandbox.google.auth import ServiceAccount
from sandbox.google.spreadsheet import Spreadsheet
from sandbox.google.standin import GoogleStandIn

_VERSION = 2


def save(google: GoogleStandIn, path: Path) -> None:
    """Writes everything that would survive at Google: spreadsheets with their versions, and the account's
    key.

    Tokens, quotas and faults are not kept. The file is replaced as a whole and readable only by its owner.
    """
    state = {
        "version": _VERSION,
        "account": (google.account.email, google.account.private_key, google.account.key_id),
        "spreadsheets": [_plain(spreadsheet) for spreadsheet in list(google.spreadsheets.values())],
    }
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        pickle.dump(state, file)
    fresh.replace(path)


def load_account(path: Path) -> ServiceAccount:
    """The account of a saved state, to be handed to a new stand-in."""
    return ServiceAccount(*_read(path)["account"])


def load_spreadsheets(google: GoogleStandIn, path: Path) -> None:
    """Puts the saved spreadsheets into a stand-in, in place of those with the same ids."""
    for parts in _read(path)["spreadsheets"]:
        spreadsheet = Spreadsheet(**parts)
        google.spreadsheets[spreadsheet.spreadsheet_id] = spreadsheet


def _plain(spreadsheet: Spreadsheet) -> dict[str, Any]:
    return {
        "spreadsheet_id": spreadsheet.spreadsheet_id,
        "content": spreadsheet.content,
        "role": spreadsheet.role,
        "shared_with": spreadsheet.shared_with,
        "trashed": spreadsheet.trashed,
        "snapshots": dict(spreadsheet.snapshots),
        "commits": spreadsheet.commits,
    }


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        state: dict[str, Any] = pickle.load(file)  # noqa: S301 - written by `save` on this machine
    if state.get("version") != _VERSION:
        raise ValueError(f"{path} was written by another version of the sandbox; delete it to start afresh.")
    return state
