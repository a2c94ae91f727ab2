"""Reads the values of settings from texts. What can't be read raises ValueError with a sentence about `it`, which shows
nothing of the text."""

import ipaddress
import math
import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.language import gettext as _
from connector.language import marked
from connector.language import number as written

SHORTEST_SECRET = 16
SHORTEST_PASSWORD = 8
HOW_TO_GET_SPREADSHEET = marked("Open the spreadsheet and copy its address from the browser.")
_SPREADSHEET_URL = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_SPREADSHEET_ID = re.compile(r"[A-Za-z0-9_-]{10,}\Z")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?")
PRIVATE_RANGES = "private_ranges"
_PRIVATE = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7",
)  # fmt: skip
"""Addresses of this machine and of networks that the internet doesn't reach, those inside of hosts' platforms too."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_TRUE = frozenset({"true", "1", "yes", "y", "on", "t"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "f"})


def unquoted(text: str) -> str:
    """Without blanks and quotes around it, as an env file of containers keeps them, and as people paste them."""
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def printable(text: str) -> str:
    """Any text that can be written down again; an environment may hold bytes that are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(_("it is not a text in UTF-8.")) from None
    if "\0" in text:
        raise ValueError(_("it holds a character that no text has (a NUL)."))
    return text


def token(text: str) -> str:
    """What stands in an `Authorization` header."""
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError(_("it holds a blank, a line break or a letter that no token has. Copy it anew."))
    return text


def secret(text: str, *, shortest: int) -> str:
    """What somebody must present. It has to fit into a header, so it is one line."""
    if len(text) < shortest:
        if shortest == SHORTEST_SECRET:
            sentence = _("it is shorter than {shortest} characters. Use a longer one, such as a random text.")
        else:
            sentence = _("it is shorter than {shortest} characters. Use a longer one.")
        raise ValueError(sentence.format(shortest=shortest))
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
        raise ValueError(_("it holds a line break or a control character. Write it on one line."))
    return text


def spreadsheet_id(text: str) -> str:
    """An id, or the address that it stands in."""
    match = _SPREADSHEET_URL.search(text)
    found = match.group(1) if match else text
    if not _SPREADSHEET_ID.match(found):
        raise ValueError(
            _("it is neither a spreadsheet's id nor its address. {how_to_get}").format(
                how_to_get=_(HOW_TO_GET_SPREADSHEET)
            )
        )
    return found


def address(text: str) -> str:
    """A web address, without a slash at its end."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in {"https", "http"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_one = False
    if "@" in urlsplit(text).netloc if is_one else False:
        raise ValueError(_("it holds a login before the host (an @). Write the address without it."))
    if not is_one or not text.isprintable() or " " in text:
        raise ValueError(_("it is not an address that begins with https:// (or http://)."))
    return text.rstrip("/")


def public_address(text: str) -> str:
    """A web address whose path needs no escaping anywhere."""
    found = address(text)
    if not _PATH.fullmatch(urlsplit(found).path):
        raise ValueError(_("its path holds something else than letters, digits and - . _ ~. Choose a simpler one."))
    return found


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas; one word stands for all private ones."""
    names = [name for part in text.split(",") if (name := part.strip())]
    try:
        found = [
            ipaddress.ip_network(one, strict=False)
            for name in names
            for one in (_PRIVATE if name.lower() == PRIVATE_RANGES else (name,))
        ]
    except ValueError:
        raise ValueError(
            _(
                "it is not a list of addresses and networks. Write them with commas between, such as "
                "127.0.0.1, 10.0.0.0/8, or {private_ranges} for all private ones."
            ).format(private_ranges=PRIVATE_RANGES)
        ) from None
    if any(network.prefixlen == 0 for network in found):
        raise ValueError(
            _(
                "it holds all addresses (/0), so everybody could say who he is. Name the proxy's "
                "network, or {private_ranges} for all private ones."
            ).format(private_ranges=PRIVATE_RANGES)
        )
    return tuple(found)


def zone(text: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(_("it is not the name of a time zone, such as Europe/Berlin.")) from None


def integer(text: str, *, at_least: int, at_most: int) -> int:
    wrong = ValueError(
        _("it is not a whole number from {at_least} to {at_most}. Write it in digits.").format(
            at_least=at_least, at_most=at_most
        )
    )
    try:
        value = int(text)
    except ValueError:
        raise wrong from None
    if not at_least <= value <= at_most:
        raise wrong
    return value


def number(
    text: str, *, above: float | None = None, at_least: float | None = None, at_most: float | None = None
) -> float:
    words = (_("above {bound}"), above), (_("of at least {bound}"), at_least), (_("of at most {bound}"), at_most)
    bounds = [text.format(bound=written(bound)) for text, bound in words if bound is not None]
    wrong = ValueError(
        _("it is not a number {bounds}. Write it in digits, such as 60.").format(bounds=_(" and ").join(bounds))
    )
    try:
        value = float(text)
    except ValueError:
        raise wrong from None
    too_small = (above is not None and value <= above) or (at_least is not None and value < at_least)
    if not math.isfinite(value) or too_small or (at_most is not None and value > at_most):
        raise wrong
    return value


def boolean(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(_("it is neither true nor false."))
    return word in _TRUE


def choice(text: str, *, choices: tuple[str, ...]) -> str:
    if text not in choices:
        *first, last = choices
        raise ValueError(
            _("it is not {first} or {last}. Write one of them, as it stands here.").format(
                first=", ".join(first), last=last
            )
        )
    return text


def unchanged(text: str, *, check: Callable[[str], object]) -> str:
    """The text as it is, if `check` takes it."""
    check(text)
    return text
