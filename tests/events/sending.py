"""A sender on a store of its own, with a clock that the test sets, and a receiver on this machine."""

from collections.abc import Sequence
from datetime import timedelta

from connector.events.delivery import Delivery
from connector.events.sender import Sender
from connector.events.target import Signer, Target, parse_targets
from connector.store import outbox
from connector.store.database import Database
from connector.store.outbox import NewEvent
from tests.clock import FakeClock
from tests.events.receiver import SECRET, Receiver

SHOP = "default"


def target_of(receiver: Receiver) -> Target:
    return parse_targets(receiver.url)[0]


def new_sender(database: Database, clock: FakeClock, receiver: Receiver) -> Sender:
    target = target_of(receiver)
    return Sender(
        database,
        Delivery(target, Signer([SECRET]), allow_private=True),
        target,
        shop=SHOP,
        clock=clock,
        jitter=lambda: 0.0,
    )


def put(database: Database, clock: FakeClock, target: Target, *names: str) -> None:
    """Events as if they told of orders with these names."""
    new = [NewEvent(f"msg_{name}", "order.synced", name, f'{{"name":"{name}"}}') for name in names]
    database.write(lambda connection: outbox.add(connection, SHOP, [target.key], new, now=clock.now()))


def run(sender: Sender) -> float:
    """What its thread does once; then the connection is closed, whatever there is still to send."""
    sleep = sender.run()
    sender.close()
    return sleep


def run_for(sender: Sender, clock: FakeClock, seconds: float) -> None:
    """Lets the sender work, and time pass, as its thread would."""
    ends_at = clock.now() + timedelta(seconds=seconds)
    while (sleep := run(sender)) <= (left := (ends_at - clock.now()).total_seconds()):
        clock.advance(sleep)
    clock.advance(left)


def names(receiver: Receiver) -> Sequence[str]:
    return [delivery.event["name"] for delivery in receiver.came]


def waiting(database: Database, receiver: Receiver) -> tuple[int, int]:
    """How many events wait for the receiver, and how many were given up."""
    key = target_of(receiver).key
    with database.read() as connection:
        return outbox.count_waiting(connection, SHOP, key), outbox.count_failed(connection, SHOP, key)
