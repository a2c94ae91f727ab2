"""A request's payloads one by one, each with what it holds: whoever serves several shops asks each whose it is."""

from dataclasses import dataclass
from typing import Any

from connector.gateways.reading import fields
from connector.gateways.reading.lengths import LONGEST_ID
from connector.gateways.reading.result import Reading


@dataclass(frozen=True, slots=True)
class Part:
    """One payload of those that a request may hold."""

    at: str
    """Where it stands in the body; empty for the body itself."""
    payload: Any
    reading: Reading

    @property
    def channel_id(self) -> str | None:
        """The channel that stands around all that is in the payload, as Whapi has it there."""
        found = fields.text(self.payload.get("channel_id")) if isinstance(self.payload, dict) else None
        return found if found is not None and len(found) <= LONGEST_ID else None
