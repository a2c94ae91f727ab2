"""What can go wrong in a run, one thing after the other."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Kill:
    """`kill -9`."""

    after: float
    """Seconds from what was sent last."""
    down: float
    """Seconds until it is started again."""


@dataclass(frozen=True)
class KillInWrite:
    """`kill -9` while Google works on a write and has not answered."""

    kind: str
    after: float
    """Seconds from the moment at which the write has arrived."""


@dataclass(frozen=True)
class Strike:
    """A fault of the sandbox; the fields are those of `Fault`."""

    service: str
    kind: str
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    status: int = 503
    retry_after: str | None = None
    path_contains: str | None = None


@dataclass(frozen=True)
class Storm:
    """A row of refusals: the limit of requests a minute is reached, or no token is to be had."""

    service: str
    status: int
    times: int


@dataclass(frozen=True)
class StopSandbox:
    """Whapi and Google are gone, with every connection."""

    down: float


@dataclass(frozen=True)
class FillDisk:
    """No room for the database."""

    seconds: float
    kill: bool
    """Whether the service is killed meanwhile."""


@dataclass(frozen=True)
class MoveClock:
    """The clock jumps ahead; or back, and after so many seconds to where it was."""

    seconds: float
    back_for: float | None = None


@dataclass(frozen=True)
class MerchantEdits:
    """Things beside and below the rows that must stay as they are."""


@dataclass(frozen=True)
class Stall:
    """SIGSTOP for a while, in which a second process takes the shop's lock and goes on, then SIGCONT."""

    at: str
    """The moment: `read` and `write` (Google works on such a call of its), `claim` (a batch was just stored), or
    `anywhere`."""
    kind: str
    """How Google goes about the call, at `read` and `write`."""
    takes: float
    """Seconds that Google takes for it. What it reads may be what it was before the other took over, or after."""
    after: float
    """Seconds from that moment to the stop."""
    seconds: float
    """For how long it stands still once the other has taken over."""
    together: float
    """Seconds in which both run afterwards; then one of them is killed."""
    first_dies: bool
    """Whether that is the one that stood still."""


MOMENTS = ("read", "claim", "write", "anywhere")


@dataclass(frozen=True)
class LoseDatabase:
    """The database is gone for good, or is again what it was."""

    older: bool
    """An older copy is in its place; else there is nothing, and a new one is made."""
    running: bool
    """It happens under the hands of the running service, which is started again later; else while it is down."""
    again: tuple[int, ...]
    """Webhooks that come once more right afterwards, of orders that were sent so many orders ago."""


@dataclass(frozen=True)
class CopyDatabase:
    """Puts a copy of the database aside, for a loss that brings it back."""


Action = (
    Kill
    | KillInWrite
    | Strike
    | Storm
    | StopSandbox
    | FillDisk
    | MoveClock
    | MerchantEdits
    | Stall
    | LoseDatabase
    | CopyDatabase
)
NAMES: dict[str, type[Action]] = {
    "kill": Kill,
    "kill_in_write": KillInWrite,
    "fault": Strike,
    "storm": Storm,
    "sandbox": StopSandbox,
    "disk": FillDisk,
    "clock": MoveClock,
    "merchant": MerchantEdits,
    "stall": Stall,
    "loss": LoseDatabase,
}


def fields_of(strike: Strike) -> dict[str, object]:
    """As `Fault` takes them."""
    return {entry.name: getattr(strike, entry.name) for entry in fields(strike)}
