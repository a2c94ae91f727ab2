"""The service's clock, as the run moves it."""

from pathlib import Path


class ChaosClock:
    """An offset in a file, which the child reads at each look at the clock."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.latest = 0.0
        """The offset at which the clock was furthest ahead."""
        self.offset = 0.0
        self.jumps = 0
        self._write(0.0)

    def jump(self, seconds: float) -> None:
        """Ahead, or back with a negative number."""
        self._write(self.offset + seconds)
        self.jumps += 1

    def catch_up(self) -> None:
        """Back to where it was furthest ahead: what was planned then is not waited for."""
        self._write(self.latest)

    def _write(self, offset: float) -> None:
        self.offset = offset
        self.latest = max(self.latest, offset)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(offset), encoding="ascii")
        fresh.replace(self.file)
