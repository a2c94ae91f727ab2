"""What came with the operator's secret and belongs to no shop here, kept until somebody has added the shop."""

from datetime import datetime

from connector.gateways.reading.result import Reading
from connector.log import get_logger
from connector.store import quarantine
from connector.store.database import Database
from connector.store.quarantine import quarantined
from connector.store.shops import UNROUTED

log = get_logger(__name__)

_LONGEST_LOGGED = 300
"""Characters of a sentence. The whole stands in the quarantine."""


def keep_unrouted(database: Database, reading: Reading, *, now: datetime) -> int:
    """Keeps what is unclear in what was read; returns how many parts that is, once they are on disk."""
    parts = [quarantined(part.field, part.reason, part.part) for part in reading.unclear]
    if not parts:
        return 0
    new = database.write(lambda connection: quarantine.keep(connection, UNROUTED, parts, now=now), of=UNROUTED)
    if new:
        log.warning("payload.unrouted", count=len(new), reason=new[0].reason[:_LONGEST_LOGGED])
    return len(parts)
