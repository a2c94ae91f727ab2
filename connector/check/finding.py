"""What a check found, and where the latest findings of a running service are kept."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.sheets.credentials import CredentialsError
from connector.sheets.errors import Kind, SheetsError
from connector.store.database import StoreError
from connector.whapi.errors import WhapiError


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    """The group, such as `google`."""
    holds: bool
    sentence: str
    """What holds; or what is wrong, and how to mend it."""


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


class LatestFindings:
    """The latest findings of the running service. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._findings: tuple[Finding, ...] = ()
        self._found_at: datetime | None = None

    def replace(self, findings: Sequence[Finding], *, at: datetime) -> None:
        with self._lock:
            self._findings, self._found_at = tuple(findings), at

    def get(self) -> tuple[tuple[Finding, ...], datetime | None]:
        """All findings of the last look, and when it was; nothing and None before the first."""
        with self._lock:
            return self._findings, self._found_at

    @property
    def problems(self) -> list[str]:
        """The sentences of what is wrong."""
        findings, _ = self.get()
        return [finding.sentence for finding in findings if not finding.holds]
