"""Files of certificates that the environment names, for instance behind a company's proxy."""

import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

from connector.language import gettext as _

_NAMES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""What requests and httpx look for. Where the file isn't there, both fail in ways of their own, at every call."""


def missing_certificates(environment: Mapping[str, str] = os.environ) -> str | None:
    """A sentence, if a file that is named isn't there. Costs next to nothing where none is named."""
    for name in _NAMES:
        path = environment.get(name)
        if path and not Path(path).exists():
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
