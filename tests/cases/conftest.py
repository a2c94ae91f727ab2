"""What the cases have in common."""

from collections.abc import Iterator

import pytest

from tests.cases.completion_bench import OPEN


@pytest.fixture(autouse=True)
def _benches_are_closed() -> Iterator[None]:
    yield
    OPEN.close()
