"""One instance of the service, with its own clock and its own ways to PostgreSQL and to Google."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.sandbox import Sandbox
from tests.chaos.clock import ChaosClock
from tests.chaos.fleet.wires import Address, Wires
from tests.chaos.launcher import NAME
from tests.chaos.service import Service, how_to_start


class Instance:
    """A process of the service, from start to start."""

    def __init__(
        self,
        name: str,
        folder: Path,
        sandbox: Sandbox,
        wires: Wires,
        *,
        database: Address,
        launcher: Sequence[str],
        settings: Mapping[str, str],
    ) -> None:
        folder.mkdir()
        self.name = name
        self.clock = ChaosClock(folder / "clock")
        self.to_database = wires.to(database)
        self.to_google = wires.to((sandbox.host, sandbox.port))
        self.service = Service(
            how_to_start(
                sandbox,
                folder,
                f"postgresql://postgres@127.0.0.1:{self.to_database.port}/postgres",
                clock=self.clock,
                launcher=launcher,
                settings={
                    "SHEETS_BASE_URL": f"http://127.0.0.1:{self.to_google.port}",
                    NAME: name,
                    **settings,
                },
            )
        )

    @property
    def url(self) -> str:
        return self.service.url
