"""Shops whose channel another shop has already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.language import gettext as _


@dataclass(frozen=True, slots=True)
class _Doubled:
    holder: str
    channel_id: str


class DoubledChannels:
    """Who came later is out, for as long as the other one has the channel. Safe to use from several threads: what is
    there is never changed, only replaced."""

    def __init__(self) -> None:
        self._doubled: Mapping[str, _Doubled] = {}

    @property
    def sentences(self) -> dict[str, str]:
        """Why each of these shops is out, for the operator."""
        return {
            name: _sentence(one, of=_("the shop {name}").format(name=one.holder)) for name, one in self._doubled.items()
        }

    def begin(self, name: str, holder: str, channel_id: str) -> str:
        """The shop's channel is that of `holder`; a sentence for the shop itself, which learns no other's name."""
        self._doubled = {**self._doubled, name: _Doubled(holder, channel_id)}
        return _sentence(self._doubled[name], of=_("another shop"))

    def end(self, name: str) -> None:
        """The shop is added anew, or gone."""
        if name in self._doubled:
            self._doubled = {other: one for other, one in self._doubled.items() if other != name}

    def ended(self, still_has: Callable[[str, str], bool]) -> list[str]:
        """The shops that may come back. `still_has`: whether a shop still has a channel."""
        return [name for name, one in self._doubled.items() if not still_has(one.holder, one.channel_id)]


def _sentence(one: _Doubled, *, of: str) -> str:
    return _(
        "whapi_token leads to the channel {channel_id}, which {of} has already. Orders of "
        "both would come into two spreadsheets. Give each shop the token of its own channel."
    ).format(channel_id=one.channel_id, of=of)
