"""Makes characters visible that a terminal obeys instead of showing them."""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters but for tab and line feed, direction marks, and what has no width."""


def visible(text: str) -> str:
    """The text with each such character as its code, so that nobody's words can turn a line around or hide a part."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
