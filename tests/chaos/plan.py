"""What will be sent and what will go wrong, all of it drawn from the seed before the run begins.

The same seed and options give the same plan. When exactly each step meets the service is up to the machine, so a
replay does the same things at slightly different moments.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import product
from typing import TypeVar

from sandbox.faults import KINDS, SERVICES
from tests.chaos.actions import (
    MOMENTS,
    NAMES,
    Action,
    CopyDatabase,
    FillDisk,
    Kill,
    KillInWrite,
    LoseDatabase,
    MerchantEdits,
    MoveClock,
    Stall,
    StopSandbox,
    Storm,
    Strike,
)

T = TypeVar("T")


class Way(StrEnum):
    """How something is sent."""

    WEBHOOK = "webhook"
    """Orders in one payload from Whapi, which repeats it until the answer is 200; other messages may be among them."""
    NOISE = "noise"
    """Events from Whapi that are no new order."""
    AGAIN = "again"
    """A webhook of an order that was sent before."""
    STRAIGHT = "straight"
    """One order by HTTP, as Make or n8n would, which may give up."""


class Form(StrEnum):
    """What the body of an order sent straight looks like."""

    PAYLOAD = "payload"
    LIST = "list"
    MESSAGE = "message"
    BARE = "bare"


@dataclass(frozen=True)
class Send:
    """One thing to send."""

    way: Way
    samples: tuple[str, ...] = ()
    """Of the new orders in it."""
    noise: int = 0
    """How many messages that are no order."""
    back: int = 0
    """AGAIN: how many orders ago."""
    form: Form = Form.PAYLOAD
    tries: int | None = None
    """STRAIGHT: after how many tries the sender gives up; None: never."""


@dataclass(frozen=True)
class Step:
    sends: tuple[Send, ...]
    action: Action
    alive: bool
    """Whether the service is given the time to start before the pause begins."""
    pause: float
    """Seconds until the next step."""


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...] = field(default=())

    def count(self, kind: type[Action] | tuple[type[Action], ...]) -> int:
        return sum(isinstance(step.action, kind) for step in self.steps)


SAMPLES = {
    "normal": 56, "many_items": 5, "hostile": 5, "fails_then_good": 6, "times_out_once": 3, "gateway_500_once": 4,
    "rate_limited_once": 1, "truncated_once": 4, "html_once": 3, "empty_once": 3, "garbage_once": 3, "long_note": 1,
    "mismatch": 2, "thousandfold": 1, "no_token": 1, "bare": 2,
}  # fmt: skip
"""Kinds of orders and how common each is. All of them get their items, but those without a token."""
_WRITE = ":batchUpdate"
_FEWEST_FAULTS = 6
_KINDS_OF_WRITE = ("hang", "commit_then_hang", "latency")
"""How Google may go about a write in whose midst the service is killed or stopped."""
_STATUSES = {
    "google": (429, 429, 500, 503, 400, 401, 403, 404),
    "token": (429, 500, 503, 400),
    "whapi": (429, 429, 401, 402, 403, 404, 500),
}


def make_plan(
    seed: int,
    *,
    orders: int,
    kills: int,
    stalls: int = 0,
    losses: int = 0,
    only: Iterable[str] = (),
    faults: Iterable[str] = (),
) -> Plan:
    """`only`: the names of the actions to be taken, `faults` the kinds of faults; all by default."""
    rng = random.Random(seed)
    wanted = tuple(NAMES[name] for name in only) or tuple(NAMES.values())
    kinds = tuple(faults) or tuple(KINDS)
    actions = [action for action in _actions(rng, kills, kinds) if isinstance(action, wanted)]
    rng.shuffle(actions)
    if MerchantEdits in wanted:
        actions.insert(rng.randrange(len(actions) // 4 + 1), MerchantEdits())
    sends = list(_sends(rng, orders))
    # Each is drawn apart, so that without it a seed's plan is what it was before there were any.
    _scatter(random.Random(f"{seed}: stalls"), actions, _stalls, stalls if Stall in wanted else 0)
    _scatter(random.Random(f"{seed}: losses"), actions, _losses, losses if LoseDatabase in wanted else 0)
    # The sends are spread evenly over the steps.
    edges = [len(sends) * n // len(actions) for n in range(len(actions) + 1)]
    return Plan(
        tuple(_step(rng, sends[edges[n] : edges[n + 1]], action) for n, action in enumerate(actions)),
    )


def _actions(rng: random.Random, kills: int, kinds: tuple[str, ...]) -> Iterator[Action]:
    for n in range(kills):
        if n % 3 == 1:
            yield KillInWrite(rng.choice(_KINDS_OF_WRITE), rng.uniform(0, 0.4))
        else:
            yield Kill(after=rng.choice((0.0, rng.uniform(0, 0.3), rng.uniform(0, 1))), down=_down(rng))
    # Every kind at every service before any of them comes again; then half as many on the writes alone.
    unclear = tuple(kind for kind in kinds if kind.startswith(("commit_then", "late_commit")))
    decks = (
        _endless(rng, [partial(_strike, rng, service, kind) for service in SERVICES for kind in kinds]),
        _endless(rng, [partial(_strike, rng, "google", kind, path=_WRITE) for kind in kinds + unclear]),
    )
    for n in range(max(kills, len(kinds), _FEWEST_FAULTS)):
        yield next(decks[0])()
        if n % 2:
            yield next(decks[1])()
    for n in range(max(kills // 12, 1)):
        yield StopSandbox(down=rng.uniform(0.2, 3))
        yield FillDisk(seconds=rng.uniform(1, 3), kill=n % 2 == 1)
        yield MoveClock(rng.uniform(10, 7200))
        yield MoveClock(-rng.uniform(1, 600), back_for=rng.uniform(0.5, 3))
        yield Storm("google", 429, times=rng.randrange(4, 12))
        yield Storm("token", 503, times=rng.randrange(4, 8))


def _stalls(rng: random.Random, count: int) -> Iterator[Stall]:
    moments = _endless(rng, list(MOMENTS))
    for n in range(count):
        at = next(moments)
        yield Stall(
            at,
            kind="latency" if at == "read" else rng.choice(_KINDS_OF_WRITE),
            takes=rng.choice((0.3, 5.0)) if at == "read" else 1.5,
            after=rng.choice((0.0, rng.uniform(0, 0.3))),
            seconds=rng.uniform(0, 1),
            together=rng.uniform(0.5, 3),
            first_dies=n % 2 == 1,
        )


def _losses(rng: random.Random, count: int) -> Iterator[LoseDatabase]:
    ways = _endless(rng, list(product((False, True), repeat=2)))
    for _ in range(count):
        older, running = next(ways)
        yield LoseDatabase(older, running, tuple(rng.randrange(1, 60) for _ in range(rng.randrange(2, 5))))


def _scatter(
    rng: random.Random,
    actions: list[Action],
    draw: Callable[[random.Random, int], Iterator[Stall | LoseDatabase]],
    count: int,
) -> None:
    """Puts so many actions of a kind between the others, and a copy some time before each loss that needs one.

    Not at the very beginning, where there is nothing yet to double or to lose.
    """
    for action in draw(rng, count):
        actions.insert(rng.randrange(len(actions) // 4, len(actions) + 1), action)
    for loss in [action for action in actions if isinstance(action, LoseDatabase) and action.older]:
        place = next(place for place, action in enumerate(actions) if action is loss)
        actions.insert(rng.randrange(place // 2, place + 1), CopyDatabase())


def _down(rng: random.Random) -> float:
    """Mostly it is started again at once."""
    return rng.choice((0.0, 0.0, rng.uniform(0, 2)))


def _strike(rng: random.Random, service: str, kind: str, path: str | None = None) -> Strike:
    return Strike(
        service,
        kind,
        # A token is asked for once in a life, and nothing is written without it.
        times=1 if service == "token" else rng.choice((1, 1, 1, 2, 3)),
        skip=0 if service == "token" else rng.choice((0, 0, 0, 1, 2)),
        seconds=_seconds(rng, kind),
        status=rng.choice(_STATUSES[service]),
        retry_after=rng.choice((None, None, "1")),
        path_contains=path,
    )


def _seconds(rng: random.Random, kind: str) -> float:
    """Around the service's time-outs; a late commit comes long after the caller has gone."""
    if kind.startswith("late_commit"):
        return rng.choice((rng.uniform(0.05, 1), rng.uniform(1, 15)))
    return rng.uniform(0.1, 3.5)


