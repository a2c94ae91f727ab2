"""What can go wrong at Google Sheets, told apart by whether anything was written."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from connector.language import gettext as _
from connector.language import marked

Json = Mapping[str, Any]


class Kind(StrEnum):
    """Which failure it is; each says what is to be done."""

    CREDENTIALS = "credentials"
    """Google refuses the key. Somebody must mend the key file or the clock."""
    PERMISSION = "permission"
    """Not shared, shared as viewer, or the API is switched off."""
    OWNED = "owned"
    """Another installation writes into the spreadsheet. Somebody must decide which one it shall be."""
    MISSING = "missing"
    """There is no such spreadsheet."""
    RATE_LIMIT = "rate_limit"
    PROTECTED = "protected"
    """The merchant protects cells that the connector writes."""
    FULL = "full"
    """The spreadsheet has no room for more cells."""
    STALE = "stale"
    """The tabs have changed since they were read. Reading them again mends it."""
    TAKEN = "taken"
    """The marker's id exists in the spreadsheet already; or Google refuses the marker in words that are not known."""
    REFUSED = "refused"
    """Google refuses the content of the request."""
    BLOCKED = "blocked"
    """Whatever the order is, its rows don't get into the sheet: something about the sheet is in their way."""
    LATE = "late"
    """Not sent: too much time had passed since it was made. Making it anew mends it."""
    NOT_SENT = "not_sent"
    """No connection came about, or Google's login service gave no token."""
    UNCLEAR = "unclear"
    """No usable answer came: the request may have been applied, or may still be."""


FULL = marked(
    "The spreadsheet is full: Google allows 10,000,000 cells. Delete tabs, rows or columns that are not "
    "needed, or put a new spreadsheet's id into SPREADSHEET_ID."
)
_OFFICE_FILE = marked(
    "SPREADSHEET_ID is an Excel file in Google Drive, which Google's interface can't write to. Open it, choose "
    "File, Save as Google Sheets, share the new spreadsheet, and put its address into SPREADSHEET_ID."
)
CHANGED = marked("The tabs were changed while rows were on their way. It is tried again.")


