"""The instances of the service that live, for a person to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from connector.jobs.leases import Leases
from connector.store.leases import LEASE, database_now, read_fleet


@dataclass(frozen=True, slots=True)
class Living:
    """One instance. Times are the database's."""

    address: str
    version: str
    started_at: datetime
    seen_at: datetime
    """When it last renewed its lease."""
    accounts: Sequence[str]
    """The service accounts that it works for."""
    is_this: bool


def living(connection: Connection, leases: Leases) -> list[Living]:
    """Those that started first at the front; none where this one is alone."""
    if not leases.among_others.is_set():
        return []
    fleet = read_fleet(connection, now=database_now(connection))
    return [
        Living(
            instance.address,
            instance.version,
            instance.started_at or fleet.now,
            (instance.lease_until or fleet.now) - LEASE,
            [account.name for account in fleet.accounts.values() if account.owner == instance.id],
            instance.id == leases.me.id,
        )
        for instance in fleet.living
    ]
