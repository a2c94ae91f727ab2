"""The table at the end: assumption, sandbox, live."""

from collections.abc import Iterable
from typing import NamedTuple

NOT_RUN = "not run"
HOLDS = "holds"
_HEAD = ("assumption", "sandbox", "live")


class Result(NamedTuple):
    assumption: str
    place: str
    word: str
    """What was seen, `holds`, or what speaks against it."""


def sentence(test: str) -> str:
    """The assumption as a test's name says it."""
    return test.partition("[")[0].removeprefix("test_").replace("_", " ")


def table(results: Iterable[Result]) -> list[str]:
    """Markdown, a line for each assumption in the order in which they were tried first."""
    words: dict[str, dict[str, str]] = {}
    for result in results:
        words.setdefault(result.assumption, {})[result.place] = result.word
    lines = [_HEAD, ("---",) * len(_HEAD)]
    lines += [(name, seen.get("sandbox", NOT_RUN), seen.get("live", NOT_RUN)) for name, seen in words.items()]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
