"""Who is told of problems: the addresses in ALERT_URLS, each `whapi://NUMBER` or one that the library apprise knows.

Almost all of such an address may be secret, so only its kind and its place in the list are ever shown.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote

from connector.language import gettext as _

WHAPI = "whapi"
MOST_TARGETS = 10
_BETWEEN = re.compile(r"\s*[,\s]\s*(?=[A-Za-z][\w+.-]*:/)")
"""Addresses may hold commas themselves: one ends where the next begins."""
_ADDRESS = re.compile(r"(?P<kind>[a-z][a-z0-9+.-]*)://(?P<rest>\S+)", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{9,14}", re.ASCII)
_GROUP = re.compile(r"[0-9][0-9-]{9,30}@g\.us", re.ASCII)
_PIECE = re.compile(r"[/?&=:@,;#]+")
_SHORTEST_PIECE, _SHORTEST_WORD = 10, 16
_SHORTEST_PASSWORD = 6


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """One address that gets alerts."""

    key: str
    """Stands for the address in the store."""
    kind: str
    number: int
    """Which one of ALERT_URLS it is."""
    address: str
    """For apprise. A secret."""
    recipient: str | None = None
    """The number, or the group's id, where the shop's own channel brings the alert."""

    @property
    def name(self) -> str:
        """What is shown of it."""
        return _("{kind} (address {number})").format(kind=self.kind, number=self.number)


def parse_alerts(text: str) -> tuple[AlertTarget, ...]:
    """The addresses, each once. Whether apprise can use one is for it to say, when it is first needed. Raises
    ValueError, whose text shows nothing of them."""
    addresses = list(dict.fromkeys(_addresses(text)))
    if len(addresses) > MOST_TARGETS:
        raise ValueError(f"there are more than {MOST_TARGETS} addresses.")
    return tuple(_target(address, number) for number, address in enumerate(addresses, 1))


def secrets_of_alerts(text: str) -> list[str]:
    """What must not be seen of the addresses: each as a whole, its login, and every piece that may be a token. Short
    ones and plain words are left out, because they are likely to be parts of other texts."""
    hidden = []
    for address in _addresses(text):
        kind, __, rest = address.partition("://")
        if kind.lower() == WHAPI:
            continue  # A number is no secret that opens anything, and it may be a customer's in other lines.
        hidden += [address, rest] if len(rest) >= _SHORTEST_PIECE else [address]
        login, at, __ = rest.rpartition("@")
        password = login.rpartition(":")[2]
        if at and len(password) >= _SHORTEST_PASSWORD:
            hidden += [password, unquote(password)]
        for piece in _PIECE.split(rest):
            if _may_be_token(piece):
                hidden += [piece, unquote(piece)]
    return list(dict.fromkeys(hidden))


def _may_be_token(piece: str) -> bool:
    if "." in piece and not any(character.isdigit() for character in piece):
        return False  # A host's name.
    has_both = any(character.isdigit() for character in piece) and any(character.isalpha() for character in piece)
    return len(piece) >= _SHORTEST_WORD or (len(piece) >= _SHORTEST_PIECE and has_both)


def _addresses(text: str) -> list[str]:
    return [address for part in _BETWEEN.split(text) if (address := part.strip(" \t\r\n,"))]


def _target(address: str, number: int) -> AlertTarget:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(
            f"its address number {number} is not one, such as whapi://NUMBER or ntfy://TOPIC. Write NAME://…, without "
            "blanks."
        )
    kind = found["kind"].lower()
    recipient = _recipient(found["rest"], number) if kind == WHAPI else None
    return AlertTarget(
        # Not the key that the same address would have in EVENTS_URL.
        key=hashlib.sha256(f"alert {address}".encode()).hexdigest(),
        kind=kind,
        number=number,
        address=address,
        recipient=recipient,
    )


def _recipient(rest: str, number: int) -> str:
    """As Whapi takes it."""
    text = rest.rstrip("/")
    digits = re.sub(r"[+().-]", "", text).removeprefix("00")
    if _NUMBER.fullmatch(digits):
        return digits
    if _GROUP.fullmatch(text):
        return text
    raise ValueError(
        f"its address number {number} holds no phone number. Write whapi:// and the number with the country's code, "
        "10 to 15 digits, such as whapi://4915112345678; or a group's id, which ends in @g.us."
    )
