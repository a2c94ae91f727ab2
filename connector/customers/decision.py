"""What follows from the state of an order, as the merchant has it now, and from what was decided before."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sheets.statuses import Stage
from connector.store.customer_texts import TextState

CLOSING = (Stage.SENT, Stage.DONE, Stage.CANCELLED)
"""Once one of these is stored for an order, there is no more to say of it."""
_ORDER = (Stage.CONFIRMED, Stage.PACKED, Stage.SENT, Stage.DONE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be changed."""

    begins: Stage | None = None
    """The state that is new, and is decided now."""
    withdrawn: tuple[str, ...] = ()
    """States for which it is as if nothing had been decided: the merchant has taken them back in time."""

    def __bool__(self) -> bool:
        return self.begins is not None or bool(self.withdrawn)


def decide(stage: Stage | None, known: Mapping[str, TextState]) -> Decision:
    """Each state counts once. One that the order has left behind is not told any more: neither when the merchant goes
    back to it, nor when it was passed over. What waits and isn't true any more is withdrawn."""
    withdrawn = {state for state, text in known.items() if text is TextState.WAITING and state != stage}
    if stage is not Stage.CANCELLED and Stage.CANCELLED in known:
        withdrawn.add(Stage.CANCELLED)
    left = known.keys() - withdrawn
    is_past = stage in _ORDER and any(later in left for later in _ORDER[_ORDER.index(stage) :])
    begins = None if stage is None or stage in left or is_past else stage
    return Decision(begins, tuple(sorted(withdrawn)))
