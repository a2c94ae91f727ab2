"""Takes off what no-code tools wrap around an order: JSON in a text, and objects that only hand on what they got."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

WRAPPERS = (
    "body", "data", "value", "payload", "json", "message", "orders", "result", "output", "record", "records", "content",
    "raw", "raw_body", "request", "item", "event_data", "detail",
)  # fmt: skip
"""The keys under which forwarders hand things on, in any spelling: n8n's Webhook node has `body`, its items have
`json`, Amazon's queues have `Records` and `Message`; the others are what people call such a field. Each only counts
where it holds an object or a list."""
_MOST_OFTEN_IN_TEXT = 10
_OPENING = frozenset('{["')
_FLAT = re.compile(r"([^\[\]]+)((?:\[[^\[\]]+\])+)\Z")
_STEP = re.compile(r"\[([^\[\]]+)\]")
_MOST_STEPS = 12
DEEPEST = 64
"""Objects and lists within each other. What anybody sends has fewer than ten."""
_DEEPER = "[deeper]"


class TooDeepError(ValueError):
    """There are more objects and lists within each other than anybody has a use for."""


def parse_json(data: str | bytes, *, cut: bool = True) -> Any:
    """The JSON, read strictly. Raises ValueError, also where it is nested too deeply to be read.

    What stands deeper than DEEPEST is cut, or, without `cut`, raises TooDeepError: code that compares, copies or writes
    out what came never has to go deeper.
    """
    text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "surrogatepass")
    try:
        value = _decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # Most are spared the walk: with so few brackets nothing can be deep.
    if text.count("[") + text.count("{") > DEEPEST:
        _end_at_the_deepest(value, cut=cut)
    return value


def _end_at_the_deepest(value: Any, *, cut: bool) -> None:
    level = [value]
    for _ in range(DEEPEST - 1):
        level = [inner for part in level for inner in _parts(part) if isinstance(inner, dict | list)]
        if not level:
            return
    for part in level:
        for key in [key for key, inner in _entries(part) if isinstance(inner, dict | list)]:
            if not cut:
                raise TooDeepError
            part[key] = _DEEPER


def _parts(part: Any) -> Iterable[Any]:
    if isinstance(part, dict):
        return part.values()
    return part if isinstance(part, list) else ()


def _entries(part: dict[Any, Any] | list[Any]) -> Iterable[tuple[Any, Any]]:
    return part.items() if isinstance(part, dict) else enumerate(part)


def opened(value: Any) -> Any:
    """What a text of JSON says, where it says an object or a list; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in _OPENING:
        return value  # As nearly all are.
    inner: Any = value
    for _ in range(_MOST_OFTEN_IN_TEXT):
        if not isinstance(inner, str) or inner.lstrip()[:1] not in _OPENING:
            break
        try:
            inner = parse_json(inner)
        except ValueError:
            return value
    return inner if isinstance(inner, dict | list) else value


def wrapped(part: Mapping[str, Any]) -> dict[str, Any]:
    """What the object hands on, by the key that holds it: one where that is clear."""
    candidates = {key: opened(value) for key, value in part.items() if _spelling(key) in _SPELLED}
    return {key: value for key, value in candidates.items() if isinstance(value, dict | list)}


def _spelling(key: str) -> str:
    return key.replace("_", "").replace("-", "").lower()


_SPELLED = frozenset(map(_spelling, WRAPPERS))


def unflattened(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A form's fields, those in each other that were written flat: `items[0][name]`, as PHP, Rails and jQuery do.

    What contradicts itself stays as it came.
    """
    nested: dict[str, Any] = {}
    for name, value in sorted(fields.items(), key=lambda field: "[" in field[0]):
        match = _FLAT.match(name)
        steps = [name] if match is None else [match[1], *_STEP.findall(match[2])]
        if len(steps) > _MOST_STEPS or not _put(nested, steps, value):
            nested[name] = value
    return {name: _with_lists(value) for name, value in nested.items()}


def _put(within: dict[str, Any], steps: list[str], value: Any) -> bool:
    for step in steps[:-1]:
        inner = within.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
        within = inner
    return within.setdefault(steps[-1], value) is value


def _with_lists(value: Any) -> Any:
    """The same with each object whose keys count from 0 as a list."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(part) for key, part in value.items()}
    return list(inner.values()) if list(inner) == [str(index) for index in range(len(inner))] else inner


def _refuse(constant: str) -> NoReturn:
    """JSON has no NaN and no Infinity, though Python's reader would take them."""
    raise ValueError(constant)


_decode = json.JSONDecoder(parse_constant=_refuse).decode
"""Made once: `json.loads` would make one for each call."""
