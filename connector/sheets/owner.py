"""Who writes into a spreadsheet: a number that Google itself holds against everybody who had it before.

Each start of a writer takes the next number. To take number N is to create, for good, a thing whose id is derived from
the spreadsheet and N. Each batch of number N creates the thing for N + 1 and deletes it again: once somebody has
taken N + 1, Google refuses every batch of number N whole, however late it arrives.

Beside that stand two entries of developer metadata: the *nameplate*, which says who the owner is, and which batch was
the *last*, from which a store sees whether it knows of all that is in the sheet. A copy of the spreadsheet has another
id, so none of this counts there.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.sheets.idempotency.guard import Guard, marker_id
from connector.sheets.request_parts import ON_SPREADSHEET, create_metadata, update_metadata

Json = dict[str, Any]

KEY = "wcsync.owner"
LAST_BATCH = "wcsync.written"
KEYS = (KEY, LAST_BATCH)
_LONGEST_NAME = 40
SILENT_AFTER = timedelta(hours=2)
"""An owner that was not seen for this long has gone, unless its nameplate says another time."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What the nameplate says."""

    number: int
    word: str
    """Drawn for this number, so that a copy of a database knows its own number from another's."""
    store: str
    """The id of the owner's store, shortened."""
    host: str
    place: str
    """Host and database, as a digest: an empty database at the same place is the same installation."""
    version: str
    seen: datetime
    left: bool = False
    """Whether it ended cleanly, with nothing under way."""
    silent_after: timedelta = SILENT_AFTER
    """Not seen for this long it has gone. It renews its nameplate at least twice as often."""

    def value(self, spreadsheet_id: str) -> str:
        """As it stands in the spreadsheet."""
        content = {
            "in": digest(spreadsheet_id),
            "n": self.number,
            "w": self.word,
            "s": self.store,
            "h": self.host[:_LONGEST_NAME],
            "p": self.place,
            "v": self.version,
            "t": int(self.seen.timestamp()),
            "l": int(self.left),
        }
        if self.silent_after != SILENT_AFTER:
            content["d"] = int(self.silent_after.total_seconds())
        return json.dumps(content, separators=(",", ":"))


def read_owner(entry: Mapping[str, Any], spreadsheet_id: str) -> Owner | None:
    """The owner that a found entry names; None for a copy of another spreadsheet's, and for what isn't readable."""
    if entry.get("metadataKey") != KEY or entry.get("metadataId") != plate_id(spreadsheet_id):
        return None
    try:
        content = json.loads(entry.get("metadataValue", ""))
        if content["in"] != digest(spreadsheet_id):
            return None
        return Owner(
            int(content["n"]),
            str(content["w"]),
            str(content["s"]),
            str(content["h"]),
            str(content["p"]),
            str(content["v"]),
            datetime.fromtimestamp(int(content["t"]), UTC),
            left=bool(content["l"]),
            silent_after=timedelta(seconds=int(content["d"])) if "d" in content else SILENT_AFTER,
        )
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None


def read_last_batch(entry: Mapping[str, Any], spreadsheet_id: str) -> str | None:
    """The batch that a found entry names as the last; None for any other entry."""
    if entry.get("metadataKey") != LAST_BATCH or entry.get("metadataId") != last_batch_id(spreadsheet_id):
        return None
    spreadsheet, _, batch_id = str(entry.get("metadataValue", "")).partition(":")
    return batch_id if spreadsheet == digest(spreadsheet_id) else None


def last_batch_id(spreadsheet_id: str) -> int:
    return marker_id(f"{spreadsheet_id} written")


def plate_id(spreadsheet_id: str) -> int:
    return marker_id(f"{spreadsheet_id} owner")


def number_id(spreadsheet_id: str, number: int) -> int:
    """The id that stands for an owner's number in a spreadsheet."""
    return marker_id(f"{spreadsheet_id} owner {number}")


def label(number: int, word: str) -> str:
    """Under which the number's thing is found again."""
    return f"owner_{number}_{word}"


def put_plate(owner: Owner, spreadsheet_id: str, *, is_there: bool) -> Json:
    """The nameplate, made or changed."""
    return _put(KEY, plate_id(spreadsheet_id), owner.value(spreadsheet_id), is_there=is_there)


def put_last_batch(batch_id: str, spreadsheet_id: str, *, is_there: bool) -> Json:
    """Says that this batch is the last."""
    value = f"{digest(spreadsheet_id)}:{batch_id}"
    return _put(LAST_BATCH, last_batch_id(spreadsheet_id), value, is_there=is_there)


def only_as_owner(guard: Guard, owner: Owner, spreadsheet_id: str, sheet_id: int) -> list[Json]:
    """Requests that change nothing, and are refused, with the batch around them, once a later owner is there."""
    later = number_id(spreadsheet_id, owner.number + 1)
    return [guard.claim(label(owner.number + 1, "probe"), later, sheet_id), guard.release(later)]


def take(guard: Guard, owner: Owner, spreadsheet_id: str, sheet_id: int, *, plate_is_there: bool) -> list[Json]:
    """Requests that make this the owner, or are refused where somebody else has the number."""
    return [
        guard.claim(label(owner.number, owner.word), number_id(spreadsheet_id, owner.number), sheet_id),
        put_plate(owner, spreadsheet_id, is_there=plate_is_there),
    ]


def digest(text: str) -> str:
    """Short, and not to be read back."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _put(key: str, entry_id: int, value: str, *, is_there: bool) -> Json:
    if is_there:
        return update_metadata(entry_id, {"metadataValue": value})
    return create_metadata(key, value, ON_SPREADSHEET, entry_id=entry_id)
