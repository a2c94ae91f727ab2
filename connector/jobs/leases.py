"""What this instance works for: it renews its lease, takes accounts up to its fair share, and lets go of the others.

On PostgreSQL there may be several instances, and each account is one's at a time. On SQLite there is one, which the
lock on a file beside the database sees to; whoever holds it knows that the others are gone, and has all accounts.

Exactly-once does not rest on this: it keeps two writers from getting into each other's way, and gives each account's
budget of calls one owner.
"""

import random
import socket
import threading
import uuid
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Connection

from connector import __version__
from connector.clock import Clock
from connector.language import gettext as _
from connector.log import get_logger
from connector.store import leases
from connector.store.database import Database
from connector.store.leases import Fleet, Instance
from connector.store.lock import LockError, instance_lock
from connector.store.shared_clock import SharedClock

log = get_logger(__name__)

BEAT = 5.0
"""Seconds between two renewals."""
TRUSTED_FOR = 10.0
"""Seconds after the beginning of the last renewal that went well, in which something may be begun. Less than the lease,
so that what is begun has some time before somebody else may take the account."""
_SOON = 1.0
"""Seconds to the next try after one that failed, and while something is to be let go of."""
_LOCK_RETRY = 2.0
_STOP_WITHIN = 5.0
_ORPHANED = 3
"""Renewals after which an account that nobody has taken is taken by somebody who has its share already."""
_NOTHING: frozenset[str] = frozenset()


def shares(accounts: int, instances: int) -> list[int]:
    """How many accounts each instance is to have: as evenly as may be, more for those at the front."""
    each, left = divmod(accounts, instances)
    return [each + (number < left) for number in range(instances)]


def works_elsewhere(database: Database) -> bool:
    """Whether another process fetches and writes for this database. Raises LockError where nobody can."""
    lock = instance_lock(database)
    if lock is None:
        with database.read() as connection:
            return bool(leases.living_instances(connection))
    if not lock.acquire():
        return True
    lock.release()
    return False


