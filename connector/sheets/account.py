"""A Google service account, as the shops share it that write with it: its client, and its budget of calls."""

from dataclasses import dataclass

from connector.language import gettext as _
from connector.observer import Callee, Observer
from connector.sheets.budget import Budget
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind
from connector.sheets.quota import quota_of

DEFAULT = "default"
"""The account of GOOGLE_CREDENTIALS."""
SECONDS_AFTER_REFUSAL = 10.0
"""How long an account calls nobody after Google has refused a call because there were too many."""


@dataclass(frozen=True, slots=True)
class GoogleAccount:
    """Google counts the calls of a service account over all its spreadsheets."""

    name: str
    api: SheetsApi
    budget: Budget

    @property
    def email(self) -> str:
        """What Google knows it by: files of shops may give the same account several names."""
        return self.api.account


class Metered(Observer):
    """Tells the budget of each call, and passes on what it is told."""

    def __init__(self, budget: Budget, observer: Observer) -> None:
        self._budget = budget
        self._observer = observer

    def call_ended(self, callee: Callee, operation: str, outcome: str, seconds: float) -> None:
        if (quota := quota_of(operation, outcome)) is not None:
            self._budget.count(quota, ago=seconds)
        if outcome == Kind.RATE_LIMIT:
            self._budget.pause(SECONDS_AFTER_REFUSAL, _("Google has refused a call: too many in a minute."))
        self._observer.call_ended(callee, operation, outcome, seconds)
