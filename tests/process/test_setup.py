"""`setup` as a process of its own: at a real terminal, killed halfway, and followed by `serve`."""

import json
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from dotenv import dotenv_values

from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from tests.process.child import run_child
from tests.process.service_process import QUICK, ROOT, free_port
from tests.process.test_commands import run
from tests.waiting import wait_until

PASSWORD = "a-good-password"
_AT_A_TERMINAL = (
    "import fcntl, runpy, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "sys.argv = ['connector', *sys.argv[1:]]; runpy.run_module('connector', run_name='__main__')"
)


class Merchant:
    """Somebody at a terminal in a folder of their own."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        sandbox.write_credentials(folder / "credentials.json")
        self.environment = {
            "WHAPI_BASE_URL": sandbox.url,
            "SHEETS_BASE_URL": sandbox.url,
            "PORT": str(self.port),
            **QUICK,
        }

    def type(self, dialogue: Sequence[tuple[str, str]], *command: str) -> tuple[int, str]:
        """Runs a command and types each answer when its question stands at the end of the screen."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", _AT_A_TERMINAL, *command],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "TERM": "dumb",
                "COLUMNS": "100",
                **self.environment,
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        screen, answered, left = "", 0, list(dialogue)
        try:
            for more in _output(ours):
                screen += more
                if left and re.search(rf"{re.escape(left[0][0])}[^\n]*: $", screen[answered:]):
                    answered = len(screen)
                    os.write(ours, f"{left.pop(0)[1]}\n".encode())
            return process.wait(timeout=60), screen
        finally:
            process.kill()
            process.wait()
            os.close(ours)


def _output(terminal: int) -> Iterator[str]:
    """What comes, until the other side closes; bounded."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        readable, _, _ = select.select([terminal], [], [], 1)
        if readable:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # How Linux tells that nobody has the terminal open any more.
                return
            if not data:
                return
            yield data.decode().replace("\r\n", "\n")


@pytest.fixture
def merchant(sandbox: Sandbox, tmp_path: Path) -> Merchant:
    return Merchant(sandbox, tmp_path)


def test_from_a_fresh_folder_to_the_first_order_in_the_sheet(merchant: Merchant, sandbox: Sandbox) -> None:
    address = f"https://docs.google.com/spreadsheets/d/{sandbox.spreadsheet_id}/edit"

    code, screen = merchant.type(
        [
            ("Token", sandbox.whapi.token),
            ("Address of the spreadsheet", address),
            ("Who brings the orders", "whapi"),
            ("Public address", merchant.url),
            ("Password", PASSWORD),
            ("The same again", PASSWORD),
        ],
        "setup",
    )

    assert code == 0, screen
    assert "All is set up." in screen
    start = shlex.split(screen.splitlines()[-1])
    secret = dotenv_values(merchant.folder / ".env")["WEBHOOK_SECRET"] or "none"
    for typed in (sandbox.whapi.token, PASSWORD, secret):
        assert typed not in screen
    log = (merchant.folder / "service.log").open("wb")
    # As it is printed, and outside of the virtual environment.
    service = subprocess.Popen(
        start,
        cwd=merchant.folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **merchant.environment},
        stdout=log,
        stderr=log,
    )
    try:
        orders = sandbox.send("normal")
        wait_until(lambda: not differences(sandbox, orders), within=60, what="the first order to land")
        checked = run("check", "--json", cwd=merchant.folder, **merchant.environment)
    finally:
        service.terminate()
        assert service.wait(timeout=60) == 0
        log.close()
    assert checked.returncode == 0, checked.stdout
    findings = [json.loads(line) for line in checked.stdout.splitlines()]
    assert [finding["level"] for finding in findings] == ["ok"] * len(findings)
    assert findings[-1] == {
        "name": "public",
        "level": "ok",
        "sentence": f"The service can be reached at {merchant.url}.",
    }
    assert [finding["name"] for finding in findings].count("quota") == 1


@pytest.mark.parametrize(
    "place",
    [
        ("connector.setup.env_file:_replace", "before", "2"),
        ("connector.sheets.client:SheetsApi.batch_update", "after", "2"),
        ("connector.gateways.whapi.client:WhapiClient.change_settings", "after", "1"),
    ],
    ids=["while the spreadsheet is kept", "between two writes to Google", "when the webhook has been registered"],
)
def test_a_kill_halfway_leaves_a_folder_in_which_setup_goes_on(
    merchant: Merchant, sandbox: Sandbox, place: tuple[str, str, str]
) -> None:
    given = {"WHAPI_TOKEN": sandbox.whapi.token, "SPREADSHEET_ID": sandbox.spreadsheet_id, "PUBLIC_URL": merchant.url}
    others = sandbox.whapi.settings.webhooks()

    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **merchant.environment, **given}
    command = ["tests.process.wounded", *place, "setup", "--yes"]
    killed = run_child(*command, cwd=merchant.folder, env=environment)
    again = run("setup", "--yes", cwd=merchant.folder, **merchant.environment, **given)

    assert killed.returncode == -9, killed.stderr
    assert (again.returncode, again.stderr) == (0, ""), again.stdout
    assert sandbox.google.titles(sandbox.spreadsheet_id) == ["Sheet1", "Orders", "Items"]
    secret = dotenv_values(merchant.folder / ".env")["WEBHOOK_SECRET"]
    assert sandbox.whapi.settings.webhooks() == [
        *others,
        {
            "url": f"{merchant.url}/webhooks/whapi",
            "mode": "body",
            "events": [{"type": "messages", "method": "post"}],
            "headers": {"X-Webhook-Secret": secret},
        },
    ]
