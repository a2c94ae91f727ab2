"""Payloads that could be read but not understood, kept until somebody looks at them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from connector.store.tables import quarantine

LARGEST_PAYLOAD = 256 * 1024
_PICTURE = "preview"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A part of a request that was put aside."""

    field: str
    reason: str
    payload: str


def quarantined(field: str, reason: str, part: Any) -> Quarantined:
    """The part as it is kept: as JSON, without pictures, cut where it is larger than 256 KiB."""
    # ASCII escapes keep whatever the sender wrote storable, lone surrogates and NULs included.
    text = json.dumps(_without_pictures(part), separators=(",", ":"))
    return Quarantined(field, reason, text[:LARGEST_PAYLOAD])


def keep(connection: Connection, shop: str, parts: Sequence[Quarantined], *, now: datetime) -> None:
    """Stores the parts; one that is there already (a repeated delivery) is not stored again."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for part in parts:
        digest = hashlib.sha256(part.payload.encode()).hexdigest()
        connection.execute(
            insert(quarantine)
            .values(
                shop=shop,
                digest=digest,
                received_at=now,
                field=part.field,
                reason=part.reason,
                payload=part.payload,
            )
            .on_conflict_do_nothing(index_elements=["shop", "digest"])
        )


def count_quarantined(connection: Connection, shop: str) -> int:
    query = sa.select(sa.func.count()).select_from(quarantine).where(quarantine.c.shop == shop)
    return connection.execute(query).scalar_one()


def _without_pictures(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_pictures(value) for key, value in part.items() if key != _PICTURE}
    if isinstance(part, list):
        return [_without_pictures(value) for value in part]
    return part
