"""Payloads that could be read but not understood, kept until a version that understands them has taken them in.

They are kept whole, so that nothing is lost, but not without bounds: without pictures, shortened where one is very
large, and no more than the newest 10,000.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.language import gettext as _
from connector.language import in_each_language, marked
from connector.store.statements import count, insert_missing
from connector.store.tables import quarantine

OTHER_ORDER = "order under a known id"
"""Stands in `field` for an order that was understood, but came under the id of another."""
LARGEST_PAYLOAD = 256 * 1024
MOST_KEPT = 10_000
_PICTURE = "preview"
_DEEPEST = 100
_LONG_TEXT = 2000
_SHORTENED = marked("It was too large to be kept whole: long texts in it are cut.")
_CUT = marked("It was too large to be kept whole: only its beginning is there.")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A part of a request that was put aside."""

    field: str
    reason: str
    payload: str

    @property
    def digest(self) -> str:
        """The same for the same payload, so that a repeated delivery is known."""
        return hashlib.sha256(self.payload.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """An entry without its payload."""

    id: int
    received_at: datetime
    field: str
    """Where in its request it stood."""
    reason: str
    """A sentence: why it was not understood."""
    bytes: int
    """Of the payload."""
    dealt_with_at: datetime | None
    """When somebody said that nothing is left to do for it."""
    dealt_with_by: str | None
    """Where that was said; see `store/dealt_with.py`."""

    @property
    def may_be_understood(self) -> bool:
        """Whether it can make a difference to read it again: it is whole, and not an order under another's id."""
        return self.field != OTHER_ORDER and not self.reason.endswith(tuple(in_each_language(_CUT)))


@dataclass(frozen=True, slots=True)
class Entry(Head):
    """A payload in quarantine."""

    payload: str
    """JSON. Order tokens stand in it, so it is not to be shown as it is."""


def quarantined(field: str, reason: str, part: Any) -> Quarantined:
    """The part as it is kept: as JSON, without pictures; one over 256 KiB with its long texts cut."""
    # Copied only where something is to be left out: a copy may take thirty times as much memory as the text.
    if _needs_a_copy(part):
        part = _plain(part)
    text = _as_json(part)
    if len(text) > LARGEST_PAYLOAD:
        if _has_long_text(part):
            text = _as_json(_shortened(part))
        reason = f"{reason} {_(_SHORTENED)}"
    if len(text) > LARGEST_PAYLOAD:
        # A JSON text, so that whatever is kept is JSON; escaping at most doubles it.
        text, reason = json.dumps(text[: LARGEST_PAYLOAD // 2 - 2]), reason.replace(_(_SHORTENED), _(_CUT))
    return Quarantined(field, reason, text)


def keep(connection: Connection, shop: str, parts: Sequence[Quarantined], *, now: datetime) -> list[Quarantined]:
    """Stores the parts, and returns them without those that are there already (a repeated delivery). The oldest go
    where there are too many."""
    if not parts:
        return []
    there = zip(parts, are_kept(connection, shop, parts), strict=True)
    new = list({part.digest: part for part, is_kept in there if not is_kept}.values())
    if not new:
        return []
    # Another process may have stored one of them meanwhile.
    insert_missing(
        connection,
        quarantine,
        [
            {
                "shop": shop,
                "digest": part.digest,
                "received_at": now,
                "field": part.field,
                "reason": part.reason,
                "payload": part.payload,
                "payload_bytes": len(part.payload),
            }
            for part in new
        ],
        key=["shop", "digest"],
    )
    ids = sa.select(quarantine.c.id).where(quarantine.c.shop == shop).order_by(quarantine.c.id.desc())
    first_too_many = connection.execute(ids.offset(MOST_KEPT).limit(1)).scalar()
    if first_too_many is not None:
        connection.execute(sa.delete(quarantine).where(quarantine.c.shop == shop, quarantine.c.id <= first_too_many))
    return new


def are_kept(connection: Connection, shop: str, parts: Sequence[Quarantined]) -> list[bool]:
    """For each part, whether it is there already."""
    query = sa.select(quarantine.c.digest).where(
        quarantine.c.shop == shop, quarantine.c.digest.in_({part.digest for part in parts})
    )
    known = set(connection.execute(query).scalars())
    return [part.digest in known for part in parts]


def list_heads(
    connection: Connection, shop: str, *, limit: int, before: int | None = None, after: int | None = None
) -> list[Head]:
    """The newest first, below `before`; or, with `after`, the oldest first, above it. Nothing of the payloads is
    read."""
    query = sa.select(*_HEAD).where(quarantine.c.shop == shop).limit(limit)
    if before is not None:
        query = query.where(quarantine.c.id < before)
    if after is not None:
        query = query.where(quarantine.c.id > after)
    query = query.order_by(quarantine.c.id if after is not None else quarantine.c.id.desc())
    return [Head(*row) for row in connection.execute(query)]


def find_entry(connection: Connection, shop: str, entry_id: int) -> Entry | None:
    query = sa.select(*_HEAD, quarantine.c.payload).where(quarantine.c.shop == shop, quarantine.c.id == entry_id)
    row = connection.execute(query).first()
    return None if row is None else Entry(*row)


def drop(connection: Connection, shop: str, ids: Sequence[int]) -> None:
    """Deletes entries whose content has been taken in."""
    connection.execute(sa.delete(quarantine).where(quarantine.c.shop == shop, quarantine.c.id.in_(ids)))


def count_quarantined(connection: Connection, shop: str) -> int:
    return count(connection, quarantine, quarantine.c.shop == shop)


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """How much of the quarantine nobody has dealt with."""

    number: int = 0
    other_orders: int = 0
    """Orders that came under the id of another."""


NOTHING_TO_LOOK_AT = ToLookAt()


def count_to_look_at(connection: Connection, shop: str) -> ToLookAt:
    others = sa.func.count(sa.case((quarantine.c.field == OTHER_ORDER, 1)))
    query = sa.select(sa.func.count(), others).where(quarantine.c.shop == shop, quarantine.c.dealt_with_at.is_(None))
    return ToLookAt(*connection.execute(query).one())


_HEAD = (
    quarantine.c.id,
    quarantine.c.received_at,
    quarantine.c.field,
    quarantine.c.reason,
    quarantine.c.payload_bytes,
    quarantine.c.dealt_with_at,
    quarantine.c.dealt_with_by,
)
"""The fields of `Head`."""


def _as_json(part: Any) -> str:
    # ASCII escapes keep whatever the sender wrote storable, lone surrogates and NULs included.
    return json.dumps(part, separators=(",", ":"))


def _plain(part: Any, depth: int = 0) -> Any:
    """The part without pictures, and no deeper than can be written out again."""
    if not isinstance(part, dict | list):
        return part
    if depth == _DEEPEST:
        return "[deeper]"
    if isinstance(part, list):
        return [_plain(value, depth + 1) for value in part]
    return {key: _plain(value, depth + 1) for key, value in part.items() if key != _PICTURE}


def _needs_a_copy(part: Any, depth: int = 0) -> bool:
    """Whether there is a picture in it, or it is too deep."""
    if isinstance(part, dict):
        return depth == _DEEPEST or _PICTURE in part or any(_needs_a_copy(inner, depth + 1) for inner in part.values())
    return isinstance(part, list) and (depth == _DEEPEST or any(_needs_a_copy(inner, depth + 1) for inner in part))


def _has_long_text(part: Any) -> bool:
    if isinstance(part, dict | list):
        return any(map(_has_long_text, part.values() if isinstance(part, dict) else part))
    return isinstance(part, str) and len(part) > _LONG_TEXT


def _shortened(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _shortened(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_shortened(value) for value in part]
    if isinstance(part, str) and len(part) > _LONG_TEXT:
        return f"{part[:_LONG_TEXT]} [cut: {len(part)} characters]"
    return part