class SheetsError(Exception):
    """A call to Google Sheets failed. The text is a sentence for the merchant and holds no secret."""

    def __init__(
        self, message: str, *, kind: Kind, retry_after: float | None = None, position: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.retry_after = retry_after
        self.position = position
        """Which request of a batch Google refused, counted from 0, where it said so."""

    @property
    def is_unclear(self) -> bool:
        """Whether a write that failed so may have happened all the same. Everything else is certain not to have."""
        return self.kind is Kind.UNCLEAR

    @property
    def must_mend(self) -> bool:
        """Whether it stays until the merchant does something."""
        return self.kind in _TO_BE_MENDED


_TO_BE_MENDED = frozenset(
    {Kind.CREDENTIALS, Kind.PERMISSION, Kind.OWNED, Kind.MISSING, Kind.PROTECTED, Kind.FULL, Kind.BLOCKED}
)


class RedirectedError(SheetsError):
    """Another host was named instead of an answer. Whatever gave it may have passed the request on before."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Google Sheets answered with a redirection, which is not followed. See that "
                "SHEETS_BASE_URL is right, and that nothing on the way to it redirects."
            ),
            kind=Kind.UNCLEAR,
        )


_STALE_SIGNS = (
    "No grid with id",
    "No sheet with id",
    "grid size",
    "grid limits",
    "beyond the last requested",
    "beyond the grid",
    "Please enter another name",
)
"""In Google's refusals that come of what has changed since the sheet was read, where they are in English."""
_STALE_REQUESTS = frozenset({"updateDeveloperMetadata", "deleteDeveloperMetadata"})
"""Moving and checking a tag, and taking one away: what can be refused about them is that the tag isn't there."""
_REFUSED_REQUEST = re.compile(r"Invalid requests\[(\d+)\]\.(\w+):")
"""Stays as it is in every language."""
_LINK = re.compile(r"https://console\.\S+")
"""In Google's own sentence: where its interface is switched on."""
_CERTAIN = frozenset({400, 401, 403, 404, 429})
"""What Google answers before it applies anything. Of every other status nothing of the kind is known."""


def from_answer(
    status: int,
    body: object,
    *,
    account: str,
    spreadsheet_id: str,
    retry_after: float | None,
    sent: Sequence[Json] | None = None,
) -> SheetsError:
    """Turns an error answer into ours. `body` is the parsed JSON, or anything else if it was none; `sent` the requests
    of the batch that was refused, None for a read.

    Wording and shapes of Google's answers stand in docs/google-sheets.md, 1.4. A known refusal in Google's own
    JSON means that nothing was applied; a 5xx, or an answer that isn't Google's, says nothing about that. The words
    may be in the account's language: what they don't tell must not be guessed (see `refusal.py`).
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        error = {}
    message = str(error.get("message", ""))
    if status not in _CERTAIN or not error:
        return SheetsError(
            _(
                "Google Sheets gave no usable answer ({status}). It will be looked up whether the rows were written."
            ).format(status=status),
            kind=Kind.UNCLEAR,
            retry_after=retry_after,
        )
    if status == 429:  # noqa: PLR2004
        return SheetsError(
            _("Google's limit of requests a minute is reached. It goes on by itself within a minute."),
            kind=Kind.RATE_LIMIT,
            retry_after=retry_after,
        )
    if status == 401:  # noqa: PLR2004
        return SheetsError(
            _(
                "Google did not accept the access token (401). See that the key in "
                "GOOGLE_CREDENTIALS has not been deleted in the Google Cloud console."
            ),
            kind=Kind.CREDENTIALS,
        )
    if status == 403:  # noqa: PLR2004
        return _forbidden(message, error.get("details"), account, writing=sent is not None)
    if status == 404:  # noqa: PLR2004
        return SheetsError(
            _(
                "There is no spreadsheet with the id {spreadsheet_id}. Copy SPREADSHEET_ID anew from "
                "the address of the open spreadsheet; a deleted one must be restored first."
            ).format(spreadsheet_id=spreadsheet_id),
            kind=Kind.MISSING,
        )
    return _bad_request(message, account, sent, is_precondition=error.get("status") == "FAILED_PRECONDITION")


def _forbidden(message: str, details: object, account: str, *, writing: bool) -> SheetsError:
    entries = [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
    if any(entry.get("reason") == "SERVICE_DISABLED" for entry in entries):
        link = _LINK.search(message)
        where = (
            _("at {link}").format(link=link.group()) if link else _("for the key's project in the Google Cloud console")
        )
        return SheetsError(
            _(
                "The Google Sheets API is switched off in the key's project. Switch it on {where} "
                "and wait a few minutes."
            ).format(where=where),
            kind=Kind.PERMISSION,
        )
    if writing:
        # Google answers the same to somebody who may see nothing; but a writer has always read before.
        return SheetsError(
            _(
                "The spreadsheet is shared with {account} for viewing only. Open it, choose Share, "
                "and make that address an Editor."
            ).format(account=account),
            kind=Kind.PERMISSION,
        )
    return SheetsError(
        _(
            "The spreadsheet is not shared with {account}. Open it, choose Share, and add that address as Editor."
        ).format(account=account),
        kind=Kind.PERMISSION,
    )


def _bad_request(message: str, account: str, sent: Sequence[Json] | None, *, is_precondition: bool) -> SheetsError:
    if "not supported for this document" in message or (is_precondition and sent is None):
        return SheetsError(_(_OFFICE_FILE), kind=Kind.MISSING)
    if "already exists" in message and ("developer metadata" in message or "named range" in message.lower()):
        return SheetsError(_("The marker is in the spreadsheet already."), kind=Kind.TAKEN)
    if "protected cell" in message:
        return SheetsError(
            _(
                "The spreadsheet protects cells that the connector writes. Open Data, Protected "
                "sheets and ranges, and allow {account} to edit them, or remove the protection."
            ).format(account=account),
            kind=Kind.PROTECTED,
        )
    if "above the limit of" in message:
        return SheetsError(_(FULL), kind=Kind.FULL)
    return _unknown_refusal(message, sent or ())


def _unknown_refusal(message: str, sent: Sequence[Json]) -> SheetsError:
    """What position and name of the refused request tell, in whatever language the sentence is."""
    refused = _REFUSED_REQUEST.match(message)
    index, name = (int(refused[1]), refused[2]) if refused else (-1, "")
    if name in _STALE_REQUESTS or any(sign in message for sign in _STALE_SIGNS):
        return SheetsError(_(CHANGED), kind=Kind.STALE)
    if index == 0 and _chooses_an_id(sent):
        return SheetsError(
            _("Google refused the marker of the rows: {message}").format(message=message[:300]), kind=Kind.TAKEN
        )
    return SheetsError(
        _("Google refused the rows: {message}").format(message=message[:300]),
        kind=Kind.REFUSED,
        position=index if refused else None,
    )


def _chooses_an_id(sent: Sequence[Json]) -> bool:
    """Whether a batch begins with a guard: a thing with an id of the connector's choice, which Google takes once."""
    first = sent[0] if sent else {}
    return "metadataId" in first.get("createDeveloperMetadata", {}).get(
        "developerMetadata", {}
    ) or "namedRangeId" in first.get("addNamedRange", {}).get("namedRange", {})
