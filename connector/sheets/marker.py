"""The guard of exactly-once: a marker in the spreadsheet whose id Google takes only once.

Google's API has no idempotency key, but a developer metadata id is unique in its spreadsheet, and a batch is all
or nothing. So the first request of each batch creates a marker: the batch can't be applied a second time, not
even by a try that comes through minutes after it was given up. And whoever creates the marker first in a request
of its own (a *fence*) has made sure that the batch is never applied at all.
"""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

Json = dict[str, Any]

KEY = "wcsync.batch"
_FENCE = "void:"


class Found(StrEnum):
    """What the spreadsheet says of a batch."""

    BATCH = "batch"
    """The batch was applied."""
    FENCE = "fence"
    """The batch was not applied and never will be."""
    OTHER = "other"
    """The id belongs to another batch: of some two thousand million ids the same was drawn twice."""
    NOTHING = "nothing"


def marker_id(batch_id: str) -> int:
    """The marker's id: positive, 31 bits, derived from the batch's own id."""
    return 1 + int.from_bytes(hashlib.sha256(batch_id.encode()).digest()[:8]) % (2**31 - 2)


def create_marker(batch_id: str, marker: int) -> Json:
    """The first request of the batch."""
    return _create(batch_id, marker)


def create_fence(batch_id: str, marker: int) -> Json:
    """The only request of a fence."""
    return _create(_FENCE + batch_id, marker)


def marker_lookup(marker: int) -> Json:
    return {"metadataId": marker}


def read_marker(found: Iterable[Mapping[str, Any]], batch_id: str, marker: int) -> Found:
    """What the entries that a search returned say of the batch."""
    values = [entry.get("metadataValue") for entry in found if entry.get("metadataId") == marker]
    if batch_id in values:
        return Found.BATCH
    if _FENCE + batch_id in values:
        return Found.FENCE
    return Found.OTHER if values else Found.NOTHING


def delete_marker(marker: int) -> Json:
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": marker}}}}


def _create(value: str, marker: int) -> Json:
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": marker,
                "metadataKey": KEY,
                "metadataValue": value,
                "visibility": "DOCUMENT",
                "location": {"spreadsheet": True},
            }
        }
    }
