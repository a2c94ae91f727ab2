"""The verdict of a run, with its figures."""

from tests.chaos.actions import Kill, KillInWrite
from tests.chaos.checker import differences
from tests.chaos.expected import has_items
from tests.chaos.report import Report, late_commits, read_log, table
from tests.chaos.run import Options, Run


def verdict(run: Run) -> Report:
    """Compares the sheet with what was sent, and counts what happened."""
    nemesis, stream, straight = run.nemesis, run.stream, run.straight
    acknowledged = stream.acknowledged()
    wrong = [
        *differences(run.sandbox, stream.sent, nemesis.edited_tabs, run.named),
        *run.wrong,
        *nemesis.wrong,
        *straight.wrong,
        *sorted(stream.odd_answers),
        *run.service.ended_by_itself,
    ]
    logged, stored = read_log(run.service.log_file), run.store.read()
    delays = run.watcher.delays() or [0.0]
    google = run.sandbox.google.calls.by_outcome
    counts = nemesis.counts
    figures: dict[str, object] = {
        "orders sent": len(stream.sent),
        "  of these straight by HTTP": stream.counts["orders sent straight"],
        "  answered with 200": len(acknowledged),
        "duplicates sent": stream.counts["duplicates sent"],
        "messages that are no order": stream.counts["messages that are no order"],
        "answers to what was sent straight": table(straight.answers),
        "kills": counts["kills"],
        "  while Google worked on a write": counts["kills while a write was under way"],
        "  and further ones at a full disk": counts["kills at a full disk"],
        "starts of the service": run.service.starts,
        "stalls": counts["stalls"],
        "  while a second process took over": counts["stalls while another took over"],
        "databases lost": counts["databases lost"],
        "  of these replaced by an older copy": counts["databases replaced"],
        "  of these while the service ran": counts["databases lost while open"],
        "orders sent before a loss, now in the history": stream.counts["in the history"],
        "orders that the service names as not whole": len(run.named),
        "sandbox restarts": counts["sandbox restarts"],
        "full disks": f"{counts['full disks']}, with {counts['503 while the disk was full']} requests answered 503",
        "clock jumps": f"{run.clock.jumps}, at most {run.clock.latest / 3600:.1f} h ahead",
        "batches applied": stored.batches["applied"],
        "batches void": stored.batches["void"],
        "calls to Google without a usable answer": logged.unclear,
        "batches found in the sheet afterwards": logged.found,
        "batches fenced off": logged.fenced,
        "late commits refused, and applied": f"{late_commits(google, '400')}, {late_commits(google, '200')}",
        "calls over the quota": sum(count for (_, outcome), count in google.items() if outcome == "429"),
        "faults of a stage that the service caught": logged.events["stage.fault"],
        "longest time from 200 to row": f"{delays[-1]:.1f} s (half within {delays[len(delays) // 2]:.1f} s)",
        "settled after the last fault": "never" if run.settled_after is None else f"{run.settled_after:.1f} s",
        "duration": f"{run.duration:.0f} s",
    }
    whole = [sent for sent in acknowledged if sent.order.order_id not in run.named]
    lines = sum(len(sent.order.items) for sent in whole if has_items(sent))
    sentence = (
        f"Verified: all {len(whole)} orders that were answered with 200 and their {lines} items are in the "
        "sheet, each exactly once, in its place and right in every cell."
    )
    if run.named:
        sentence += f" Beside them the service names {len(run.named)} as not whole, and no row of theirs is doubled."
    return Report(_head(run), _conditions(run), figures, nemesis.struck(), wrong, sentence)


def _head(run: Run) -> str:
    options = run.options
    return f"Chaos run with seed {options.seed}: {options.orders} orders, {run.plan.count((Kill, KillInWrite))} kills."


def _conditions(run: Run) -> list[str]:
    factor = run.options.quota_factor
    lines = [
        f"Google's quotas: {'as they are' if factor == 1 else f'times {factor:g}'}. "
        f"A second marker: {'accepted' if run.options.second_marker else 'refused'}. "
        f"An update that matches nothing: {'accepted' if run.options.unmatched else 'refused'}.",
        f"The database's disk: {run.disk.says if run.disk else 'somewhere else, so it is not filled'}.",
        "The same seed and options play the same plan again; the exact moments differ.",
    ]
    if run.options.launcher != Options.launcher:
        lines.append(f"The service was started by {' '.join(run.options.launcher)}.")
    return lines
