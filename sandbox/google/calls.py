"""A call of the API as data, not HTTP, so that a late commit can carry it out when nobody listens any
more."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from sandbox.google import schema
from sandbox.google.draft import Draft
from sandbox.google.errors import ApiError
from sandbox.google.spreadsheet import Spreadsheet
from sandbox.google.unknowns import Unknowns
from sandbox.google.value_ranges import Rendering

Json: TypeAlias = dict[str, Any]

RENDER = ("majorDimension", "valueRenderOption", "dateTimeRenderOption")
ANSWER = ("includeValuesInResponse", "responseValueRenderOption", "responseDateTimeRenderOption")


@dataclass(frozen=True)
class Call:
    """One call of the API. `path` is decoded and begins with `/v4/`."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""
    authorization: str | None = None
    languages: str = ""
    """The header `Accept-Language`."""

    def one(self, name: str, default: str = "") -> str:
        return self.query[name][-1] if self.query.get(name) else default

    def flag(self, name: str) -> bool:
        value = self.one(name, "false").lower()
        if value not in ("true", "false"):
            raise ApiError(400, f"Invalid value at '{schema.snake(name)}' (TYPE_BOOL), \"{value}\"")
        return value == "true"


class Work(NamedTuple):
    """A call that was understood: what a method has to go on."""

    call: Call
    spreadsheet: Spreadsheet
    actor: str
    unknowns: Unknowns
    argument: str
    body: Json

    def reading(self) -> Draft:
        return Draft(self.spreadsheet.content, self.actor, self.unknowns)

    def rendering(self) -> Rendering:
        return Rendering.of({name: self.call.one(name) for name in RENDER if self.call.one(name)})
