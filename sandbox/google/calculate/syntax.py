"""Reads a formula into what can be calculated again and again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from sandbox.google.calculate.values import NotPlayedError

_CORNER = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<text>"(?:[^"]|"")*")
    | (?P<reference>(?:'(?:[^']|'')*'!|[A-Za-z_][\w.]*!)?
        (?:{_CORNER}(?::{_CORNER}|:{_COLUMN})?|{_COLUMN}:{_COLUMN}))(?![\w(!])
    | (?P<function>[A-Za-z][A-Za-z0-9.]*)\(
    | (?P<word>TRUE|FALSE)\b
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:E[+-]?[0-9]+)?)
    | (?P<sign><=|>=|<>|[-+*/&=<>():;,])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"))
"""Of operators, those that bind least first."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Reference:
    """Cells of a tab. `title`: None for the formula's own."""

    title: str | None
    cells: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or an operator by its sign."""

    name: str
    arguments: tuple["Node", ...]


Node: TypeAlias = Constant | Reference | Call


@lru_cache(maxsize=20_000)
def read(formula: str) -> Node:
    """Raises NotPlayedError."""
    parser = _Parser(formula.removeprefix("="))
    node = parser.level(0)
    if parser.kind is not None:
        raise NotPlayedError
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.kind: str | None = None
        self.part = ""
        self.next()

    def next(self) -> None:
        if not self._text[self._at :].strip():
            self.kind, self.part = None, ""
            return
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastgroup is None:
            raise NotPlayedError
        self._at = match.end()
        self.kind, self.part = match.lastgroup, match[match.lastgroup]

    def level(self, index: int) -> Node:
        if index == len(_LEVELS):
            return self._signed()
        left = self.level(index + 1)
        while self.kind == "sign" and self.part in _LEVELS[index]:
            sign = self.part
            self.next()
            left = Call(sign, (left, self.level(index + 1)))
        return left

    def _signed(self) -> Node:
        if self.kind == "sign" and self.part == "-":
            self.next()
            return Call("-", (Constant(0), self._signed()))
        node = self._single()
        while self._is(":"):
            self.next()
            node = Call(":", (node, self._single()))
        return node

    def _single(self) -> Node:
        makers: dict[str | None, Callable[[str], Node]] = {
            "text": lambda token: Constant(token[1:-1].replace('""', '"')),
            "number": lambda token: Constant(float(token)),
            "word": lambda token: Constant(token.upper() == "TRUE"),
            "reference": _reference,
        }
        kind, part = self.kind, self.part
        if kind in makers:
            self.next()
            return makers[kind](part)
        self.next()
        if kind == "function":
            return Call(part.upper(), tuple(self._arguments()))
        if (kind, part) != ("sign", "("):
            raise NotPlayedError
        node = self.level(0)
        self._take(")")
        return node

    def _arguments(self) -> list[Node]:
        found: list[Node] = []
        while not self._is(")"):
            found.append(self.level(0))
            if not self._is(")"):
                if not (self._is(";") or self._is(",")):
                    raise NotPlayedError
                self.next()
        self.next()
        return found

    def _is(self, sign: str) -> bool:
        return self.kind == "sign" and self.part == sign

    def _take(self, sign: str) -> None:
        if not self._is(sign):
            raise NotPlayedError
        self.next()


def _reference(token: str) -> Reference:
    title, mark, cells = token.rpartition("!")
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    return Reference(title if mark else None, cells.replace("$", ""))
