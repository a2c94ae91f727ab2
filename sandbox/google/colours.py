"""Colours as Google answers them: every one twice, as `…Color` and as `…ColorStyle`, with 32-bit parts.

What has both is read from the description. Where both are given, the style counts (doc); parts that are zero are left
out, as everywhere in Google's answers. A theme's colour has no twin: what it looks like is not known here.
"""

import struct
from typing import Any

from sandbox.google.schema import SCHEMAS

_SINGLE = 9
"""Digits that are enough for any 32-bit number."""


def answered(schema: str, value: dict[str, Any]) -> dict[str, Any]:
    """An object of a schema with all its colours so, however deep they are."""
    types = SCHEMAS[schema]
    made: dict[str, Any] = {}
    for name, part in value.items():
        made[name] = _part(types.get(name, ""), part)
    for name, kind in types.items():
        style = f"{name}Style"
        if kind != "Color" or style not in types:
            continue
        if "rgbColor" in made.get(style, {}):
            made[name] = made[style]["rgbColor"]
        elif name in made and style not in made:
            made[style] = {"rgbColor": made[name]}
    return made


def _part(kind: str, value: Any) -> Any:
    if kind == "Color":
        return {name: number for name, part in value.items() if (number := _single(part))}
    if kind.startswith("[") and isinstance(value, list):
        return [_part(kind[1:-1], one) for one in value]
    if kind in SCHEMAS and isinstance(value, dict):
        return answered(kind, value)
    return value


def _single(value: float) -> float:
    """The shortest number that is the same 32-bit one."""
    (near,) = struct.unpack("f", struct.pack("f", value))
    for digits in range(1, _SINGLE + 1):
        short = float(f"{near:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", near):
            return int(short) if short.is_integer() else short
    return float(near)
