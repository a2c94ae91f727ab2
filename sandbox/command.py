"""The command `sandbox`: runs the stand-ins until it is told to stop, and says how to start `serve` against
them."""

import shlex
import signal
import threading
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from connector import signals
from connector.terminal import command
from sandbox.sandbox import Sandbox

SERVE_URL = "http://127.0.0.1:8080/webhooks/whapi"
"""Where `serve` listens unless told otherwise."""
KEY_FILE = "credentials.json"
ENV_FILE = "sandbox.env"


def run_sandbox(
    port: int,
    host: str = "127.0.0.1",
    webhook_url: str | None = None,
    secret: str | None = None,
    data_dir: Path = Path("data/sandbox"),
) -> None:
    """Serves until SIGTERM or SIGINT.

    Webhooks go to `webhook_url`, by default to a `serve` on this machine; `secret` is what it wants to be
    shown, by default the one in the env file that this writes.
    """
    stopped = threading.Event()
    for number in signals.that_stop():
        signal.signal(number, lambda *_: stopped.set())
    sandbox = Sandbox(port, host=host, data_dir=data_dir)
    if secret is not None:
        sandbox.secret = secret
    sandbox.send_to(webhook_url or SERVE_URL, sandbox.secret)
    with sandbox:
        write_settings(sandbox, data_dir)
        _say(sandbox, webhook_url or SERVE_URL, data_dir)
        stopped.wait()


def write_settings(sandbox: Sandbox, data_dir: Path) -> None:
    """Writes the key file and an env file with everything that `serve` needs, for its owner's eyes only."""
    data_dir.mkdir(parents=True, exist_ok=True)
    key_file = (data_dir / KEY_FILE).resolve()
    sandbox.write_credentials(key_file)
    database = (data_dir / "connector.db").resolve()
    values = sandbox.environment(key_file) | {"DATABASE_URL": f"sqlite:///{database}"}
    env_file = data_dir / ENV_FILE
    env_file.unlink(missing_ok=True)
    env_file.touch(mode=0o600)
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    env_file.write_text("".join(lines), encoding="utf-8")


def _say(sandbox: Sandbox, webhook_url: str, data_dir: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"The sheet, as a merchant sees it: [bold]{escape(sandbox.url)}[/bold]")
    console.print(f"Webhooks go to {escape(webhook_url)}.")
    console.print("Start the service against it in another terminal:\n")
    console.print(f"  set -a; . {escape(shlex.quote(str((data_dir / ENV_FILE).resolve())))}; set +a")
    console.print(f"  {escape(command('serve'))}\n")
    console.print("Ctrl-C stops the sandbox; the sheet's content is then gone.")
