"""Real reverse proxies, with the examples of deploy/proxies: as they stand there, but for ports and certificates.

A test that needs one is skipped where it isn't installed. On Debian: apt-get install nginx-light caddy haproxy.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from benchmarks.running import free_port
from tests.certificate import self_signed
from tests.waiting import wait_until

EXAMPLES = Path(__file__).parents[1] / "deploy" / "proxies"
SERVICE = "127.0.0.1:8080"
"""As the examples have it."""
UNCHANGED: Mapping[str, str] = {}


def program(name: str) -> str:
    """Where it is installed; skips the test where it isn't."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def example(name: str, service_port: int, *changes: Mapping[str, str]) -> str:
    """A file of deploy/proxies, with other words in place of some that stand in it."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    pairs = [pair for some in changes for pair in some.items()]
    for old, new in [*pairs, (SERVICE, f"127.0.0.1:{service_port}")]:
        assert old in text
        text = text.replace(old, new)
    return text


def certificate(folder: Path) -> Path:
    path = folder / "certificate.pem"
    path.write_bytes(self_signed())
    return path


@contextmanager
def nginx(
    folder: Path,
    service_port: int,
    name: str = "nginx.conf",
    *,
    tls: bool = True,
    changes: Mapping[str, str] = UNCHANGED,
) -> Iterator[str]:
    """nginx with one of its examples; its address. `changes`: other words in place of some in it."""
    port, host = free_port(), "example.com" if "below" in name else "orders.example.com"
    live = f"/etc/letsencrypt/live/{host}"
    where = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port}{' ssl' if tls else ''};",
        "listen [::]:443 ssl;": "",
        f"{live}/fullchain.pem": str(certificate(folder)),
        f"{live}/privkey.pem": str(certificate(folder)),
    }
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"worker_rlimit_nofile 4096; events {{ worker_connections 2048; }}\n"
        f"http {{ access_log off; {temporary}\n{example(name, service_port, where, changes)}\n}}\n"
    )
    command = [program("nginx"), "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")]
    with _running(command, f"http{'s' if tls else ''}://127.0.0.1:{port}") as url:
        yield url


@contextmanager
def caddy(
    folder: Path, service_port: int, *, below: bool = False, changes: Mapping[str, str] = UNCHANGED
) -> Iterator[str]:
    """Caddy with one of the two sites of its example; its address."""
    ports = {"orders.example.com": free_port(), "example.com": free_port()}
    tls = f"\ttls {certificate(folder)} {certificate(folder)}\n"
    where = {f"\n{host} {{\n": f"\nhttps://localhost:{port} {{\n{tls}" for host, port in ports.items()}
    alone = {"{\n\tservers {": "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {"}
    (folder / "Caddyfile").write_text(example("Caddyfile", service_port, alone, where, changes))
    command = [program("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(
        command, f"https://localhost:{ports['example.com' if below else 'orders.example.com']}", folder
    ) as url:
        yield url


@contextmanager
def haproxy(folder: Path, service_port: int, *, changes: Mapping[str, str] = UNCHANGED) -> Iterator[str]:
    """HAProxy with its example; its address."""
    port = free_port()
    where = {
        "bind :443": f"bind 127.0.0.1:{port}",
        "/etc/haproxy/certs/orders.example.com.pem": str(certificate(folder)),
    }
    (folder / "haproxy.cfg").write_text(example("haproxy.cfg", service_port, where, changes))
    with _running([program("haproxy"), "-f", str(folder / "haproxy.cfg")], f"https://127.0.0.1:{port}") as url:
        yield url


@contextmanager
def _running(command: list[str], url: str, home: Path | None = None) -> Iterator[str]:
    environment = os.environ if home is None else {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _listens(url), what=command[0])
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _listens(url: str) -> bool:
    try:
        httpx.get(url, verify=False)
    except httpx.HTTPError:
        return False
    return True