class Leases:
    """The accounts of this instance. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        wanted: Callable[[], Collection[str]],
        is_idle: Callable[[str], bool] = lambda _: True,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        """`wanted`: the accounts that there are; those that nobody wants any more are let go of. `is_idle`: whether
        nothing of an account is under way here. `changed` is called once something may be begun that couldn't be
        before, or the other way round."""
        self._database = database
        self._clock = clock
        self._wanted = wanted
        self._is_idle = is_idle
        self._changed = changed
        self.me = Instance(uuid.uuid4().hex, __version__, socket.gethostname() or "an unnamed machine")
        self._lock = instance_lock(database)
        self.among_others = threading.Event()
        """Set while other instances live, as far as the last renewal tells."""
        self._on_gain: list[Callable[[Collection[str]], object]] = []
        self._epochs: Mapping[str, int] = {}
        self._leaving = _NOTHING
        """What is not to be begun any more, because others are to have it."""
        self._left_free: dict[str, int] = {}
        """For how many renewals an account that is others' share has stood free."""
        self._kept = _NOTHING
        """What was taken beyond the share, since nobody else did."""
        self._renewed_at: float | None = None
        """When the last renewal began that went well."""
        self._is_doubtful = False
        self.failure: str | None = None
        """Why nothing can be taken, for a person to read."""
        self._beating = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def on_gain(self, tell: Callable[[Collection[str]], object]) -> None:
        """Has `tell` called with accounts that this instance has from now on, before anything of theirs is begun."""
        self._on_gain.append(tell)

    def start(self) -> None:
        self.beat()
        self._thread.start()

    def held(self) -> frozenset[str]:
        """The accounts for which something may be begun now."""
        if not self._is_trusted or self._stopping.is_set():
            return _NOTHING
        return frozenset(self._epochs.keys() - self._leaving)

    def confirm(self, connection: Connection, account: str) -> bool:
        """Whether the account is still this instance's, and stays so until the transaction has ended."""
        epoch = self._epochs.get(account)
        if epoch is not None and leases.is_current(connection, self.me.id, account, epoch):
            return True
        self._doubt(account)
        return False

    def wake(self) -> None:
        """What is wanted has changed, or something that was to be let go of is idle: have a look."""
        self._woken.set()

    def stop(self) -> None:
        """Lets go of everything at once. To be called when nothing is under way any more."""
        self._stopping.set()
        self._woken.set()
        # A renewal that hangs has nothing to let go of that wouldn't end by itself.
        if self._beating.acquire(timeout=_STOP_WITHIN):
            try:
                self._leave()
            finally:
                self._beating.release()

    def _leave(self) -> None:
        self._epochs = {}
        try:
            if self._renewed_at is not None:
                self._database.write(lambda connection: leases.leave(connection, self.me.id))
        except Exception as error:  # noqa: BLE001 - the lease ends by itself
            log.info("leases.not_left", reason=type(error).__name__)
        if self._lock is not None:
            self._lock.release()

    def beat(self) -> float:
        """Renews, takes and lets go; seconds until the next. Never raises."""
        with self._beating:
            if self._stopping.is_set():
                return BEAT
            before = self.held(), self.failure
            try:
                pause = self._beat()
            except LockError as error:
                self.failure, self._epochs = str(error), {}
                pause = _LOCK_RETRY
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
                if self._database.unreachable is None:  # Else the store has told it, once for all.
                    if self.failure is None:
                        log.warning("leases.not_renewed", reason=type(error).__name__)
                    self.failure = _("The database didn't answer, so it isn't known who works.")
                pause = _SOON
        if (self.held(), self.failure) != before:
            self._changed()
        return pause

    @property
    def _is_trusted(self) -> bool:
        if self._lock is not None:
            return True  # While the lock is held nobody else can take anything.
        return self._renewed_at is not None and self._clock.elapsed() - self._renewed_at < TRUSTED_FOR

    def _beat(self) -> float:
        if self._lock is not None and not self._lock.acquire():
            self._epochs, self.failure = {}, None
            return _LOCK_RETRY
        began = self._clock.elapsed()
        wanted = frozenset(self._wanted())
        epochs, leaving, is_blocked, has_others = self._database.write(
            lambda connection: self._renew(connection, wanted)
        )
        gained = sorted(name for name, epoch in epochs.items() if self._epochs.get(name) != epoch)
        lost = sorted(self._epochs.keys() - epochs.keys())
        if gained:
            for tell in self._on_gain:
                tell(gained)
            log.info("accounts.taken", accounts=gained)
        if lost:
            log.info("accounts.given_up", accounts=lost)
        self._leaving = leaving
        self._epochs = epochs
        if has_others:
            self.among_others.set()
        else:
            self.among_others.clear()
        self._renewed_at = began
        self.failure = None
        if is_blocked:
            self.failure = _(
                "An earlier version of the connector works on this database. Stop it, and this one takes over."
            )
        if leaving or is_blocked:
            return _SOON
        return BEAT if self._lock is None else float("inf")

    def _renew(
        self, connection: Connection, wanted: frozenset[str]
    ) -> tuple[dict[str, int], frozenset[str], bool, bool]:
        """The accounts that this instance has, with their epochs; those of them that it is to let go of; whether an
        earlier version stands in the way; and whether there are other instances."""
        is_blocked = leases.earlier_version_works(connection)
        now = leases.database_now(connection)
        if isinstance(self._clock, SharedClock):
            self._clock.set(now)
        leases.renew(connection, self.me, now=now)
        fleet = leases.read_fleet(connection, now=now)
        if unknown := wanted - fleet.accounts.keys():
            leases.make_known(connection, unknown)
            fleet = leases.read_fleet(connection, now=now)
        mine = {name for name, account in fleet.accounts.items() if account.owner == self.me.id}
        surplus = mine - wanted
        if is_blocked:
            surplus = mine
        elif self._lock is not None:
            leases.claim(connection, self.me, [fleet.accounts[name] for name in sorted(wanted - mine)])
        else:
            shared = sorted((mine & wanted) - self._kept)
            share = self._share(fleet, wanted)
            free = [name for name in sorted(wanted - mine) if fleet.is_free(name)]
            taken = free[: max(share - len(shared), 0)]
            orphans = self._orphans(free[len(taken) :])
            leases.claim(connection, self.me, [fleet.accounts[name] for name in (*taken, *orphans)])
            self._kept = (self._kept & mine) | frozenset(orphans)
            surplus = surplus | set(shared[share:])
        idle = {name for name in surplus if self._is_idle(name)}
        # What is idle may have been begun anew before it stood in `_leaving`: it goes with the next beat.
        leases.release(connection, self.me.id, idle & self._leaving)
        fleet = leases.read_fleet(connection, now=now)
        epochs = {name: account.epoch for name, account in fleet.accounts.items() if account.owner == self.me.id}
        has_others = self._lock is None and any(instance.id != self.me.id for instance in fleet.living)
        return epochs, frozenset(surplus & epochs.keys()), is_blocked, has_others

    def _share(self, fleet: Fleet, wanted: frozenset[str]) -> int:
        places = [instance.id for instance in fleet.living]
        return shares(len(wanted), len(places))[places.index(self.me.id)]

    def _orphans(self, free: Collection[str]) -> list[str]:
        """Accounts that others were to take and didn't: their SHOPS_FILE may not have them."""
        self._left_free = {name: self._left_free.get(name, 0) + 1 for name in free}
        return [name for name, renewals in self._left_free.items() if renewals >= _ORPHANED]

    def _doubt(self, account: str) -> None:
        """Somebody else may have the account: nothing of it is begun before the next renewal."""
        self._leaving = self._leaving | {account}
        self._is_doubtful = True
        self._woken.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            self._woken.wait(pause if pause != float("inf") else None)
            self._woken.clear()
            if self._is_doubtful and self._lock is not None:
                # Two processes that both believe to have the lock must not take everything from each other at once.
                self._stopping.wait(random.uniform(1, 3) * _LOCK_RETRY)  # noqa: S311 - nothing is to be kept secret
            self._is_doubtful = False
            if not self._stopping.is_set():
                pause = self.beat()
