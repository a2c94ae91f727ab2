from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from tests.made_once import service_account
from tests.process.here import ServiceHere
from tests.process.service_process import ServiceProcess


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(account=service_account()) as sandbox:
        # Whapi's own pace would make a test wait for the next delivery after a restart.
        sandbox.whapi.deliveries.pace = 0.05
        yield sandbox


@pytest.fixture
def service(sandbox: Sandbox, tmp_path: Path) -> Iterator[ServiceProcess]:
    """Not started yet."""
    service = ServiceProcess(sandbox, tmp_path)
    yield service
    service.stop()


@pytest.fixture
def here(sandbox: Sandbox, tmp_path: Path) -> Iterator[ServiceHere]:
    """One in this process, not started yet."""
    here = ServiceHere(sandbox, tmp_path)
    yield here
    here.stop()
