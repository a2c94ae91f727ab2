"""The time zones that Google names: those of the IANA database, and where a zone has no name there, fixed offsets."""

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_LARGEST = timedelta(hours=24)


def read_zone(name: str) -> tzinfo | None:
    """The zone of a spreadsheet, such as `Europe/Berlin` or `GMT-07:00`; None for what can't be understood."""
    if found := _OFFSET.fullmatch(name.strip()):
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if sign == "-" else offset) if offset < _LARGEST else None
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as `Europe`
        return None
