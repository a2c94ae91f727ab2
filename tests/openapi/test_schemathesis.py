"""schemathesis makes requests from the description, valid and invalid ones, and compares the answers with it."""

import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.api import auth
from sandbox.orders import whapi_sample
from tests.openapi.described import operations
from tests.service.shop import Shop

ROOT = Path(__file__).parents[2]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    # A wrong secret is tried at every address, and each time it ought to be a 401.
    monkeypatch.setattr(auth, "MOST_WRONG", 10_000)
    shop = Shop(tmp_path, retry_first_delay=600, retry_max_delay=600).start()
    shop.sandbox.whapi.add(whapi_sample())
    yield shop
    shop.close()


@pytest.mark.timeout(600)
def test_schemathesis_finds_no_difference_between_the_service_and_its_description(shop: Shop, tmp_path: Path) -> None:
    command = [f"{sysconfig.get_path('scripts')}/schemathesis", "--config-file", str(CONFIGURATION), "run"]
    secret = f"X-Webhook-Secret: {shop.secret}"

    done = subprocess.run(
        [*command, f"{shop.url}/openapi.json", "--header", secret],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    # All but the description, from which it reads what there is to test.
    assert f"Tested: {len(list(operations())) - 1}\n" in done.stdout
