"""The short form of the chaos run: everything that can go wrong, for half a minute."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.chaos.chaos import ROOT, chaos
from tests.waiting import wait_until

# As many requests to Google as in the long form, in a fraction of its minutes.
QUOTA = ("--quota-factor", "5")


def test_nothing_is_lost_or_doubled_whatever_goes_wrong(tmp_path: Path) -> None:
    result = chaos(tmp_path, "--orders", "120", "--kills", "6", "--seed", "2", *QUOTA)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Chaos run with seed 2: 120 orders, 6 kills." in result.stdout
    assert "Verified: all " in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_a_signal_ends_it_with_all_that_it_started(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    arguments = ("--orders", "1000", "--kills", "50", "--seed", "1", "--log", str(log))
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.chaos", *arguments],
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
