"""What a run is made of."""

from dataclasses import dataclass

from sandbox.sandbox import Sandbox
from tests.chaos.clock import ChaosClock
from tests.chaos.disk import Disk
from tests.chaos.losable import Losable
from tests.chaos.service import Service, Start
from tests.chaos.store import Store
from tests.chaos.straight import StraightSender
from tests.chaos.stream import Stream


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
