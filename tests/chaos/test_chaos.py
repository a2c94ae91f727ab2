"""The short form of the chaos run: everything that can go wrong, for half a minute."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.chaos.chaos import ROOT, chaos
from tests.waiting import wait_until

# As many requests to Google as in the long form, in a fraction of its minutes.
QUOTA = ("--quota-factor", "5")
SMALL = ("--orders", "40", "--kills", "0", "--patience", "20", *QUOTA)
STALLS = ("--only", "stall", "--stalls", "2", *SMALL)
LOSSES = ("--only", "loss", *SMALL)


def test_nothing_is_lost_or_doubled_whatever_goes_wrong(tmp_path: Path) -> None:
    result = chaos(tmp_path, "--orders", "80", "--kills", "4", "--stalls", "0", "--seed", "2", *QUOTA)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Chaos run with seed 2: 80 orders, 4 kills." in result.stdout
    assert "Verified: all " in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_one_that_stands_still_while_another_goes_on_doubles_nothing(tmp_path: Path) -> None:
    """Once as it has just claimed a batch, and once while Google works on its look at the tabs; where nothing at Google
    notices that rows have come in meanwhile."""
    result = chaos(tmp_path, *STALLS, "--seed", "33", "--unmatched")

    assert result.returncode == 0, result.stdout + result.stderr
    assert count(result.stdout, "stalls") == 2
    assert count(result.stdout, "while a second process took over") > 0


def test_one_whose_lock_has_gone_with_its_connection_doubles_nothing(tmp_path: Path, postgres_url: str) -> None:
    """On PostgreSQL; while Google works on its look at the tabs, and on its write. The newest order stands first."""
    result = chaos(tmp_path, *STALLS, "--seed", "9", "--new-rows", "top", "--database-url", postgres_url)

    assert result.returncode == 0, result.stdout + result.stderr
    assert count(result.stdout, "stalls") == 2
    assert count(result.stdout, "while a second process took over") > 0


def test_what_a_lost_database_knew_is_in_the_sheet_once_or_named(tmp_path: Path) -> None:
    """Emptied and replaced by an older copy, while the service is down and while it runs. The newest order stands
    first."""
    result = chaos(tmp_path, *LOSSES, "--losses", "4", "--seed", "4", "--new-rows", "top")

    assert result.returncode == 0, result.stdout + result.stderr
    assert count(result.stdout, "databases lost") == 4
    assert count(result.stdout, "of these replaced by an older copy") == 2
    assert count(result.stdout, "of these while the service ran") == 2


def test_what_a_lost_database_on_a_server_knew_is_in_the_sheet_once_or_named(tmp_path: Path, postgres_url: str) -> None:
    result = chaos(tmp_path, *LOSSES, "--losses", "2", "--seed", "2", "--database-url", postgres_url)

    assert result.returncode == 0, result.stdout + result.stderr
    assert count(result.stdout, "databases lost") == 2
    assert count(result.stdout, "of these replaced by an older copy") == 1


def test_a_signal_ends_it_with_all_that_it_started(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    arguments = ("--orders", "1000", "--only", "fault", "--kills", "0", "--seed", "1", "--log", str(log))
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos", *arguments],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        try:
            wait_until(lambda: "order.received" in service_log(tmp_path), within=30)
        finally:
            run.send_signal(signal.SIGINT)
            output, _ = run.communicate(timeout=30)

    assert run.returncode == 130
    assert output == "Stopped before the end; nothing was compared.\n"
    assert list(tmp_path.iterdir()) == [log]
    assert str(tmp_path) not in environments()


def service_log(folder: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in folder.glob("chaos-*/service.log"))


def environments() -> str:
    """Of all processes; a service that was left behind would have the folder's name in its own."""
    found = []
    for process in Path("/proc").glob("[0-9]*/environ"):
        try:
            found.append(process.read_bytes().decode(errors="replace"))
        except OSError:
            continue  # It has ended, or it is somebody else's.
    return "\n".join(found)


def count(output: str, figure: str) -> int:
    """A figure of the run's own summary."""
    found = re.search(rf"^ *{re.escape(figure)} +(\d+)$", output, re.MULTILINE)
    assert found is not None, output
    return int(found[1])
