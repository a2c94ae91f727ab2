"""The verdict of a run with several instances, with its figures."""

from collections.abc import Iterator

from tests.chaos.checker import differences
from tests.chaos.expected import ORDERS, has_items
from tests.chaos.fleet.plan import Trouble
from tests.chaos.fleet.quota import LIMIT, most_in_a_minute, over_the_limit
from tests.chaos.fleet.run import Run
from tests.chaos.fleet.sending import Shops
from tests.chaos.report import Report, late_commits, read_log, table
from tests.chaos.sheet import read_tab

_NO_DATABASE = "The service ended by itself with code 2."
"""A start that finds no database ends with a sentence that says so, and whoever started it does so again."""


def verdict(run: Run) -> Report:
    """Compares all sheets with what was sent, and counts what happened."""
    options, counts, sender = run.options, run.troubles.counts, run.shops.sender
    sent = run.shops.sent
    acknowledged = [one for stream in run.shops.streams.values() for one in stream.acknowledged()]
    most = most_in_a_minute(run.sandbox.google.calls.latest)
    ended = [sentence for instance in run.instances for sentence in instance.service.ended_by_itself]
    wrong = [
        *wrong_in_sheets(run.shops),
        *run.wrong,
        *run.troubles.wrong,
        *sorted(set(sender.wrong)),
        *(sentence for sentence in ended if sentence != _NO_DATABASE),
        *over_the_limit(most, int(LIMIT * options.quota_factor)),
    ]
    logged, stored = read_log(*(instance.service.log_file for instance in run.instances)), run.store.read()
    delays = run.watcher.delays() or [0.0]
    overtaken = sorted(run.troubles.overtaken)
    google = run.sandbox.google.calls.by_outcome
    figures: dict[str, object] = {
        "orders sent": len(sent),
        "  answered with 200": len(acknowledged),
        "duplicates sent": sum(stream.counts["duplicates sent"] for stream in run.shops.streams.values()),
        "answers": table(sender.answers),
        "kills": _with_write(run, Trouble.KILL),
        "clean stops": counts[Trouble.STOP],
        "hung, by SIGSTOP": _with_write(run, Trouble.HANG),
        "hung, cut from the database": _with_write(run, Trouble.NO_DATABASE),
        "  overtaken": f"{len(overtaken)}"
        + (
            f", after {overtaken[0]:.0f} to {overtaken[-1]:.0f} s (half within {overtaken[len(overtaken) // 2]:.0f} s)"
            if overtaken
            else ""
        ),
        "  without an account just then": counts["hung without an account"],
        "cut from Google": _with_write(run, Trouble.NO_GOOGLE),
        "PostgreSQL killed": counts[Trouble.POSTGRES],
        "sessions ended": counts["sessions ended"],
        "clocks an hour off, or right again": counts[Trouble.CLOCK],
        "changes of SHOPS_FILE": run.shops.changes,
        "starts of the service": sum(instance.service.starts for instance in run.instances),
        "  that found no database": ended.count(_NO_DATABASE),
        "times an account was taken": logged.events["accounts.taken"],
        "batches applied": stored.batches["applied"],
        "batches void": stored.batches["void"],
        "calls to Google without a usable answer": logged.unclear,
        "batches found in the sheet afterwards": logged.found,
        "batches fenced off": logged.fenced,
        "late commits refused, and applied": f"{late_commits(google, '400')}, {late_commits(google, '200')}",
        "most calls of an account in any 60 s": ", ".join(
            f"{max((count for (_, of), count in most.items() if of == kind), default=0)} {kind}"
            for kind in ("reads", "writes")
        ),
        "calls over the quota": sum(count for (_, outcome), count in google.items() if outcome == "429"),
        "longest time from 200 to row": f"{delays[-1]:.1f} s (half within {delays[len(delays) // 2]:.1f} s)",
        "settled after the last trouble": "never" if run.settled_after is None else f"{run.settled_after:.1f} s",
        "duration": f"{run.duration:.0f} s",
    }
    lines = sum(len(one.order.items) for one in acknowledged if has_items(one))
    sentence = (
        f"Verified: all {len(acknowledged)} orders that were answered with 200 and their {lines} items are in their "
        "own shop's sheet, each exactly once, in its place and right in every cell, and in no other's."
    )
    return Report(_head(run), _conditions(run), figures, run.troubles.faults, wrong, sentence)


def wrong_in_sheets(shops: Shops) -> Iterator[str]:
    """What is lost, doubled, wrong, misplaced or in another shop's sheet, a sentence each."""
    owner = {order_id: name for name, stream in shops.streams.items() for order_id in stream.sent}
    for shop in shops.all:
        found = {str(line.cells["Order ID"]) for line in read_tab(shop, "Orders", ORDERS).lines}
        for order_id in sorted(found):
            if owner.get(order_id, shop.name) != shop.name:
                yield f"Another's: {shop.name} has rows of {order_id}, which was sent to {owner[order_id]}."
        for sentence in differences(shop, shops.streams[shop.name].sent):
            yield f"{sentence} ({shop.name})"


def _with_write(run: Run, trouble: Trouble) -> str:
    counts = run.troubles.counts
    return f"{counts[trouble]}, of these {counts[f'{trouble} while a write was under way']} while a write was under way"


def _head(run: Run) -> str:
    options = run.options
    return (
        f"Chaos run with seed {options.seed}: {options.instances} instances, {options.shops} shops, "
        f"{options.accounts} accounts, {options.orders} orders, {options.kills} kills."
    )


def _conditions(run: Run) -> list[str]:
    factor = run.options.quota_factor
    lines = [
        f"Google's quotas: {'as they are' if factor == 1 else f'times {factor:g}'}.",
        f"The clocks at the beginning: {', '.join(f'{offset / 3600:+g} h' for offset in run.plan.clocks)}.",
        "The same seed and options play the same plan again; the exact moments differ.",
    ]
    if run.options.launcher != type(run.options).launcher:
        lines.append(f"The service was started by {' '.join(run.options.launcher)}.")
    return lines
