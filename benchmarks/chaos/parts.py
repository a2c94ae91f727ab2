"""What a run is made of."""

from dataclasses import dataclass

from benchmarks.chaos.clock import ChaosClock
from benchmarks.chaos.disk import Disk
from benchmarks.chaos.losable import Losable
from benchmarks.chaos.service import Service, Start
from benchmarks.chaos.store import Store
from benchmarks.chaos.straight import StraightSender
from benchmarks.chaos.stream import Stream
from connector.sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Parts:
    """The service and everything around it."""

    sandbox: Sandbox
    service: Service
    start: Start
    """How a further process of the service is started."""
    stream: Stream
    straight: StraightSender
    database: Losable
    store: Store
    """The same database, to look into it."""
    clock: ChaosClock
    disk: Disk | None
    """None where the database is not on one of ours."""
