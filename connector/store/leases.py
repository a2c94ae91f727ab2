"""Which instance of the service works for which Google service account: leases that end by themselves.

All times are the database's, so it doesn't matter what the instances' own clocks say. Each time an account changes
hands its *epoch* grows by one: whoever is about to change something for an account, can bind that to the epoch, and is
refused once another instance has the account (`is_current`).
"""

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.column_types import Moment
from connector.store.dialect import insert_of
from connector.store.fleet_tables import accounts, instances
from connector.store.statements import insert_missing

LEASE = timedelta(seconds=15)
"""An instance that has not renewed its lease for so long has lost its accounts to whoever takes them."""
_KEPT = timedelta(hours=1)
"""For how long an instance is remembered after its lease has ended."""
_LOCK_OF_EARLIER_VERSIONS = zlib.crc32(b"connector:default")
_NOW = {
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
}


@dataclass(frozen=True, slots=True)
class Instance:
    """One process of the service."""

    id: str
    version: str
    address: str
    """Where it runs, for a person to read."""
    started_at: datetime | None = None
    """By the database's clock; None for one that has not said a word yet."""
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who has an account."""

    name: str
    owner: str | None
    """The id of an instance, whose lease may have ended."""
    epoch: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything there is to know for who decides."""

    now: datetime
    living: tuple[Instance, ...] = ()
    """The instances whose leases last, those that started first at the front."""
    accounts: Mapping[str, Account] = field(default_factory=dict)

    def is_free(self, account: str) -> bool:
        return self.accounts[account].owner not in {instance.id for instance in self.living}


def database_now(connection: Connection) -> datetime:
    """The time by the database's clock."""
    now: datetime = connection.execute(sa.select(sa.literal_column(_NOW[connection.dialect.name], Moment))).scalar_one()
    return now


def renew(connection: Connection, me: Instance, *, now: datetime) -> None:
    """Makes the instance's lease last from now on, and forgets instances that ended long ago. Waits for nobody."""
    statement = insert_of(connection.dialect.name)(instances).values(
        id=me.id, version=me.version, address=me.address, started_at=now, lease_until=now + LEASE
    )
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"lease_until": statement.excluded.lease_until})
    )
    connection.execute(sa.delete(instances).where(instances.c.lease_until < now - _KEPT))


def read_fleet(connection: Connection, *, now: datetime) -> Fleet:
    """Who is there, and who has what."""
    living = connection.execute(
        sa.select(instances).where(instances.c.lease_until > now).order_by(instances.c.started_at, instances.c.id)
    )
    return Fleet(
        now,
        tuple(Instance(row.id, row.version, row.address, row.started_at, row.lease_until) for row in living),
        {
            row.name: Account(row.name, row.owner, row.epoch)
            for row in connection.execute(sa.select(accounts).order_by(accounts.c.name))
        },
    )


def make_known(connection: Connection, names: Iterable[str]) -> None:
    """Accounts that nobody had yet are there from now on, and free."""
    insert_missing(connection, accounts, [{"name": name, "epoch": 0} for name in sorted(names)])


def claim(connection: Connection, me: Instance, seen: Collection[Account]) -> list[str]:
    """Takes accounts that nobody has taken since they were seen; those that were taken. Waits for nobody: what another
    instance is just claiming, or binds a change to, is left out."""
    if not seen:
        return []
    as_seen = sa.or_(*(sa.and_(accounts.c.name == account.name, accounts.c.epoch == account.epoch) for account in seen))
    query = sa.select(accounts.c.name).where(as_seen).order_by(accounts.c.name).with_for_update(skip_locked=True)
    free = list(connection.execute(query).scalars())
    connection.execute(
        sa.update(accounts).where(accounts.c.name.in_(free)).values(owner=me.id, epoch=accounts.c.epoch + 1)
    )
    return free


def release(connection: Connection, instance_id: str, names: Collection[str]) -> None:
    """Lets go of accounts, as far as the instance still has them."""
    connection.execute(
        sa.update(accounts).where(accounts.c.name.in_(names), accounts.c.owner == instance_id).values(owner=None)
    )


def leave(connection: Connection, instance_id: str) -> None:
    """The instance ends: what it had is free at once."""
    connection.execute(sa.update(accounts).where(accounts.c.owner == instance_id).values(owner=None))
    connection.execute(sa.delete(instances).where(instances.c.id == instance_id))


def is_current(connection: Connection, instance_id: str, account: str, epoch: int) -> bool:
    """Whether the account is still the instance's, and goes on to be until this transaction has ended."""
    query = sa.select(accounts.c.name).where(
        accounts.c.name == account, accounts.c.owner == instance_id, accounts.c.epoch == epoch
    )
    return connection.execute(query.with_for_update(read=True)).first() is not None


def earlier_version_works(connection: Connection) -> bool:
    """Whether a version works on this database that knows nothing of leases, and holds the lock it has instead. It
    can't take that while this transaction lasts."""
    if connection.dialect.name != "postgresql":
        return False
    query = sa.select(sa.func.pg_try_advisory_xact_lock_shared(_LOCK_OF_EARLIER_VERSIONS))
    return not connection.execute(query).scalar_one()


def free_accounts(connection: Connection) -> frozenset[str]:
    """The accounts that somebody has let go of, or that nobody had yet."""
    return frozenset(connection.execute(sa.select(accounts.c.name).where(accounts.c.owner.is_(None))).scalars())


def living_instances(connection: Connection) -> tuple[Instance, ...]:
    """The instances whose leases last."""
    return read_fleet(connection, now=database_now(connection)).living
