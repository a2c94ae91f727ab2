"""What every stage and job of one shop works with, as one object."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.clock import Clock
from connector.events.publisher import NOBODY, Publisher
from connector.jobs.retry import RetryPolicy
from connector.language import ShopLanguage
from connector.log import Redactor
from connector.observer import UNOBSERVED, Observer
from connector.problems import Problems
from connector.settings import Settings
from connector.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopContext:
    """One shop: a channel and a spreadsheet. Holds no state of its own, so any number of threads may share it.

    Clients for Whapi and Google are no part of it: what calls somebody outside is handed its client by name.
    """

    shop: str
    """The shop's name. Every row of the store says whose it is."""
    settings: Settings
    database: Database
    clock: Clock
    steady: Clock
    """The same without its leaps ahead, for ages at whose end something is given up or deleted."""
    retry: RetryPolicy
    redact: Callable[[str], str] = str
    """Takes secrets out of a text that goes into a log, an error or a page."""
    secrets: Redactor | None = None
    """The shop's own secrets, for `log.working_for`, where there are several shops."""
    events: Publisher = NOBODY
    observer: Observer = UNOBSERVED
    language: ShopLanguage = field(default_factory=ShopLanguage)
    """What the shop's owner reads: problems, the page, and new tabs."""
    problems: Problems = field(default_factory=Problems)
    """What the parts say is wrong with them."""
