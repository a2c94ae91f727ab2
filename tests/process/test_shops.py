"""Several shops in one service, as processes: shops come and go while it runs, and a lone shop becomes one of many."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from sandbox.verify import differences
from tests.process.child import run_child
from tests.process.here import ServiceHere
from tests.process.service_process import ServiceProcess
from tests.process.test_commands import run
from tests.waiting import wait_until

SECRET = "the-secret-of-the-operator"


class Host(ServiceProcess):
    """A service with SHOPS_FILE."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        super().__init__(sandbox, folder)
        self.environment |= {"SHOPS_FILE": "shops.toml", "WEBHOOK_SECRET": SECRET, "PUBLIC_URL": self.url}
        for name in ("WHAPI_TOKEN", "SPREADSHEET_ID"):
            del self.environment[name]

    def command(self, *arguments: str) -> str:
        """Runs a command that goes well; what it printed."""
        done = run(*arguments, cwd=self.folder, **self.environment)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout

    def add(self, shop: SandboxShop) -> str:
        given = ("--token", shop.token, "--spreadsheet", shop.spreadsheet_id, "--secret", shop.secret)
        return self.command("shops", "add", shop.name, *given, "--yes")

    def posts(self, shop: SandboxShop, path: str = "/webhooks/whapi") -> int:
        """The status of the answer to a webhook without an order."""
        body = {"statuses": [], "event": {"type": "statuses", "event": "post"}}
        headers = {"X-Webhook-Secret": shop.secret}
        return httpx.post(f"{self.url}{path}", json=body, headers=headers, timeout=30).status_code


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Host]:
    host = Host(sandbox, tmp_path)
    yield host
    host.stop()


def run_wounded(host: Host, place: str, *command: str) -> int:
    arguments = ("tests.process.wounded", place, "before", "1", *command)
    return run_child(*arguments, cwd=host.folder, env=host.environment).returncode


def orders_in(shop: SandboxShop) -> list[str]:
    return [row[0] for row in shop.rows("Orders")[1:]]


def test_shops_are_added_and_removed_while_the_service_runs(host: Host, sandbox: Sandbox) -> None:
    rye, oat = sandbox.add_shop("rye"), sandbox.add_shop("oat")
    (host.folder / "shops.toml").write_text("[shops]\n", encoding="utf-8")
    host.start_and_wait()

    said = host.add(rye)
    host.add(oat)
    orders = {shop.name: shop.send(count=2) for shop in (rye, oat)}
    wait_until(lambda: len(orders_in(rye)) == len(orders_in(oat)) == 2, within=60)
    assert f"has arrived at the service that runs at {host.url}" in said
    for shop in (rye, oat):
        assert sorted(orders_in(shop)) == sorted(order.order_id for order in orders[shop.name])

    rye.whapi.deliveries.close()  # What is on its way is dropped: it would come to a shop that has left.
    host.command("shops", "remove", "rye", "--yes")

    wait_until(lambda: host.posts(rye) == 401, within=20, what="the shop's secret to be nobody's")
    assert host.posts(oat) == 200
    assert [webhook["url"] for webhook in rye.whapi.settings.webhooks() if host.url in webhook["url"]] == []
    more = oat.send()
    wait_until(lambda: more[0].order_id in orders_in(oat), within=60)
    assert host.signal() == 0


def test_a_shop_that_leaves_takes_nothing_in_and_what_is_open_is_written(host: Host, sandbox: Sandbox) -> None:
    rye = sandbox.add_shop("rye")
    (host.folder / "shops.toml").write_text("[shops]\n", encoding="utf-8")
    host.start_and_wait()
    host.add(rye)
    # Killed when the store says that the shop leaves: the service goes on with it, and so does the next command.
    killed = run_wounded(host, "connector.setup.remove:_add_shop", "shops", "remove", "rye", "--yes")
    assert killed == -signal.SIGKILL

    wait_until(lambda: host.posts(rye) == 410, within=20, what="webhooks to be refused")
    assert "leaving" in host.command("shops", "list")
    host.signal()
    host.start_and_wait()
    assert host.posts(rye) == 410

    host.command("shops", "remove", "rye", "--yes")
    wait_until(lambda: host.posts(rye) == 401, within=20)
    assert (host.folder / "shops.toml").read_text(encoding="utf-8") == "[shops]\n"


def test_a_lone_shop_becomes_one_of_many_and_keeps_its_orders(
    here: ServiceHere, service: ServiceProcess, sandbox: Sandbox
) -> None:
    here.start_and_wait()
    before = sandbox.send(count=2)
    wait_until(lambda: not differences(sandbox, before), within=60)
    here.stop()
    # As docs/hosting.md has it: the shop keeps its secret, and the operator gets a new one.
    entry = {
        "whapi_token": service.environment.pop("WHAPI_TOKEN"),
        "spreadsheet_id": service.environment.pop("SPREADSHEET_ID"),
        "webhook_secret": service.environment["WEBHOOK_SECRET"],
    }
    lines = [f'{name} = "{value}"\n' for name, value in entry.items()]
    (service.folder / "shops.toml").write_text(f"[shops.default]\n{''.join(lines)}", encoding="utf-8")
    service.environment |= {"SHOPS_FILE": "shops.toml", "WEBHOOK_SECRET": SECRET}

    service.start_and_wait()
    after = sandbox.send()
    sandbox.whapi.send(before[0])

    wait_until(lambda: not differences(sandbox, before + after), within=60)
    listed = run("orders", "--shop", "default", cwd=service.folder, **service.environment)
    assert sorted(line.split()[0] for line in listed.stdout.splitlines()[1:]) == sorted(
        order.order_id for order in before + after
    )
    assert differences(sandbox, before + after) == []
