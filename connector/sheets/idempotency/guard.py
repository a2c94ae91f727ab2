"""The guard of exactly-once: a thing in the spreadsheet whose id Google takes only once.

Google's API has no idempotency key, but some things have an id that is unique in their spreadsheet, and a batch is
all or nothing. So the first request of each batch creates such a thing: the batch can't be applied a second time,
not even by a try that comes through minutes after it was given up. And whoever creates it first in a request of its
own (a *fence*) has made sure that the batch is never applied at all.

Which thing that is can be exchanged: developer metadata (`marker.py`), or a named range (`named_range.py`).
"""

import hashlib
import secrets
from collections.abc import Collection
from enum import StrEnum
from typing import Any, Protocol

from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError

Json = dict[str, Any]


class Found(StrEnum):
    """What the spreadsheet says of a batch."""

    BATCH = "batch"
    """The batch was applied."""
    FENCE = "fence"
    """The batch was not applied and never will be."""
    OTHER = "other"
    """The id belongs to another batch: of some two thousand million ids the same was drawn twice."""
    NOTHING = "nothing"


class Guard(Protocol):
    """One kind of thing with an id of its own. The methods that take the API are one request each, or two."""

    name: str
    """Under which the store remembers which guard a batch was sent with."""

    def claim(self, batch_id: str, marker_id: int, sheet_id: int) -> Json:
        """The first request of the batch; `sheet_id` is a tab that is there."""

    def release(self, marker_id: int) -> Json:
        """A request that deletes what `claim` has made. It is there."""

    def put_fence(self, api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> None:
        """Takes the id for a fence. Raises SheetsError, also where the id is taken."""

    def find(self, api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> Found:
        """Looks the id up. Raises SheetsError."""

    def delete(self, api: SheetsApi, spreadsheet_id: str, marker_ids: Collection[int]) -> int:
        """Deletes those of the ids that are there; returns how many. Raises SheetsError."""


def marker_id(batch_id: str) -> int:
    """The id that guards a batch: positive, 31 bits, derived from the batch's own id."""
    return 1 + int.from_bytes(hashlib.sha256(batch_id.encode()).digest()[:8]) % (2**31 - 2)


def was_applied(api: SheetsApi, guard: Guard, spreadsheet_id: str, batch_id: str, marker: int) -> bool:
    """Finds out for certain what became of a batch that got no clear answer.

    True: the sheet has it. False: it does not, and never will. Raises SheetsError where that stays open.

    The batch may still be on its way (a request that timed out can be applied minutes later). So a batch that
    isn't found is fenced. Either the fence is refused, then the batch came first; or it stands, then the batch
    will be refused whenever it comes.
    """
    if guard.find(api, spreadsheet_id, batch_id, marker) is Found.BATCH:
        return True
    try:
        guard.put_fence(api, spreadsheet_id, batch_id, marker)
    except SheetsError as error:
        if error.kind not in {Kind.TAKEN, Kind.REFUSED}:
            raise
        refusal = error
    else:
        return False
    found = guard.find(api, spreadsheet_id, batch_id, marker)
    if found is Found.NOTHING:
        # Refused for another reason; or because the id is taken, and the search lags behind. It stays open.
        raise refusal
    # Found.OTHER: the id was another batch's before, so Google refused this batch as it refused the fence.
    return found is Found.BATCH


def refuses_twice(api: SheetsApi, guard: Guard, spreadsheet_id: str, sheet_id: int) -> bool:
    """Proves on the spreadsheet itself that Google refuses a second thing with the same id. Leaves nothing behind.

    Three writes. Raises SheetsError where a call fails or stays unclear; then nothing is proved.
    """
    probe = secrets.token_hex(16)
    marker = marker_id(probe)
    claim = guard.claim(probe, marker, sheet_id)
    api.batch_update(spreadsheet_id, [claim])
    try:
        api.batch_update(spreadsheet_id, [claim])
    except SheetsError as error:
        if error.kind not in {Kind.TAKEN, Kind.REFUSED}:
            raise
        refused = True
    else:
        refused = False
    guard.delete(api, spreadsheet_id, [marker])
    return refused


def keeps_out(api: SheetsApi, guard: Guard, spreadsheet_id: str, sheet_id: int) -> bool:
    """Proves that a batch which makes a thing and deletes it again is taken where there is none with that id, and
    refused whole where there is one. On this rests that one installation at a time writes (`owner.py`).

    Leaves nothing behind. Four writes and a read. Raises SheetsError where a call fails or stays unclear; then nothing
    is proved.
    """
    probe = secrets.token_hex(16)
    marker = marker_id(probe)
    claim = guard.claim(probe, marker, sheet_id)
    passing = [claim, guard.release(marker)]
    if _is_refused(api, spreadsheet_id, passing):
        return False
    api.batch_update(spreadsheet_id, [claim])
    is_kept_out = _is_refused(api, spreadsheet_id, passing)
    # A batch that is refused changes nothing: what it would have deleted must still be there.
    return guard.delete(api, spreadsheet_id, [marker]) == 1 and is_kept_out


def _is_refused(api: SheetsApi, spreadsheet_id: str, requests: list[Json]) -> bool:
    try:
        api.batch_update(spreadsheet_id, requests)
    except SheetsError as error:
        if error.kind not in {Kind.TAKEN, Kind.REFUSED, Kind.STALE}:
            raise
        return True
    return False
