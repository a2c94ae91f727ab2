"""What two shops must not share: a spreadsheet, a channel, a secret. One sentence for each shop that has to go out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from connector.settings import Settings

Claim = Mapping[str, Any]
"""What a shop says of its settings, as far as it could be read."""

_REASONS = {
    "spreadsheet_id": "Rows of both would come into one spreadsheet. Give each its own.",
    "whapi_token": "Both would serve one channel. Give each the token of its own.",
    "webhook_secret": "The secret says which shop is meant. Make up another one.",
}
_OPERATORS = "The operator's WEBHOOK_SECRET and ADMIN_PASSWORD open every shop. Make up another one."
_NAMED = 3


def conflicts(operator: Settings, claims: Mapping[str, Claim], before: Mapping[str, Claim]) -> dict[str, list[str]]:
    """Sentences by the shops that go out because of another one, or of the operator.

    `before`: what the shops that were served until now had. Of several that claim the same, the one that had it stays.
    If none had it, nobody can know whose it is, and all of them go out.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for setting, reason in _REASONS.items():
        for names in _claimed_by_several(setting, claims):
            had = [name for name in names if before.get(name, {}).get(setting) == claims[name][setting]]
            for name in names:
                if had != [name]:
                    found[name].append(f"{setting} is also that of {_others(names, name)}. {reason}")
    opens_all = {operator.webhook_secret, operator.admin_password} - {None, ""}
    for name, claim in claims.items():
        for setting in ("webhook_secret", "admin_password"):
            if claim.get(setting) in opens_all:
                found[name].append(f"{setting} is the operator's. {_OPERATORS}")
    return dict(found)


def _claimed_by_several(setting: str, claims: Mapping[str, Claim]) -> Iterator[list[str]]:
    by_value: dict[Any, list[str]] = defaultdict(list)
    for name, claim in claims.items():
        if setting in claim:
            by_value[claim[setting]].append(name)
    yield from (sorted(names) for names in by_value.values() if len(names) > 1)


def _others(names: list[str], name: str) -> str:
    others = [other for other in names if other != name]
    more = len(others) - _NAMED
    listed = ", ".join(others[:_NAMED])
    if more > 0:
        return f"the shops {listed} and {more} more"
    return f"the shop {listed}" if len(others) == 1 else f"the shops {listed}"
