"""Turns what ends a group of checks into its last finding."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from connector.findings import Finding, Level
from connector.gateways.whapi.errors import WhapiError
from connector.language import gettext as _
from connector.sheets.credentials import CredentialsError
from connector.sheets.errors import Kind, RedirectedError, SheetsError
from connector.store.database import StoreError

_PASSING = frozenset({"timeout", "server_error", "rate_limit"})


class WrongError(Exception):
    """Something is wrong, and what comes after it in its group can't be looked at. The text says what is wrong and how
    to mend it."""


def guarded(name: str, findings: Iterable[Finding], redact: Callable[[str], str] = str) -> Iterator[Finding]:
    """The findings of a group without secrets. A failure that ends the group is its last finding."""
    try:
        for finding in findings:
            yield replace(finding, sentence=redact(finding.sentence))
    except (WrongError, StoreError, CredentialsError, SheetsError, WhapiError) as error:
        level = Level.WARNING if _passes(error) else Level.PROBLEM
        yield Finding(name, level, redact(sentence_of(error)))
    except SQLAlchemyError:
        yield Finding.problem(name, _("The database does not answer just now. Look again in a few minutes."))


def sentence_of(error: Exception) -> str:
    """The sentence for somebody who looks on, where an error's own is made for the service, which tries again."""
    if isinstance(error, SheetsError) and not isinstance(error, RedirectedError):
        if error.kind is Kind.UNCLEAR:
            return _("Google Sheets gave no usable answer just now. Look again in a few minutes.")
        if error.kind is Kind.RATE_LIMIT:
            return _(
                "Google's limit of requests a minute is reached. It is over within a minute; if it "
                "comes often, other programs use the same service account: make one for the "
                "connector alone."
            )
    if isinstance(error, WhapiError) and error.kind == "no_connection":
        return _(
            "Whapi could not be reached. See that this machine has internet access and that WHAPI_BASE_URL is right."
        )
    return str(error).replace(_("It will be tried again."), _("Look again in a few minutes."))


def _passes(error: Exception) -> bool:
    """Whether it is likely to be over soon, without anybody's doing."""
    if isinstance(error, SheetsError):
        return not isinstance(error, RedirectedError) and error.kind in {Kind.UNCLEAR, Kind.RATE_LIMIT}
    return isinstance(error, WhapiError) and error.kind in _PASSING
