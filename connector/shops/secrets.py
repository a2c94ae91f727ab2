"""The secrets of the shops' file, for errors that end everything."""

from collections.abc import Iterator, Mapping

from connector.raw_secrets import in_pieces
from connector.settings import SHOP_SETTINGS, SettingsError, environment
from connector.shops.file import Section, ShopsFile, read_file
from connector.shops.values import Values

_SECRET = frozenset(name for name, entry in SHOP_SETTINGS.items() if not entry.repr)


def raw_shop_secrets() -> list[str]:
    """Whatever SHOPS_FILE holds now of what is secret, be it right or wrong. Never raises."""
    try:
        known = environment()
    except SettingsError:
        known = environment(None)
    path = known.get("SHOPS_FILE")
    return in_pieces(list(_secrets(read_file(path), known))) if path else []


def _secrets(file: ShopsFile, known: Mapping[str, str]) -> Iterator[str]:
    values = Values(known)
    for section in (file.defaults, *file.accounts.values(), *file.shops.values()):
        yield from _secrets_of(section, values)


def _secrets_of(section: Section, values: Values) -> Iterator[str]:
    for name in _SECRET & section.values.keys():
        try:
            yield values.text(name, section.values[name])
        except ValueError:
            # It is nothing that could be a secret, or stands somewhere that can't be read.
            continue
