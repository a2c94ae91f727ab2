"""Whether an SQLite database lies on a disk that does not last: on hosting platforms what a container writes is gone
with it, at each deploy and restart, unless a disk is mounted there."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from connector.findings import Finding
from connector.language import gettext as _

_NAME = "database"
_PLATFORMS = {
    "RENDER": "Render",
    "FLY_APP_NAME": "Fly.io",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RAILWAY_ENVIRONMENT_NAME": "Railway",
    "DYNO": "Heroku",
    "K_SERVICE": "Google Cloud Run",
    "GAE_APPLICATION": "Google App Engine",
    "KOYEB_APP_NAME": "Koyeb",
}
"""What each of them sets in the environment of whatever it runs."""
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})


def check_that_disk_lasts(
    path: Path | None, environment: Mapping[str, str] = os.environ, mounts: Path = Path("/proc/self/mounts")
) -> Iterator[Finding]:
    """A warning where it does not. Says nothing of a database elsewhere, and where it can't be known. `mounts`: what
    the system says of its mounted disks."""
    platform = next((title for name, title in _PLATFORMS.items() if environment.get(name)), None)
    if path is None or platform is None:
        return
    kinds = _kinds(mounts)
    mounted = next((folder for folder in path.absolute().resolve().parents if str(folder) in kinds), None)
    if mounted is None or (mounted != Path(mounted.anchor) and kinds[str(mounted)] not in _IN_MEMORY):
        return
    yield Finding.warning(
        _NAME,
        _(
            "The database {path} lies on a disk that {platform} empties at each deploy, and orders that are not yet in "
            "the sheet go with it. Mount a lasting disk (a volume) and let DATABASE_URL lead there, or use PostgreSQL."
        ).format(path=path, platform=platform),
    )


def _kinds(mounts: Path) -> dict[str, str]:
    """The kind of file system, by the folder where it is mounted; of several in one place the last, which covers the
    others. Nothing on systems that don't say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    parts = (line.split(" ") for line in lines)
    return {part[1].replace("\\040", " "): part[2] for part in parts if len(part) > 2}  # noqa: PLR2004 - device, folder, kind
