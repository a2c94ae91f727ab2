"""A database on a disk of the network is warned of, by the kind that the system tells."""

from pathlib import Path

import pytest

from connector.checks.disk import network_kind, network_warning

MOUNTS = """\
overlay / overlay rw,relatime 0 0
server:/exports /mnt nfs4 rw,vers=4.2 0 0
/dev/sda1 /mnt/own\\040disk ext4 rw 0 0
//box/share /srv/orders cifs rw 0 0
tmpfs /mnt/hidden ext4 rw 0 0
sshfs@host: /mnt/hidden fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/connector.db", None),
        ("/mnt/data/connector.db", "nfs4"),
        ("/mnt/own disk/connector.db", None),
        ("/srv/orders/connector.db", "cifs"),
        ("/srv/orders-2/connector.db", None),
        ("/mnt/hidden/connector.db", "fuse.sshfs"),
    ],
)
def test_the_kind_of_disk_is_that_of_the_mount_that_holds_the_file(path: str, kind: str | None, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert network_kind(Path(path), mounts) == kind


def test_the_warning_says_what_to_do(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert network_warning(Path("/mnt/x.db"), mounts) == (
        "The database /mnt/x.db lies on a disk of the network (nfs4), where SQLite can't rely on locks: it may break, "
        "and two services may write at once. Put it on a disk of this machine, or use PostgreSQL."
    )
    assert network_warning(None, mounts) is None
    assert network_warning(Path("/mnt/x.db"), tmp_path / "macOS has none") is None
