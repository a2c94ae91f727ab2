"""What waitress has no setting for is the reverse proxy's part: the example of docs/operating.md, in a real nginx.

Runs where nginx is installed (on Debian: apt-get install nginx-light).
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from benchmarks.running import free_port
from tests.service.shop import Shop
from tests.service.test_connections import accepted_by
from tests.waiting import wait_until

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
STRANGER, GATEWAY = "127.0.0.1", "127.0.0.2"
SLOW = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def example(port: int, service_port: int) -> str:
    """The documented example, with this test's ports."""
    found = re.search(r"```nginx\n(.*?)```", OPERATING.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    text = found[1].replace("# listen, server_name, ssl_certificate …", f"listen 127.0.0.1:{port};")
    assert f"listen 127.0.0.1:{port};" in text
    return text.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{service_port}")


@pytest.fixture(scope="module")
def proxy(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx in front of the service; its port."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"worker_rlimit_nofile 4096; events {{ worker_connections 2048; }}\n"
        f"http {{ access_log off; {temporary}\n{example(port, int(shop.url.rpartition(':')[2]))}\n}}\n"
    )
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")])
    try:
        wait_until(lambda: answers(port), what="nginx")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.HTTPError:
        return False


def held(stack: ExitStack, port: int, count: int, first: bytes) -> list[socket.socket]:
    """Connections of the stranger, each with the beginning of a request."""
    connections = []
    for _ in range(count):
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10, (STRANGER, 0)))
        connection.sendall(first)
        connections.append(connection)
    return connections


@pytest.mark.parametrize("first", [SLOW, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["a slow body", "idle"])
def test_a_webhook_gets_through_while_one_address_holds_600_connections(shop: Shop, proxy: int, first: bytes) -> None:
    gateway = httpx.Client(transport=httpx.HTTPTransport(local_address=GATEWAY), timeout=10)
    with ExitStack() as stack, gateway:
        held(stack, proxy, 600, first)

        answer = gateway.post(
            f"http://127.0.0.1:{proxy}/webhooks/whapi",
            json={"messages": [{"type": "order", "order": {"order_id": f"through-{len(first)}", "token": "t"}}]},
            headers={"X-Webhook-Secret": shop.secret},
        )

        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
        assert len(accepted_by(int(shop.url.rpartition(":")[2]))) < 30


def test_a_slow_body_never_reaches_the_service(shop: Shop, proxy: int) -> None:
    port = int(shop.url.rpartition(":")[2])
    before = len(accepted_by(port))
    with ExitStack() as stack:
        for connection in held(stack, proxy, 15, SLOW):
            connection.sendall(b" " * 10)

        assert answers(port)
        assert len(accepted_by(port)) <= before + 1
