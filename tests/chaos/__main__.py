"""The command line of the chaos run."""

import secrets
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from rich.console import Console

from sandbox.faults import KINDS
from tests.chaos.actions import NAMES
from tests.chaos.fleet import run as fleet
from tests.chaos.fleet.plan import Trouble
from tests.chaos.fleet.verdict import verdict as fleet_verdict
from tests.chaos.report import Report
from tests.chaos.run import InterruptedRunError, Options, progress, set_up
from tests.chaos.verdict import verdict

TROUBLES = tuple(trouble.value for trouble in Trouble)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--orders", default=1000, show_default=True, type=click.IntRange(1), help="How many orders are sent.")
@click.option("--kills", default=30, show_default=True, type=click.IntRange(0), help="How often it is killed.")
@click.option("--stalls", default=10, show_default=True, type=click.IntRange(0), help="How often it stands still.")
@click.option("--instances", type=click.IntRange(2), help="Several instances on one PostgreSQL, with many shops.")
@click.option("--shops", default=50, show_default=True, type=click.IntRange(1), help="With several instances.")
@click.option("--accounts", default=5, show_default=True, type=click.IntRange(1), help="Service accounts of the shops.")
@click.option("--postgres", is_flag=True, help="Starts a PostgreSQL server, and kills it now and then.")
@click.option("--seconds", type=float, help="For how long orders come in. The default is 11 for each kill.")
@click.option("--losses", default=0, show_default=True, type=click.IntRange(0), help="How often its database is lost.")
@click.option("--seed", type=int, help="Draws the plan; a former run's seed plays its plan again.")
@click.option("--second-marker", is_flag=True, help="The sandbox accepts a second marker with the same id.")
@click.option("--unmatched", is_flag=True, help="The sandbox takes updates that match nothing.")
@click.option("--new-rows", default="bottom", show_default=True, type=click.Choice(["bottom", "top"]))
@click.option("--database-url", help="An empty PostgreSQL database. The default is SQLite on a small disk of its own.")
@click.option("--quota-factor", default=1.0, show_default=True, help="Multiplies Google's quotas in the sandbox.")
@click.option(
    "--only", multiple=True, type=click.Choice([*NAMES, *TROUBLES]), help="Takes only such actions. May be repeated."
)
@click.option("--fault", multiple=True, type=click.Choice(list(KINDS)), help="Plays only such faults. May be repeated.")
@click.option("--patience", default=60.0, show_default=True, help="Seconds for what is left at the end, and some more.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Keeps the service's log there.")
@click.option("--launcher", default=" ".join(Options.launcher), help="The module that starts the service.", hidden=True)
def main(
    orders: int,
    kills: int,
    stalls: int,
    instances: int | None,
    shops: int,
    accounts: int,
    postgres: bool,
    seconds: float | None,
    losses: int,
    seed: int | None,
    second_marker: bool,
    unmatched: bool,
    new_rows: str,
    database_url: str | None,
    quota_factor: float,
    only: tuple[str, ...],
    fault: tuple[str, ...],
    patience: float,
    log: Path | None,
    launcher: str,
) -> None:
    """Kills the service and spoils everything around it while orders come in, then compares the sheet with them.

    Exits with 0 if each order that was answered with 200 is in the sheet exactly once, else with 1.
    """
    stopped = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    console = Console(highlight=False, soft_wrap=True)
    seed = secrets.randbelow(2**31) if seed is None else seed
    if instances is not None:
        if not postgres or database_url or losses or second_marker or unmatched or fault:
            raise click.UsageError(
                "Several instances need --postgres, and take no --database-url, --losses, --second-marker, "
                "--unmatched or --fault."
            )
        fleet_options = fleet.Options(
            instances=instances,
            shops=shops,
            accounts=accounts,
            orders=orders,
            kills=kills,
            hangs=stalls,
            seed=seed,
            seconds=seconds,
            only=only,
            quota_factor=quota_factor,
            patience=patience,
            launcher=tuple(launcher.split()),
            log=log,
        )
        with fleet.set_up(fleet_options, stopped) as fleet_run:
            fleet_run.go()
            _end_if_stopped(console, is_stopped=stopped.is_set())
            report = fleet_verdict(fleet_run)
        _tell(console, report)
    options = Options(
        orders=orders,
        kills=kills,
        stalls=stalls,
        losses=losses,
        seed=seed,
        second_marker=second_marker,
        unmatched=unmatched,
        new_rows=new_rows,
        database_url=database_url,
        quota_factor=quota_factor,
        only=only,
        faults=fault,
        patience=patience,
        launcher=tuple(launcher.split()),
        log=log,
    )
    with set_up(options) as run:
        try:
            with progress(run, console) as show:
                run.go(stopped, show)
        except InterruptedRunError:
            _end_if_stopped(console, is_stopped=True)
        report = verdict(run)
    _tell(console, report)


def _end_if_stopped(console: Console, *, is_stopped: bool) -> None:
    if is_stopped:
        console.print("Stopped before the end; nothing was compared.")
        sys.exit(130)


def _tell(console: Console, report: Report) -> NoReturn:
    for line in report.lines():
        console.print(line, markup=False)
    sys.exit(1 if report.differences else 0)


if __name__ == "__main__":
    main(prog_name="python -m tests.chaos")
