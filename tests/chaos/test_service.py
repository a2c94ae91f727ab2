"""The child that stands still and goes on."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.service import Service, Start
from tests.waiting import wait_until

COUNTS = """
import sys, threading, time
threading.Thread(target=lambda: [print(n, flush=True) or time.sleep(0.01) for n in range(10**9)], daemon=True).start()
sys.stdin.read()
"""
"""Counts until its standard input ends, as the service goes on until the run ends."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "counts.py").write_text(COUNTS)
    service = Service(Start(("counts",), tmp_path, {}))
    service.start()
    wait_until(lambda: lines(service) > 3)
    yield service
    service.close()


def test_it_stands_still_until_it_goes_on(service: Service) -> None:
    service.stop_still()
    wait_until(lambda: state(service) == "T")
    before = lines(service)
    assert lines(service) == before

    service.go_on()
    wait_until(lambda: lines(service) > before)


def test_one_that_stands_still_can_be_killed_and_comes_again(service: Service) -> None:
    first = service.pid
    service.stop_still()

    service.kill()

    assert service.pid not in (first, None)
    before = lines(service)
    wait_until(lambda: lines(service) > before)
    assert service.ended_by_itself == []


def test_one_that_stands_still_ends_with_the_run_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "counts.py").write_text(COUNTS)
    run = """
import os, sys
from pathlib import Path
from tests.chaos.service import Service, Start
service = Service(Start(("counts",), Path(sys.argv[1]), {}))
service.start()
service.stop_still()
print(service.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", run, str(tmp_path)], cwd=root, capture_output=True, text=True, check=False
    )

    assert killed.returncode == -9, killed.stderr
    wait_until(lambda: not Path(f"/proc/{int(killed.stdout)}").exists())


def lines(service: Service) -> int:
    return service.log_file.read_text(encoding="utf-8").count("\n")


def state(service: Service) -> str:
    """As Linux has it: T is stopped."""
    return Path(f"/proc/{service.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
