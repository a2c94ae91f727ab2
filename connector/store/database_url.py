"""Reads DATABASE_URL. Errors are ValueErrors with a whole sentence that shows nothing of a password: of an address that
is written wrongly, nobody knows what in it is one."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connector.language import gettext as _
from connector.language import marked

_HOW_TO_WRITE = marked(
    "Write it as sqlite:///data/connector.db or postgresql://USER:PASSWORD@HOST/NAME; in the password an @ is written "
    "as %40, a / as %2F, a ? as %3F, and a % as %25."
)
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_OPTION = re.compile(r"[a-z_]{1,40}\Z")
_FOR_A_SHELL = ("~", "$", "%")
"""What a shell makes another text of, at the beginning of a path."""


def read_url(text: str) -> URL:
    """The URL with the driver that is installed here. Raises ValueError."""
    try:
        url = make_url(text)
        driver = _DRIVERS[url.get_backend_name().lower()]
    except (ArgumentError, KeyError, ValueError):
        raise ValueError(
            _("DATABASE_URL is not the address of an SQLite or PostgreSQL database. {how_to_write}").format(
                how_to_write=_(_HOW_TO_WRITE)
            )
        ) from None
    url = url.set(drivername=driver)
    if url.get_backend_name() == "sqlite":
        _check_sqlite(url)
    else:
        _check_postgresql(text, url)
    return url


def _check_sqlite(url: URL) -> None:
    if url.query:
        raise ValueError(
            _("DATABASE_URL has options after a ?, which an SQLite database takes none of. Take them out.")
        )
    if url.host or url.username or url.password or url.port:
        raise ValueError(
            _(
                "DATABASE_URL names a host, as what stands behind two slashes is one. Write three slashes before a "
                "path that counts from the working directory, as in sqlite:///data/connector.db, and four before one "
                "from the top, as in sqlite:////var/lib/connector/connector.db."
            )
        )
    if not url.database or url.database == ":memory:":
        raise ValueError(_("DATABASE_URL names no file, so orders would be lost. Use sqlite:///data/connector.db."))
    if url.database.lstrip("/").startswith(_FOR_A_SHELL):
        raise ValueError(_not_replaced(url.database))
    if url.database.endswith(("/", os.sep)) or Path(url.database).is_dir():
        raise ValueError(
            _("DATABASE_URL names a folder. Put the name of the file behind it, as in sqlite:///data/connector.db.")
        )


def _check_postgresql(text: str, url: URL) -> None:
    before, _mark, after = text.partition("?")
    is_in_doubt = (
        before.count("@") > 1
        or ("@" in before and "@" in after)
        or "@" in f"{url.host}{url.database}"
        or any("@" in name for name in url.query)
    )
    if is_in_doubt:
        # What was taken for the host or the name would be a part of the password.
        raise ValueError(
            _("DATABASE_URL can't be read without doubt, because of an @ in it. {how_to_write}").format(
                how_to_write=_(_HOW_TO_WRITE)
            )
        )
    options = text.rpartition("@")[2].partition("?")[2].split("&")
    if any(option and unquote(option.partition("=")[0]) not in url.query for option in options):
        raise ValueError(
            _(
                "DATABASE_URL has an option without a value behind the ?. Write each as NAME=VALUE, as in "
                "sslmode=require."
            )
        )
    # Only here: the greater part of all installations has no PostgreSQL, and starts sooner without its client.
    from psycopg import pq  # noqa: PLC0415

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    for name in url.query:
        if name not in known:
            raise ValueError(
                _(
                    "DATABASE_URL has the option {name} behind the ?, which PostgreSQL does not know. Take it out. "
                    "(For an encrypted connection write sslmode=require.)"
                ).format(name=name if _OPTION.match(name) else "…")
            )


def _not_replaced(path: str) -> str:
    """Taken as it stands, it would be a folder of that name here, and the orders would lie where nobody looks."""
    meant = os.path.expanduser(path.lstrip("/"))  # noqa: PTH111 - a Path raises where there is no home
    if meant.startswith(_FOR_A_SHELL):
        meant = str(Path.cwd() / "data" / "connector.db")
    sentence = _(
        "DATABASE_URL begins with a ~ or a variable, which only a shell replaces. Write the whole path, as in "
        "sqlite:///{path}."
    ).format(path=meant)
    if not Path(path).exists():
        return sentence
    return sentence + " " + _("The one that was used until now is {path}.").format(path=Path(path).absolute())
