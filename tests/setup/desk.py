"""A merchant at a desk: an empty folder, a sandbox in place of the internet, and answers for `setup`."""

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dotenv import dotenv_values

from connector.cli import main
from connector.settings import Settings
from sandbox.sandbox import Sandbox
from tests.made_once import service_account

PASSWORD = "a-good-password"


@dataclass(frozen=True)
class Ran:
    """What came of one run."""

    exit_code: int
    lines: list[str]
    """What was printed, with the prompts, without blank lines."""
    errors: list[str]

    @property
    def wrong(self) -> list[str]:
        return [line.removeprefix("wrong  ") for line in self.lines if line.startswith("wrong")]

    @property
    def right(self) -> list[str]:
        return [line.removeprefix("ok     ") for line in self.lines if line.startswith("ok")]


class Desk:
    def __init__(self, folder: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.sandbox = Sandbox(account=service_account()).start()
        self.port = port
        self.public_url = f"http://127.0.0.1:{port}"
        self.url = f"{self.public_url}/webhooks/whapi"
        self.env = {
            "WHAPI_BASE_URL": self.sandbox.url,
            "SHEETS_BASE_URL": self.sandbox.url,
            "PORT": str(port),
            "COLUMNS": "100",
        }
        self.key_file = folder / "credentials.json"
        self.sandbox.write_credentials(self.key_file)
        monkeypatch.chdir(folder)
        for field in fields(Settings):
            monkeypatch.delenv(field.name.upper(), raising=False)
        # The logging of the tests' own process is not setup's to change.
        for module in ("connector.log", "connector.cli.start", "connector.cli.check"):
            monkeypatch.setattr(f"{module}.set_up_logging", lambda **_: None)
        # Who answers is no terminal here.
        monkeypatch.setattr("connector.terminal.is_answered", lambda: True)

    @property
    def answers(self) -> list[str]:
        """All that is asked of somebody who has saved the key file in its place."""
        address = f"https://docs.google.com/spreadsheets/d/{self.sandbox.spreadsheet_id}/edit?gid=0#gid=0"
        return [self.sandbox.whapi.token, address, "", self.public_url, PASSWORD, PASSWORD]

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    @property
    def kept(self) -> dict[str, str | None]:
        return dict(dotenv_values(self.env_file))

    def all_in_environment(self) -> dict[str, str]:
        return {
            "WHAPI_TOKEN": self.sandbox.whapi.token,
            "SPREADSHEET_ID": self.sandbox.spreadsheet_id,
            "PUBLIC_URL": self.public_url,
        }

    def setup(self, answers: Sequence[str] = (), *options: str, **environment: str) -> Ran:
        """Runs the command in this process. Answers that are not asked for are left over, and fail nothing."""
        return self.run("setup", *options, answers=answers, **environment)

    def run(self, *command: str, answers: Sequence[str] = (), **environment: str) -> Ran:
        given = "".join(f"{answer}\n" for answer in answers)
        result = CliRunner().invoke(main, command, input=given, env={**self.env, **environment})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return Ran(
            result.exit_code,
            [line for line in result.stdout.splitlines() if line.strip()],
            result.stderr.splitlines(),
        )

    def webhooks(self) -> list[dict[str, Any]]:
        return self.sandbox.whapi.settings.webhooks()

    def ours(self, **changed: Any) -> dict[str, Any]:
        """The entry as it should be."""
        return {
            "url": self.url,
            "mode": "body",
            "events": [{"type": "messages", "method": "post"}],
            "headers": {"X-Webhook-Secret": self.kept["WEBHOOK_SECRET"]},
            **changed,
        }

    def everybody_elses(self) -> str:
        """The channel's settings but for our entry, byte for byte."""
        settings = deepcopy(self.sandbox.whapi.settings.read())
        settings["webhooks"] = [webhook for webhook in settings["webhooks"] if webhook["url"] != self.url]
        return json.dumps(settings)

    def state(self) -> tuple[Any, ...]:
        """Everything that setup may change."""
        return (
            self.env_file.read_bytes() if self.env_file.exists() else None,
            self.env_file.stat().st_mtime_ns if self.env_file.exists() else None,
            self.sandbox.google.spreadsheets[self.sandbox.spreadsheet_id].commits,
            self.sandbox.whapi.settings.updates,
            json.dumps(self.sandbox.whapi.settings.read()),
        )
