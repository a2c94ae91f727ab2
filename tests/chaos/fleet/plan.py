"""What will be sent and what will go wrong, drawn from the seed before the run begins."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.plan import Form, Send, Way, draw_samples

HOUR = 3600.0
_UNCLEAR = ("commit_then_503", "commit_then_drop", "late_commit", "late_commit_503", "truncated", "drop", "hang")
"""How Google goes wrong about a write."""


class Trouble(StrEnum):
    """What can go wrong."""

    KILL = "kill"
    """SIGKILL, and a start after a while."""
    STOP = "stop"
    """SIGTERM, and a start after a while."""
    HANG = "hang"
    """SIGSTOP until others have its accounts, and some more; then SIGCONT."""
    NO_DATABASE = "no database"
    """Cut from PostgreSQL alone, until others have its accounts, and some more."""
    NO_GOOGLE = "no google"
    """Cut from Google alone, for a while."""
    POSTGRES = "postgres"
    """PostgreSQL is killed, and started again after a while."""
    SESSIONS = "sessions"
    """Every session is ended at the server."""
    CLOCK = "clock"
    """The clock of an instance is an hour off from now on, or right again."""
    SHOPS = "shops"
    """Shops are taken out of SHOPS_FILE, or come back."""
    FAULT = "fault"
    """Google goes wrong about a write."""


@dataclass(frozen=True)
class Action:
    """One trouble, with all that is drawn for it."""

    trouble: Trouble
    instance: int = 0
    """Which of them, where it doesn't depend on the moment."""
    in_write: bool = False
    """The instance is the one that is next to have Google work on a write of its."""
    seconds: float = 0.0
    """How long it lasts, or how far a clock is off."""
    kind: str = ""
    """The fault's; or how PostgreSQL is killed."""


@dataclass(frozen=True)
class Delivery:
    """Orders for one shop, at a moment."""

    at: float
    """Seconds from the beginning."""
    shop: int
    send: Send


@dataclass(frozen=True)
class Plan:
    deliveries: Sequence[Delivery]
    actions: Sequence[Action]
    clocks: Sequence[float]
    """How far each instance's clock is off at the beginning."""


def make_plan(
    seed: int, *, instances: int, shops: int, orders: int, kills: int, hangs: int, seconds: float, only: Sequence[str]
) -> Plan:
    """`seconds`: within which the orders are sent. `only`: the troubles to be taken; none: all."""
    rng = random.Random(seed)
    actions = [action for action in _actions(rng, instances, kills, hangs) if not only or action.trouble in only]
    rng.shuffle(actions)
    clocks = [rng.choice((-HOUR, HOUR)) if number else 0.0 for number in range(instances)]
    return Plan(
        list(_deliveries(random.Random(f"{seed}: orders"), shops, orders, seconds)),
        actions,
        clocks if not only or Trouble.CLOCK in only else [0.0] * instances,
    )


def _actions(rng: random.Random, instances: int, kills: int, hangs: int) -> Iterator[Action]:
    def some() -> int:
        return rng.randrange(instances)

    for n in range(kills):
        yield Action(Trouble.KILL, some(), in_write=n % 3 == 1, seconds=rng.choice((0.0, rng.uniform(0, 6))))
    for n in range(hangs):
        trouble = (Trouble.HANG, Trouble.NO_DATABASE)[n % 2]
        yield Action(trouble, some(), in_write=n % 4 < 2, seconds=rng.uniform(0, 4))
    for n in range(max(kills // 10, 1)):
        yield Action(Trouble.NO_GOOGLE, some(), in_write=bool(n % 2), seconds=rng.uniform(2, 12))
        yield Action(Trouble.STOP, some(), seconds=rng.uniform(0, 4))
        yield Action(Trouble.POSTGRES, seconds=rng.uniform(0, 5), kind=("SIGKILL", "SIGQUIT")[n % 2])
        yield Action(Trouble.SESSIONS)
        yield Action(Trouble.CLOCK, some(), seconds=rng.choice((-HOUR, 0.0, HOUR)))
        yield Action(Trouble.SHOPS)
    for _ in range(max(kills // 3, 1)):
        yield Action(Trouble.FAULT, kind=rng.choice(_UNCLEAR), seconds=rng.uniform(0.1, 15))


def _deliveries(rng: random.Random, shops: int, orders: int, seconds: float) -> Iterator[Delivery]:
    """Spread evenly; the shop of rank n gets a share of 1/n, but each gets one to begin with."""
    weights = [1 / rank for rank in range(1, shops + 1)]
    left, every = orders, iter(range(shops))
    while left > 0:
        at = seconds * (orders - left) / orders
        shop = next(every, None)
        if shop is None:
            shop = rng.choices(range(shops), weights)[0]
        if rng.random() < 0.1:
            yield Delivery(at, shop, Send(Way.AGAIN, back=rng.choice((1, rng.randrange(1, 40)))))
        count = min(left, rng.choice((1, 1, 1, 2, 4)))
        tries = rng.choice((None,) * 8 + (1, 3))
        yield Delivery(
            at, shop, Send(Way.STRAIGHT, draw_samples(rng, count), form=rng.choice(tuple(Form)), tries=tries)
        )
        left -= count
