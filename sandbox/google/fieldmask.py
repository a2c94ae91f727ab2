"""Field masks: which fields an answer shall have (`?fields=`), and which fields an update writes
(`fields`)."""

from functools import lru_cache
from typing import Any, TypeAlias

from sandbox.google.errors import ApiError, Refused
from sandbox.google.schema import SCHEMAS

Mask: TypeAlias = "dict[str, Mask] | None"
"""The fields named, each with what is named below it; None: everything."""

_SCALARS = frozenset({"string", "boolean", "int32", "double", "float", "any", "fieldmask"})


class _MaskError(ValueError):
    """The mask names a field that doesn't exist or isn't a mask at all; the text is the path."""


@lru_cache(maxsize=500)
def for_answer(text: str, schema: str) -> Mask:
    """The mask of `?fields=`. A wrong one gives 400; its exact wording at Google is not recorded."""
    try:
        return _read(text, schema)
    except _MaskError as wrong:
        raise ApiError(
            400,
            "Request contains an invalid argument.",
            [
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [
                        {
                            "field": str(wrong),
                            "description": "Error expanding 'fields' parameter. Cannot find matching "
                            f"fields for path '{wrong}'.",
                        }
                    ],
                }
            ],
        ) from None


@lru_cache(maxsize=500)
def for_update(text: str, schema: str) -> Mask:
    """The mask of an update request: it must name at least one field, and only fields that exist."""
    if not text.strip():
        raise Refused("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    try:
        return _read(text, schema)
    except _MaskError as wrong:
        raise Refused(f"Invalid field: {wrong}") from None


def _read(text: str, schema: str) -> Mask:
    mask, rest = _selection(text, 0, "", schema)
    if rest != len(text):
        raise _MaskError(text)
    return mask


def _selection(text: str, at: int, path: str, schema: str | None) -> tuple[Mask, int]:
    """Reads `a,b.c,d(e,f/g)` from a position up to the end or a closing bracket."""
    mask: dict[str, Mask] = {}
    everything = False
    while True:
        names: list[str] = []
        inner: Mask = None
        here = schema
        while True:
            start = at
            while at < len(text) and (text[at].isalnum() or text[at] in "_*"):
                at += 1
            name = text[start:at].strip()
            names.append(name)
            where = f"{path}.{'.'.join(names)}".strip(".")
            if not name or (name != "*" and (here is None or name not in SCHEMAS[here])):
                raise _MaskError(where or text)
            here = None if name == "*" or here is None else _inner_schema(SCHEMAS[here][name])
            if at < len(text) and text[at] in "./":
                at += 1
                continue
            break
        if at < len(text) and text[at] == "(":
            inner, at = _selection(text, at + 1, ".".join(names), here)
            if at >= len(text) or text[at] != ")":
                raise _MaskError(text)
            at += 1
        everything |= _put(mask, names, inner)
        if at < len(text) and text[at] == ",":
            at += 1
            while at < len(text) and text[at] == " ":
                at += 1
            continue
        return (None if everything else mask), at


def _inner_schema(kind: str) -> str | None:
    kind = kind.strip("[]{}")
    return None if kind in _SCALARS or kind.startswith("enum:") else kind


def _put(mask: dict[str, Mask], names: list[str], inner: Mask) -> bool:
    """Enters a path; True when it names everything at this level."""
    if names[0] == "*":
        return True
    for name in names[:-1]:
        below = mask.setdefault(name, {})
        if below is None:
            return False
        mask = below
    last = names[-1]
    if last == "*":
        mask["*"] = None
    elif last in mask and mask[last] is not None and inner is not None:
        known = mask[last]
        assert known is not None
        known.update(inner)
    else:
        mask[last] = inner
    return False


def applied(mask: Mask, value: Any) -> Any:
    """The value with only the fields that the mask names."""
    if mask is None or "*" in mask:
        return value
    if isinstance(value, list):
        return [applied(mask, part) for part in value]
    if isinstance(value, dict):
        return {name: applied(mask[name], part) for name, part in value.items() if name in mask}
    return value


def merged(mask: Mask, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    """The old object with the fields that the mask names taken from the new one;
    those it lacks are cleared."""
    if mask is None or "*" in mask:
        return dict(new or {})
    result = dict(old or {})
    given = new or {}
    for name, inner in mask.items():
        if inner is None:
            if name in given:
                result[name] = given[name]
            else:
                result.pop(name, None)
            continue
        below = merged(inner, result.get(name), given.get(name))
        if below:
            result[name] = below
        else:
            result.pop(name, None)
    return result


def names(mask: Mask, field: str) -> bool:
    """Whether the mask covers a field, or something below it."""
    return mask is None or "*" in mask or field in mask


def below(mask: Mask, field: str) -> Mask:
    """What the mask says of a field that it covers."""
    return None if mask is None or "*" in mask else mask[field]
