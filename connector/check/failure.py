"""Turns what ends a group of checks into its last finding."""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.exc import SQLAlchemyError

from connector.check.finding import Finding
from connector.sheets.credentials import CredentialsError
from connector.sheets.errors import Kind, SheetsError
from connector.store.database import StoreError
from connector.whapi.errors import WhapiError


class WrongError(Exception):
    """Something is wrong, and what comes after it in its group can't be looked at. The text says what is wrong and how
    to mend it."""


def guarded(name: str, findings: Iterable[Finding], redact: Callable[[str], str] = str) -> Iterator[Finding]:
    """The findings of a group without secrets. A failure that ends the group is its last finding."""
    try:
        for finding in findings:
            yield Finding(finding.name, finding.holds, redact(finding.sentence))
    except (WrongError, StoreError, CredentialsError, SheetsError, WhapiError) as error:
        yield Finding(name, holds=False, sentence=redact(sentence_of(error)))
    except SQLAlchemyError:
        yield Finding(name, holds=False, sentence="The database does not answer just now. Look again in a few minutes.")


def sentence_of(error: Exception) -> str:
    """The sentence for somebody who looks on, where an error's own is made for the service, which tries again."""
    if isinstance(error, SheetsError):
        if error.kind is Kind.UNCLEAR:
            return "Google Sheets gave no usable answer just now. Look again in a few minutes."
        if error.kind is Kind.RATE_LIMIT:
            return (
                "Google's limit of requests a minute is reached. It is over within a minute; if it comes often, other "
                "programs use the same service account: make one for the connector alone."
            )
    if isinstance(error, WhapiError) and error.kind == "no_connection":
        return "Whapi could not be reached. See that this machine has internet access and that WHAPI_BASE_URL is right."
    return str(error).replace("It will be tried again.", "Look again in a few minutes.")
