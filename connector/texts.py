"""Makes texts that somebody else wrote fit the place where they go."""


def in_one_line(text: str) -> str:
    """Without line breaks, tabs and signs that can't be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def cut(text: str, longest: int, end: str) -> str:
    """The text as far as it may go, with `end` behind it where it was cut.

    Counted as Google counts a cell's, and JavaScript any: in UTF-16 units, of which an emoji is two.
    """
    if len(text) * 2 <= longest or _units(text) <= longest:
        return text
    room = longest - len(end)
    head = text[:room]
    while _units(head) > room:
        head = head[: -max(1, (_units(head) - room) // 2)]
    return head + end


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
