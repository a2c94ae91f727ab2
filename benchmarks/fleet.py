"""How many orders a day many shops may have, by accounts, quotas and instances: simulated, with the real policy.

python -m benchmarks.fleet
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import click

from benchmarks.demand import BUSIEST_HOUR
from benchmarks.report import print_head, print_table
from benchmarks.simulated_days import (
    OF_A_PROJECT,
    Capacity,
    Crowd,
    Day,
    Layout,
    Sale,
    capacity,
    crowd,
    day,
    sale,
    walk,
)
from benchmarks.simulation import CALL, FETCH, quantile
from connector.jobs.pool import FOR_MANY
from connector.jobs.turns import SECONDS_BETWEEN_BATCHES
from connector.sheets.budget import RESERVE
from connector.sheets.quota import LIMIT

BOUNDS = (10.0, 30.0, 60.0)
"""Seconds of the busiest hour's p99."""
MINUTES_OF_THE_SALE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is simulated."""

    shops: int
    scale: float
    """How long the busiest hour is, in hours."""
    accounts: Sequence[int]
    """The numbers of accounts whose days are all shown."""
    steps: Sequence[float]
    """Orders a day for each account, one after the other until p99 is beyond the last of BOUNDS."""
    quotas: Sequence[int]
    """What Google may allow an account, beside its ordinary quota."""
    instances: Sequence[tuple[int, float, Sequence[int]]]
    """Accounts, orders a day, and with how many instances that is tried."""
    crowds: Sequence[int]
    """Numbers of shops that get orders."""
    per_minute: Sequence[int]
    """Orders of all of them."""
    sale: int
    """Orders of the flash sale."""
    a_day: float
    """Orders of all shops on the day of the sale."""


FULL = Size(
    shops=1000,
    scale=1.0,
    accounts=(1, 5, 10),
    steps=(10e3, 20e3, 30e3, 40e3, 60e3, 80e3, 120e3),
    quotas=(120, OF_A_PROJECT),
    instances=((10, 600e3, (1, 2)), (20, 1e6, (1, 2, 4))),
    crowds=(10, 30, 50, 60, 100, 200),
    per_minute=(50, 200, 1000),
    sale=5000,
    a_day=20e3,
)
SHORT = Size(
    shops=100,
    scale=0.1,
    accounts=(1, 2),
    steps=(15e3, 40e3, 200e3),
    quotas=(120,),
    instances=((2, 30e3, (1, 2)),),
    crowds=(10, 120),
    per_minute=(60, 240),
    sale=100,
    a_day=10e3,
)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--short", is_flag=True, help="Fewer shops and minutes: a few seconds. Its figures say little.")
@click.option("--processes", default=None, type=click.IntRange(1), help="At once; default: one for each core.")
def main(*, short: bool, processes: int | None) -> None:
    """Simulates days of many shops with the policy that the service has.

    Exits with 1 if an order was not written once, or an account made more calls than turns may.
    """
    size = SHORT if short else FULL
    print_head("Many shops, simulated", "python -m benchmarks.fleet" + " --short" * short, *_explained(size))
    with _executor(1 if short else processes or len(os.sched_getaffinity(0))) as executor:
        experiments = Experiments(size, executor)
        found = [*experiments.days(), *experiments.instances(), *experiments.crowds(), *experiments.sale()]
    for sentence in found:
        print(f"Wrong: {sentence}")
    if not found:
        print(
            "Verified: each order was written once, and no account made more calls of a kind in any 60 seconds than "
            f"its quota but {RESERVE}."
        )
    sys.exit(1 if found else 0)


def _explained(size: Size) -> Iterator[str]:
    yield (
        "Real: the code that says whose turn it is, how long a shop waits between two and how many fetches it may "
        "begin (connector/jobs/turns.py), and what an account may call (connector/sheets/budget.py); an instance's "
        f"{FOR_MANY.fetchers} fetchers and {FOR_MANY.writers} writers."
    )
    yield (
        f"Simulated: the time; {size.shops:,} shops, the one of rank n with a share of 1/n; orders at random moments "
        f"(Poisson), {100 * BUSIEST_HOUR:.1f} % of the day's in its busiest hour; a fetch takes {FETCH:g} s, a read "
        f"and a write {CALL:g} s each, and none fails. Database, processor and network cost nothing."
    )
    yield "Seconds are from the message to the row, of the busiest hour's orders."


def _executor(processes: int) -> Executor:
    """One process is this one: another would have to read all modules first."""
    return ThreadPoolExecutor(1) if processes == 1 else ProcessPoolExecutor(processes)


class Experiments:
    """Each begins at once and prints its table when it is asked for it; what is wrong comes back in sentences."""

    def __init__(self, size: Size, executor: Executor) -> None:
        self._size = size
        layout = partial(Layout, size.shops, scale=size.scale)
        usual = [layout(number) for number in size.accounts]
        raised = [layout(1, quota=quota) for quota in size.quotas]
        of_one_project = [layout(n, quota=OF_A_PROJECT // n) for n in size.accounts if n * LIMIT > OF_A_PROJECT]
        self._usual = usual
        # The largest first, so that all processes are done at about the same time.
        self._walks: dict[Layout, Future[list[Day]]] = {
            each: executor.submit(walk, each, size.steps, until=BOUNDS[-1])
            for each in reversed([*raised, *usual, *of_one_project])
        }
        self._instances: dict[tuple[int, float, int], Future[Day]] = {
            (accounts, orders, number): executor.submit(day, layout(accounts, number), orders)
            for accounts, orders, numbers in size.instances
            for number in numbers
        }
        self._crowds: dict[tuple[int, int], Future[Crowd]] = {
            (shops, per_minute): executor.submit(crowd, shops, per_minute, scale=size.scale)
            for shops in size.crowds
            for per_minute in size.per_minute
        }
        on_sale = partial(sale, layout(), a_day=size.a_day, seconds=60 * MINUTES_OF_THE_SALE * size.scale)
        self._sales: dict[str, Future[Sale]] = {
            "without it": executor.submit(on_sale, orders=0),
            "with it": executor.submit(on_sale, orders=size.sale),
            "with it, if gaps didn't grow": executor.submit(
                on_sale, orders=size.sale, longest_gap=SECONDS_BETWEEN_BATCHES
            ),
        }

    def days(self) -> Iterable[str]:
        print("## Orders a day\n")
        print(
            "Shops and turns: of each account, in a minute. A shop counts once in each minute in which it got orders.\n"
        )
        walks = {layout: future.result() for layout, future in self._walks.items()}
        print_table(
            ("accounts", "orders a day", "p50 s", "p99 s", "shops", "turns", "orders a turn"),
            [
                (
                    layout.accounts,
                    f"{each.orders:,.0f}",
                    f"{each.p50:.1f}",
                    f"{each.p99:.1f}",
                    f"{each.distinct:.0f}",
                    f"{each.turns:.1f}",
                    f"{each.orders_a_turn:.1f}",
                )
                for layout in self._usual
                for each in walks[layout]
            ],
        )
        print("Where p99 reaches a bound, between two days that were simulated: orders a day, with their p50.\n")
        print_table(
            ("accounts", "calls a minute each", *(f"p99 {bound:g} s" for bound in BOUNDS)),
            [
                (
                    layout.accounts,
                    layout.quota,
                    *(_shown(capacity(days, bound)) for bound in BOUNDS),
                )
                for layout, days in sorted(walks.items(), key=lambda entry: (entry[0].accounts, -entry[0].quota))
            ],
        )
        return (sentence for days in walks.values() for each in days for sentence in each.wrong)

    def instances(self) -> Iterable[str]:
        print("## Instances\n")
        print(f"Each has {FOR_MANY.writers} writers, and accounts of its own.\n")
        days = {key: future.result() for key, future in self._instances.items()}
        print_table(
            ("accounts", "orders a day", "instances", "p50 s", "p99 s", "turns of an account"),
            [
                (accounts, f"{orders:,.0f}", number, f"{each.p50:.1f}", f"{each.p99:.1f}", f"{each.turns:.1f}")
                for (accounts, orders, number), each in days.items()
            ],
        )
        return (sentence for each in days.values() for sentence in each.wrong)

    def crowds(self) -> Iterable[str]:
        print("## Distinct shops\n")
        print("One account; the shops get the same number of orders each. Seconds: p50 / p99.\n")
        crowds = {key: future.result() for key, future in self._crowds.items()}
        heads = [f"{number:,} orders a minute" for number in self._size.per_minute]
        print_table(
            ("shops", *(text for head in heads for text in (head, "distinct", "turns"))),
            [
                (
                    shops,
                    *(
                        text
                        for number in self._size.per_minute
                        for each in (crowds[shops, number],)
                        for text in (f"{each.p50:.1f} / {each.p99:.1f}", f"{each.distinct:.0f}", f"{each.turns:.0f}")
                    ),
                )
                for shops in self._size.crowds
            ],
        )
        return (sentence for each in crowds.values() for sentence in each.wrong)

    def sale(self) -> Iterable[str]:
        size = self._size
        print("## A flash sale\n")
        print(
            f"{size.sale:,} orders at one shop within {MINUTES_OF_THE_SALE * size.scale:g} min, in the busiest hour "
            f"of a day with {size.a_day:,.0f} orders, one account; of the orders that came meanwhile.\n"
        )
        sales = {name: future.result() for name, future in self._sales.items()}
        print_table(
            ("", "others' p50 s", "others' p99 s", "its own p50 s", "its own p99 s"),
            [
                (name, *_both(each.others), *(_both(each.own) if len(each.own) >= size.sale else ("", "")))
                for name, each in sales.items()
            ],
        )
        return (sentence for each in sales.values() for sentence in each.wrong)


def _shown(found: Capacity | None) -> str:
    return "" if found is None else f"{found.orders:,.0f} ({found.p50:.1f} s)"


def _both(waits: Sequence[float]) -> tuple[str, str]:
    return f"{quantile(waits, 0.5):.1f}", f"{quantile(waits, 0.99):.1f}"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.fleet")
