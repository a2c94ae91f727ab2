"""The file of certificates by which others are known, where the environment names one: behind a company's proxy, say.

The libraries look for different variables: httpx, which calls Whapi, for SSL_CERT_FILE and SSL_CERT_DIR, and requests,
which calls Google, for REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE. CA_BUNDLE is for both; and where one of theirs alone is
set, it holds for both.
"""

import os
import ssl
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

from connector.language import gettext as _

SETTING = "CA_BUNDLE"
_OF_HTTPX = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_OF_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_NAMES = (SETTING, *_OF_REQUESTS, _OF_HTTPX[0])

_named_by: dict[str, str] = {}
"""By which variable each file was named, before it was handed to both libraries."""


def settle_certificates(environment: Mapping[str, str], process: MutableMapping[str, str] = os.environ) -> None:
    """Has both libraries use the file that is named. To be called before a client is made. `process`: the variables
    that the libraries see."""
    named = _first(environment, (SETTING,))
    ours, theirs = named or _first(environment, _OF_HTTPX), named or _first(environment, _OF_REQUESTS)
    for name in reversed((*_NAMES, _OF_HTTPX[1])):
        if environment.get(name):
            _named_by[environment[name]] = name
    if ours is not None and not Path(ours).exists():
        return  # Several folders, which httpx alone takes; or it is said elsewhere that there is no such file.
    _give(ours or theirs, _OF_HTTPX, process)
    _give(theirs or ours, _OF_REQUESTS, process)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


def _give(path: str | None, names: tuple[str, ...], process: MutableMapping[str, str]) -> None:
    if path is None or _first(process, names) == path:
        return
    for name in names:
        process.pop(name, None)
    is_folder = names == _OF_HTTPX and Path(path).is_dir()
    process[names[1] if is_folder else names[0]] = path


def in_use(process: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """The file or folder, and the variable that named it; None where the libraries' own certificates are used."""
    path = _first(process, (*_OF_REQUESTS, *_OF_HTTPX))
    if path is None:
        return None
    return path, _named_by.get(path) or next(name for name in _NAMES if process.get(name) == path)


def missing_certificates(environment: Mapping[str, str] = os.environ) -> str | None:
    """A sentence, if a file that is named isn't there. Costs next to nothing where none is named."""
    for variable in _NAMES:
        path = environment.get(variable)
        if path and not Path(path).exists():
            name = variable if environment is not os.environ else _named_by.get(path, variable)
            return _(
                "{name} names {path} as the file of certificates, but there is no such file. Put it "
                "there, or take {name} out of the environment."
            ).format(name=name, path=path)
    return None


def certificate_problems(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The same, and a sentence for each file that can't be used."""
    missing = missing_certificates(environment)
    if missing is not None:
        yield missing
        return
    # Reading such a file takes a while, and they often name the same one.
    named = {path: name for name in reversed(_NAMES) if (path := environment.get(name))}
    for path, name in reversed(named.items()):
        if Path(path).is_file():
            try:
                ssl.create_default_context(cafile=path)
            except OSError:
                yield (
                    _(
                        "{name} names {path}, which can't be read as a file of certificates in PEM. Name "
                        "another file, or take {name} out of the environment."
                    ).format(name=name, path=path)
                )


def not_trusted(who: str, error: BaseException) -> str | None:
    """A sentence that ends in the remedy, if no connection came about because of somebody's certificate; `who`, such as
    `Whapi`."""
    message = next((found.verify_message for found in _all(error) if isinstance(found, _VERIFICATION)), None)
    if message is None:
        return None
    begin = _("{who} can't be reached safely: its certificate is not trusted ({rstrip}).").format(
        who=who, rstrip=str(message).rstrip(".")
    )
    used = in_use()
    if used is None:
        return _(
            "{begin} See that this machine's clock is right; and where a company's proxy stands "
            "between, name the file with its certificate and the public ones in {setting}."
        ).format(begin=begin, setting=SETTING)
    path, name = used
    return _(
        "{begin} It was checked by the file {path}, which {name} names. See that the "
        "authority behind the certificate is in it, and that this machine's clock is right."
    ).format(begin=begin, path=path, name=name)


_VERIFICATION = ssl.SSLCertVerificationError


def _all(error: object, depth: int = 12) -> Iterator[BaseException]:
    """An error and all that it came from; libraries wrap them in several ways."""
    if isinstance(error, BaseException) and depth:
        yield error
        for inner in (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args):
            if inner is not error:
                yield from _all(inner, depth - 1)
