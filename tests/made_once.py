"""What takes long to make and is the same in every test: made once in a process, and handed out again and again."""

from functools import cache
from pathlib import Path

from connector.store.database import Database
from sandbox.google.auth import ServiceAccount
from tests.memory import new_folder


@cache
def service_account() -> ServiceAccount:
    """For sandboxes. Its key is a short one, as the service checks it at every start."""
    return ServiceAccount(key_bits=1024)


def sqlite_url(folder: Path) -> str:
    """The URL of a database in the folder: the one that is there, or an empty one to which all migrations were made."""
    path = folder / "connector.db"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    path = new_folder("connector-migrated-") / "connector.db"
    Database(f"sqlite:///{path}").close()
    content = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    return content
