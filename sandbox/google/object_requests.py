"""Requests about what lies over the cells: names, protections, filters, rules, bands and charts."""

import re
import secrets
from collections.abc import Iterable
from typing import Any

from sandbox.google import colours, fieldmask, validation
from sandbox.google.a1 import cells_of
from sandbox.google.draft import Draft
from sandbox.google.errors import PROTECTED, Refused
from sandbox.google.grid import NamedRange
from sandbox.google.ranges import Area, Placed

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,249}\Z")


def add_named_range(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """A chosen id that exists is refused, as the description says (docs/google-sheets.md, 3.2);
    so is a known name."""
    given = body.get("namedRange", {})
    names = draft.content.named_ranges
    key = given.get("namedRangeId") or secrets.token_hex(6)
    if key in names:
        raise Refused(f"A named range with ID {key} already exists. Please enter another ID.")
    name = _range_name(draft, given.get("name", ""), None)
    if "range" not in given:
        raise Refused("A named range must have a range.")
    names[key] = NamedRange(name, _area(draft, given["range"]))
    return {"namedRange": named_range_json(key, names[key])}


def update_named_range(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("namedRange", {})
    mask = fieldmask.for_update(body.get("fields", ""), "NamedRange")
    key = given.get("namedRangeId", "")
    old = _existing_name(draft, key)
    if fieldmask.names(mask, "name"):
        old = old._replace(name=_range_name(draft, given.get("name", ""), key))
    if fieldmask.names(mask, "range"):
        old = old._replace(area=_area(draft, given.get("range", {})))
    draft.content.named_ranges[key] = old
    return {}


def delete_named_range(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    key = body.get("namedRangeId", "")
    _existing_name(draft, key)
    del draft.content.named_ranges[key]
    return {}


def named_range_json(key: str, named: NamedRange) -> dict[str, Any]:
    return {"namedRangeId": key, "name": named.name, "range": named.area.to_json()}


def _existing_name(draft: Draft, key: str) -> NamedRange:
    if key not in draft.content.named_ranges:
        raise Refused(f"No named range with id: {key}")
    return draft.content.named_ranges[key]


def _range_name(draft: Draft, name: str, key: str | None) -> str:
    if not _NAME.match(name) or name.upper() in ("TRUE", "FALSE") or cells_of(name) is not None:
        raise Refused(f'The name "{name}" is not a valid name for a named range.')
    for other, named in draft.content.named_ranges.items():
        if other != key and named.name.casefold() == name.casefold():
            raise Refused(f'A named range with the name "{name}" already exists. Please enter another name.')
    return name


def add_protected_range(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Whoever protects a range may go on editing it."""
    given = dict(body.get("protectedRange", {}))
    key = given.pop("protectedRangeId", None)
    taken = {k for sheet in draft.content.sheets.values() for k in sheet.protections}
    if key is None:
        key = draft.new_id(taken)
    elif key in taken:
        raise Refused(f"A protected range with ID {key} already exists. Please enter another ID.")
    if "namedRangeId" in given:
        area = _existing_name(draft, given["namedRangeId"]).area
        given.pop("range", None)
    elif "range" in given:
        area = _area(draft, given.pop("range"))
    else:
        raise Refused("A protected range must have a range.")
    for free in given.get("unprotectedRanges", []):
        if area.row is not None or area.column is not None:
            raise Refused("Unprotected ranges are only possible in a protected sheet.")
        _area(draft, free)
    if draft.actor is not None and not given.get("warningOnly"):
        users = given.get("editors", {}).get("users", [])
        given["editors"] = {**given.get("editors", {}), "users": sorted({*users, draft.actor})}
    given.pop("requestingUserCanEdit", None)
    sheet = draft.edit(area.sheet_id)
    sheet.protections[key] = Placed((area,), given)
    return {"protectedRange": protected_range_json(key, sheet.protections[key], can_edit=True)}


def delete_protected_range(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    key = body.get("protectedRangeId", 0)
    for sheet_id, sheet in draft.content.sheets.items():
        if key in sheet.protections:
            if draft.locked(sheet.protections[key].body):
                raise Refused(PROTECTED)
            del draft.edit(sheet_id).protections[key]
            return {}
    raise Refused(f"No protected range with id: {key}")


def protected_range_json(key: int, protection: Placed, *, can_edit: bool) -> dict[str, Any]:
    rest = {name: value for name, value in protection.body.items() if value is not False}
    answer = {"protectedRangeId": key, "range": protection.areas[0].to_json(), **rest}
    return {**answer, "requestingUserCanEdit": True} if can_edit else answer


def set_basic_filter(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """One filter a tab; setting another replaces it."""
    given = dict(body.get("filter", {}))
    if "range" not in given:
        raise Refused("A basic filter must have a range.")
    area = draft.bounded(Area.from_json(given.pop("range")))
    sheet = draft.edit(area.sheet_id)
    if any(table.area.intersects(area) for table in sheet.tables.values()):
        raise Refused("You cannot create a filter that intersects a table.")
    sheet.filter = Placed((area,), given)
    return {}


def clear_basic_filter(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    draft.edit(body.get("sheetId", 0), asked_for_cells=False).filter = None
    return {}


def add_conditional_format_rule(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    rule = dict(body.get("rule", {}))
    areas = tuple(_area(draft, given) for given in rule.pop("ranges", []))
    if not areas:
        raise Refused("A conditional format rule must have at least one range.")
    if len({area.sheet_id for area in areas}) > 1:
        raise Refused("All ranges of a conditional format rule must be on the same sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise Refused("A conditional format rule must have either a boolean rule or a gradient rule.")
    if "booleanRule" in rule:
        _check_boolean_rule(rule["booleanRule"])
    sheet = draft.edit(areas[0].sheet_id)
    rules = list(sheet.conditional_formats)
    index = body.get("index", 0)
    if not 0 <= index <= len(rules):
        raise Refused(f"The index of a conditional format rule must be between 0 and {len(rules)}.")
    rules.insert(index, Placed(areas, rule))
    sheet.conditional_formats = tuple(rules)
    return {}


_CONDITIONAL = {"backgroundColor", "backgroundColorStyle"}
_CONDITIONAL_TEXT = {"bold", "italic", "strikethrough", "foregroundColor", "foregroundColorStyle"}


def _check_boolean_rule(rule: dict[str, Any]) -> None:
    """Only some formats can depend on a condition, as the description says."""
    if "condition" not in rule:
        raise Refused("A boolean rule must have a condition.")
    validation.check_condition(rule["condition"])
    look = dict(rule.get("format", {}))
    text = look.pop("textFormat", {})
    if set(look) - _CONDITIONAL or set(text) - _CONDITIONAL_TEXT:
        raise Refused("Conditional formatting can only apply bold, italic, strikethrough, and colors.")


def delete_conditional_format_rule(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    sheet = draft.edit(body.get("sheetId", 0))
    rules = list(sheet.conditional_formats)
    index = body.get("index", 0)
    if not 0 <= index < len(rules):
        raise Refused(f"No conditional format on sheet: {sheet.sheet_id} at index: {index}")
    gone = rules.pop(index)
    sheet.conditional_formats = tuple(rules)
    return {"rule": conditional_format_json(gone)}


def conditional_format_json(rule: Placed) -> dict[str, Any]:
    return {"ranges": [area.to_json() for area in rule.areas], **colours.answered("ConditionalFormatRule", rule.body)}


def add_banding(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    given = dict(body.get("bandedRange", {}))
    if "range" not in given:
        raise Refused("A banded range must have a range.")
    if "rowProperties" not in given and "columnProperties" not in given:
        raise Refused("A banded range must have row properties or column properties.")
    area = draft.bounded(Area.from_json(given.pop("range")))
    key = given.pop("bandedRangeId", None)
    key = chosen(draft, key, (k for s in draft.content.sheets.values() for k in s.bandings), "banded range")
    sheet = draft.edit(area.sheet_id)
    if any(area.intersects(old) for banding in sheet.bandings.values() for old in banding.areas):
        raise Refused("You cannot add alternating background colors to a range that already has them.")
    sheet.bandings[key] = Placed((area,), given)
    return {"bandedRange": banding_json(key, sheet.bandings[key])}


def delete_banding(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    key = body.get("bandedRangeId", 0)
    for sheet_id, sheet in draft.content.sheets.items():
        if key in sheet.bandings:
            del draft.edit(sheet_id).bandings[key]
            return {}
    raise Refused(f"No banded range with id: {key}")


def banding_json(key: int, banding: Placed) -> dict[str, Any]:
    return {
        "bandedRangeId": key,
        "range": banding.areas[0].to_json(),
        **colours.answered("BandedRange", banding.body),
    }


def chosen(draft: Draft, key: int | None, taken: Iterable[int], what: str) -> int:
    known = set(taken)
    if key is None:
        return draft.new_id(known)
    if key in known:
        raise Refused(f"A {what} with ID {key} already exists. Please enter another ID.")
    return key


def _area(draft: Draft, given: dict[str, Any]) -> Area:
    """A rectangle that may stay open on any side, but must begin within the grid and end there if it ends."""
    area = Area.from_json(given)
    draft.bounded(area)
    return area
