"""What no-code tools and spreadsheets write where they have lost a value: it is no value, in any field.

Two orders that both come with the id `undefined` are not the same order; taken at its word, the second would be a
duplicate and gone.
"""

import re

from connector.gateways.reading.visible import without_invisible

_WORD = (
    r"undefined|Undefined|UNDEFINED|null|NULL|None|nil|NIL|<nil>|NaN|nan|undef|false|False|FALSE|Array|Object"
    r"|[Nn]/[Aa]|\[object \w+\]|Loading\.\.\."
)
"""As programs spell them. A customer who writes `none` or is called Null is not meant."""
_INSIDE_BRACKETS = (
    r"undefined|null|nil|none|nan|n/?a|empty|blank|no value|no data|not set|not available|unset|missing|array|object"
)
"""Between brackets nobody is called so, in whatever letters: `<empty>`, `(null)`, `[undefined]`."""
_BRACKETED = rf"(?i:[<(\[]{{1,2}}\s*(?:{_INSIDE_BRACKETS})\s*[>)\]]{{1,2}})"
_SHEET_ERROR = (
    r"#[¡¿]?(?:REF|BEZUG|RIF|VALUE|WERT|VALOR|VALEUR|VALORE|NAME|NOM|NOMBRE|NOME|DIV/0|NUM|NÚM|NUMERO|ZAHL|NULL|NULO|NUL"
    r"|LEER|ERROR|SPILL|CALC|BLOCKED|CONNECT|FIELD|BUSY|ССЫЛКА|ЗНАЧ|ИМЯ|ДЕЛ/0|ЧИСЛО|ПУСТО|BAŞV|DEĞER|AD|SAYI/0|SAYI|BOŞ"
    r"|VERW|WAARDE|NAAM|DEEL/0|GETAL|LEEG|ADR|ARG|NAZWA|DZIEL/0|LICZBA|ZERO)[!?]"
    r"|#N/[ADB]\b|#Н/Д|#YOK\b|#NV\b|#GETTING_DATA|#{3,}"  # noqa: RUF001 - Russian letters
)
_TEMPLATE = (
    r"\{\{.*\}\}|\$\{.*\}|<%.*%>|\{%.*%\}|@\{.*\}|\{[A-Za-z_][\w.]*\}"
    r"|\$(?:json|node|input|item|vars|env|execution|workflow)\b.*|\$\(.*"
)
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+\d{1,3}|\d[.,]\d+[eE]\d{1,3}"
"""As a spreadsheet shows a long number: `9.64278E+14`. Its last digits are gone."""
_QUOTES = r"[\"'`\u2018-\u201e«»]"
_LOST = rf"{_QUOTES}*(?:{_WORD}|{_BRACKETED}|(?i:{_SHEET_ERROR})){_QUOTES}*"
_WHOLE = re.compile(rf"{_LOST}(?:[\s,;|-]+{_LOST})*\Z|=?\s*(?:{_TEMPLATE})\Z|(?:{_ROUNDED})\Z", re.DOTALL)
"""Also several of them, as in a name of two fields: `undefined undefined`."""
_BEGIN = frozenset("uUnNfFAOL<([#=${@\"'`«»" + "".join(map(chr, range(0x2018, 0x201F))))
"""What the expression begins with, but for digits."""

_ENDS_ROUNDED = re.compile(rf"(?:\A|[-_ .:#])(?:{_ROUNDED})\Z")
_BETWEEN = r"[-_ .:#,;|/()\[\]<>\"'`\u2018-\u201e«»]"
_IN_AN_ID = re.compile(
    rf"(?:\A|(?<={_BETWEEN}))(?:undefined|null|none|nan|nil|undef)(?:\Z|(?={_BETWEEN}))"
    r"|\[object |\{\{-?\s*[$A-Za-z_]|[A-Za-z_)\]]\s*\}\}|\$\{\s*[A-Za-z_]|<%|\{%|%\}|@\{|\[\[|\]\]|<<|>>"
    rf"|{_SHEET_ERROR}|\A#[^\W\d_][\w/]*[!?]\Z"
    r"|\A=?\$(?=[A-Za-z_({\['\"])|\A%[A-Za-z_.]+%\Z|\A\{[A-Za-z_][\w.]*\}\Z|\A<[^<>@\d]*>\Z|\A\[[^\d\[\]]*\]\Z",
    re.IGNORECASE,
)
"""Placeholders, and what an expression or a template looks like that nobody has worked out. A formula is a text like
any other: as an id it stays the same for each order, and a second order under it is told from a repetition."""
_NO_IDS = frozenset(
    {
        "false", "empty", "blank", "unknown", "missing", "unset", "not set", "not found", "no value", "no data",
        "string", "array", "object", "error", "loading", "tbd", "order_id", "orderid", "order id", "order-id",
    }
)  # fmt: skip
"""Words that stand for an id, or name its field."""


def is_placeholder(text: str) -> bool:
    """Whether the whole text stands for a value that was lost."""
    text = without_invisible(text)
    first = text[:1]
    # Most texts are spared the expression: it takes as long as all else that is done to read a field.
    return (first in _BEGIN or (first.isdecimal() and not text.isdecimal())) and _WHOLE.match(text) is not None


def lost_in_an_id(order_id: str) -> str | None:
    """Why this can be no order's id, though it is a text: what it shows of a value that was lost, in words.

    Stricter than for other texts: `order-undefined` is what the next order without an id will be called as well.
    """
    if order_id.isascii() and order_id.isdigit():
        return None  # As WhatsApp's all are.
    if _ENDS_ROUNDED.search(order_id):
        return "a number that a spreadsheet has rounded"
    if is_placeholder(order_id) or order_id.lower() in _NO_IDS or _IN_AN_ID.search(order_id):
        return "what a tool writes where it has lost a value"
    return None
