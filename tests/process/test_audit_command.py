"""`audit` and `resync --rewrite` as a person runs them, beside a service that runs and without one."""

import json
import subprocess

import pytest

from sandbox.google.merchant import Merchant
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from tests.process import test_commands as commands
from tests.process.here import ServiceHere
from tests.waiting import wait_until


def run(here: ServiceHere, *arguments: str) -> subprocess.CompletedProcess[str]:
    return commands.run(*arguments, cwd=here.folder, **here.environment)


@pytest.mark.parametrize("runs_on", [True, False])
def test_what_is_gone_is_named_and_written_again(sandbox: Sandbox, here: ServiceHere, runs_on: bool) -> None:
    here.start_and_wait()
    orders = sandbox.send("normal", 3)
    wait_until(lambda: not differences(sandbox, orders), within=60)
    if not runs_on:
        here.stop()
    assert json.loads(run(here, "audit", "--json").stdout) == {
        "orders": 3,
        "missing": [],
        "doubled": [],
        "items": [],
        "unknown": [],
    }
    merchant = Merchant(sandbox.google, sandbox.spreadsheet_id)
    values = sandbox.google.sheet_values(sandbox.spreadsheet_id, "Orders")
    gone = [values[1][0], values[2][0]]
    merchant.delete_rows("Orders", 1, 2)

    found = run(here, "audit", "--json")

    assert (found.returncode, sorted(json.loads(found.stdout)["missing"])) == (1, sorted(gone))
    assert run(here, "resync", "--rewrite", gone[0]).returncode == 0
    done = run(here, "audit", "--write-missing", "--yes")
    assert "1 of 1 orders are written anew." in done.stdout
    wait_until(lambda: not differences(sandbox, orders), within=30)
    assert run(here, "audit").returncode == 0
    again = run(here, "resync", "--rewrite", gone[0])
    assert (again.returncode, again.stdout) == (1, "0 of 1 orders are written anew.\n")
    assert "stand in the sheet" in again.stderr
