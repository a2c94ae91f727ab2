"""What no-code tools and spreadsheets write where they have lost a value: it is no value, in any field.

Two orders that both come with the id `undefined` are not the same order; taken at its word, the second would be a
duplicate and gone.
"""

import re

_WRITTEN = frozenset(
    {
        "undefined", "null", "NULL", "None", "NaN", "nan", "<nil>", "<null>", "(null)", "<undefined>", "<no value>",
        "[object Object]", "[object Undefined]", "[object Null]", "[object Array]",
    }
)  # fmt: skip
"""As programs spell them. A customer who writes `none` or is called Null is not meant."""
_SHEET_ERROR = (
    r"#[¡¿]?(?:REF|BEZUG|RIF|VALUE|WERT|VALOR|VALEUR|VALORE|NAME|NOM|NOMBRE|NOME|DIV/0|NUM|NUMERO|ZAHL|NULL|NULO|NUL|LEER"
    r"|ERROR|SPILL|CALC|BLOCKED|CONNECT|FIELD)[!?]|#N/[AD]\b|#NV\b|#GETTING_DATA|#{3,}"
)
_TEMPLATE = r"\{\{.*\}\}|\$\{.*\}|<%.*%>"
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+\d{1,3}\Z"
"""As a spreadsheet shows a long number: `9.64278E+14`. Its last digits are gone."""
_ENDS_ROUNDED = re.compile(rf"(?:\A|[-_ .:#]){_ROUNDED}")
_WHOLE = re.compile(rf"(?:{_SHEET_ERROR})\Z|=?\s*(?:{_TEMPLATE})\Z|{_ROUNDED}", re.DOTALL)
_BETWEEN = r"[-_ .:#,;|/()\[\]]"
_IN_AN_ID = re.compile(
    rf"(?:\A|(?<={_BETWEEN}))(?:undefined|null|none|nan)(?:\Z|(?={_BETWEEN}))|\[object |\{{\{{|\}}\}}|\$\{{|<%"
    rf"|{_SHEET_ERROR}",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether the whole text stands for a value that was lost."""
    text = text.strip()
    return text in _WRITTEN or _WHOLE.match(text) is not None


def lost_in_an_id(order_id: str) -> str | None:
    """Why this can be no order's id, though it is a text: what it shows of a value that was lost, in words.

    Stricter than for other texts: `order-undefined` is what the next order without an id will be called as well.
    """
    if _ENDS_ROUNDED.search(order_id):
        return "a number that a spreadsheet has rounded"
    if _IN_AN_ID.search(order_id):
        return "what a tool writes where it has lost a value"
    return None
