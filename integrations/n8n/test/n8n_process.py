"""A real n8n, with a data folder of its own, that has the workflows as a merchant would have them."""

import json
import os
import signal
import subprocess
from pathlib import Path

import httpx

from integrations.n8n.test.install import PROGRAM
from tests.process.service_process import free_port
from tests.waiting import wait_until

WORKFLOWS = Path(__file__).parents[1]
_MINUTES = 300.0
"""Seconds that n8n may take for what it does at the start, on a slow machine."""


class N8n:
    """Imports, starts and stops; what n8n keeps stays from start to start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log_file = folder / "n8n.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "N8N_USER_FOLDER": str(folder),
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_PORT": str(self.port),
            "N8N_RUNNERS_ENABLED": "true",
            "N8N_RUNNERS_BROKER_PORT": str(free_port()),
            "N8N_EXPRESSION_ENGINE": "legacy",
            "N8N_DIAGNOSTICS_ENABLED": "false",
            "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
            "N8N_TEMPLATES_ENABLED": "false",
            "N8N_PERSONALIZATION_ENABLED": "false",
        }

    def address(self, path: str) -> str:
        """Where the webhook with this path listens."""
        return f"http://127.0.0.1:{self.port}/webhook/{path}"

    def take_credentials(self, headers: dict[str, tuple[str, str, str]]) -> None:
        """Credentials of the kind Header Auth; by id: their name in n8n, the header and its value."""
        file = self.folder / "credentials.json"
        made = [
            {"id": id_, "name": name, "type": "httpHeaderAuth", "data": {"name": header, "value": value}}
            for id_, (name, header, value) in headers.items()
        ]
        file.write_text(json.dumps(made), encoding="utf-8")
        self._run("import:credentials", f"--input={file}")
        file.unlink()

    def take_workflows(self, addresses: dict[str, str]) -> None:
        """The workflows of the repository, switched on, with the addresses in them replaced by others."""
        folder = self.folder / "workflows"
        folder.mkdir(exist_ok=True)
        for file in WORKFLOWS.glob("*.json"):
            text = file.read_text(encoding="utf-8")
            for old, new in addresses.items():
                text = text.replace(old, new)
            (folder / file.name).write_text(text, encoding="utf-8")
        self._run("import:workflow", "--separate", f"--input={folder}")
        self._run("update:workflow", "--all", "--active=true")

    def start(self, **environment: str) -> None:
        """Returns when both workflows answer."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [str(PROGRAM), "start"],
                env={**self._environment, **environment},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._is_ready, within=_MINUTES, what="n8n to activate the workflows")

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _is_ready(self) -> bool:
        """A webhook that isn't there yet answers 404. The first refuses who has no secret."""
        assert self._process is not None
        assert self._process.poll() is None, self.log_file.read_text(encoding="utf-8")[-2000:]
        try:
            return (
                httpx.post(self.address("whatsapp-orders"), json={}, timeout=60).status_code == httpx.codes.FORBIDDEN
                and httpx.post(self.address("order-events"), json={}, timeout=60).status_code != httpx.codes.NOT_FOUND
            )
        except httpx.HTTPError:
            return False

    def _run(self, *command: str) -> None:
        with self.log_file.open("ab") as log:
            subprocess.run(
                [str(PROGRAM), *command],
                env=self._environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                check=True,
                timeout=_MINUTES,
            )
