"""The shop's own texts: what stands in braces is put in for each order."""

import re
from collections.abc import Mapping

from connector.language import gettext as _

PLACEHOLDERS = ("customer", "number", "order_id", "products", "total", "shop")
LONGEST = 1000
"""Characters of a text, before anything is put in."""
_IN_BRACES = re.compile(r"(?P<blank>[ \t]?)\{(?P<name>[^{}\n]*)\}")
_BLANKS = re.compile(r"[ \t]+")


def template(text: str) -> str:
    r"""Reads a text; `\n` is a new line, since not everybody who sets a variable can write one. Raises ValueError."""
    if len(text) > LONGEST:
        raise ValueError(_("it is longer than {longest} characters. Shorten it.").format(longest=LONGEST))
    unknown = [found["name"] for found in _IN_BRACES.finditer(text) if found["name"] not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(
            _("nothing is known that could be put in for {{{unknown}}}. There are {known}.").format(
                unknown=unknown[0][:40], known=known
            )
        )
    return text.replace("\\n", "\n")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with these values. What isn't known goes with the blank before it, and a line of which nothing is left
    goes as a whole."""
    lines = []
    for line in text.splitlines():
        put = _IN_BRACES.sub(lambda found: _put(found, values), line)
        if put.strip() or not line.strip():
            lines.append(_BLANKS.sub(" ", put).strip())
    return "\n".join(lines).strip()


def _put(found: re.Match[str], values: Mapping[str, str]) -> str:
    value = values.get(found["name"], "")
    return found["blank"] + value if value else ""