def _endless(rng: random.Random, cards: list[T]) -> Iterator[T]:
    while True:
        yield from rng.sample(cards, len(cards))


def _step(rng: random.Random, sends: Sequence[Send], action: Action) -> Step:
    """Most lives are long enough for a batch or two; some end in the midst of the start."""
    if not isinstance(action, Kill | KillInWrite):
        return Step(tuple(sends), action, alive=False, pause=rng.uniform(0.02, 0.4))
    alive = rng.random() < 0.75
    return Step(tuple(sends), action, alive, pause=rng.uniform(0.3, 2.2) if alive else rng.uniform(0, 1.2))


def _sends(rng: random.Random, orders: int) -> Iterator[Send]:
    left = orders
    while left > 0:
        kind = rng.random()
        if kind < 0.5:
            yield Send(Way.WEBHOOK, draw_samples(rng, 1))
            left -= 1
        elif kind < 0.65:
            count = min(left, rng.randrange(2, 7))
            yield Send(Way.WEBHOOK, draw_samples(rng, count), noise=rng.choice((0, 1, 3)))
            left -= count
        elif kind < 0.8:
            yield Send(
                Way.STRAIGHT, draw_samples(rng, 1), form=rng.choice(tuple(Form)), tries=rng.choice((None, None, 1, 3))
            )
            left -= 1
        elif kind < 0.93:
            yield Send(Way.AGAIN, back=rng.choice((1, rng.randrange(1, 8), rng.randrange(1, 200))))
        else:
            yield Send(Way.NOISE, noise=rng.randrange(1, 4))


def draw_samples(rng: random.Random, count: int) -> tuple[str, ...]:
    return tuple(rng.choices(tuple(SAMPLES), weights=tuple(SAMPLES.values()), k=count))
