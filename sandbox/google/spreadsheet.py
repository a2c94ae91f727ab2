"""A spreadsheet as a file: its content, who may do what with it, and its saved versions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import TypeVar

from sandbox.google.draft import Draft
from sandbox.google.errors import Refused, no_permission, not_a_spreadsheet
from sandbox.google.grid import Content
from sandbox.google.unknowns import Unknowns

ROLES = ("writer", "reader", "none")

T = TypeVar("T")


@dataclass
class Spreadsheet:
    """`content` is replaced as a whole when a change is committed, so that a reader needs no lock."""

    spreadsheet_id: str
    content: Content
    role: str = "writer"
    """What the service account may do: writer, reader or none."""
    shared_with: str | None = None
    """The address of the one account that it is shared with. None: with whatever account there is."""
    trashed: bool = False
    """Nothing depends on it: a spreadsheet in the trash still accepts writes (docs/google-sheets.md, 6.12)."""
    is_office_file: bool = False
    """An Excel file that lies in Google Drive: it looks like a spreadsheet, and the API refuses it
    (docs/google-sheets.md, 1.4)."""
    snapshots: dict[str, Content] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock, repr=False)
    commits: int = 0
    """How often something was changed."""

    def commit(self, actor: str | None, unknowns: Unknowns, change: Callable[[Draft], T]) -> T:
        """Applies a change wholly, or not at all when it raises. One at a time."""
        with self.lock:
            draft = Draft.of(self.content, actor, unknowns)
            result = change(draft)
            self.content = draft.content
            self.commits += 1
        return result

    def check_access(self, actor: str, *, write: bool) -> None:
        """403 as Google words it for a spreadsheet that isn't shared, or only for viewing (docs/google-sheets.md,
        1.4)."""
        is_stranger = self.shared_with is not None and actor != self.shared_with
        if is_stranger or self.role == "none" or (write and self.role != "writer"):
            raise no_permission()
        if self.is_office_file:
            raise not_a_spreadsheet()

    def share(self, role: str) -> None:
        if role not in ROLES:
            raise Refused(f"role must be one of {', '.join(ROLES)}.")
        self.role = role
