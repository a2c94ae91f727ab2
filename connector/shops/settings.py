"""The settings of each shop, from three layers: the operator's environment, `[defaults]`, and the shop's own entry.

Every shop that is right is served. One that isn't is out, with sentences that say why and show no secret.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connector.converters import SHORTEST_PASSWORD, printable
from connector.settings import (
    ENV_FILE,
    SECRETS,
    SHOP_SETTINGS,
    Settings,
    SettingsError,
    contradictions,
    environment,
    how_to_get,
)
from connector.shops.conflicts import Claim, conflicts
from connector.shops.file import NAMES, Section, ShopsFile, did_you_mean, is_name, read_file, shown
from connector.shops.look import Look, stamp
from connector.shops.values import Values
from connector.variables import OF_FILE

DEFAULT_ACCOUNT = "default"
"""The account of GOOGLE_CREDENTIALS."""
ACCOUNT = "account"
CREDENTIALS = "google_credentials"
NEEDED = ("whapi_token", "spreadsheet_id", "webhook_secret")
EACH_ITS_OWN = (*NEEDED, "admin_password")
"""Neither `[defaults]` nor the environment gives these to a shop."""
_OF_ENTRY = (*SHOP_SETTINGS, ACCOUNT)
_OF_DEFAULTS = tuple(name for name in _OF_ENTRY if name not in EACH_ITS_OWN)
_MOST_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class ShopEntry:
    """A shop that can be served."""

    name: str
    settings: Settings
    account: str
    """The name of its service account: `default`, that of an `[accounts.NAME]`, or `shop:NAME` for the key that stands
    with that shop itself. Shops with the same key have the same account."""


@dataclass(frozen=True, slots=True)
class Shops:
    """What SHOPS_FILE said at one moment."""

    good: Mapping[str, ShopEntry]
    out: Mapping[str, tuple[str, ...]]
    """Why a shop can't be served."""
    problems: tuple[str, ...]
    """What belongs to no shop."""
    is_usable: bool
    """False: keep serving the shops that were served before (`ShopsFile.is_usable` says when)."""
    look: Look
    """`look.has_changed()` says when it is time to read again."""
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What GOOGLE_CREDENTIALS would hold for each account that can be used, each key once."""


@dataclass(slots=True)
class _Read:
    """What a section says, converted. `hidden`: its secrets, right or wrong, which no sentence may show."""

    values: dict[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Common:
    """What holds for all shops."""

    settings: Settings
    """The operator's, with `[defaults]` over them, and without what each shop must have of its own."""
    account: str
    """Of a shop that names none."""
    keys: dict[str, str]
    """What GOOGLE_CREDENTIALS would hold, by the account's name."""
    broken: dict[str, str]
    """Accounts that can't be used, and why."""
    names: dict[str, str]
    """The accounts' names by their keys, each key once."""


def read_shops(
    operator: Settings,
    *,
    before: Mapping[str, ShopEntry] | None = None,
    added: Mapping[str, Mapping[str, Any]] | None = None,
) -> Shops:
    """Reads the shops of the file that the operator's `shops_file` names. Never raises for what stands there.

    `before`: the shops that were served until now. A spreadsheet, channel or secret that two claim stays with the one
    of them that had it. `added`: entries, by their names, that are looked at as if they stood in the file too.
    """
    if operator.shops_file is None:
        raise ValueError("Without SHOPS_FILE there is no file of shops.")
    # Looked at before it is read, as every file: a change in between is seen by the next look.
    named = {ENV_FILE: stamp(ENV_FILE)}
    file = read_file(operator.shops_file)
    try:
        values = Values(environment())
    except SettingsError as error:
        return Shops({}, {}, tuple(error.problems), False, replace(file.look, named=named))
    for name, entry in (added or {}).items():
        if is_name(name):
            file.shops[name] = Section(f"The new shop {name}", entry)
        else:
            file.out[name] = f"A shop's name is {NAMES}."
    common, sentences = _common(operator, file, values)
    file.problems += sentences
    good, out = _each(operator, common, file, values, before or {})
    return Shops(
        good,
        {name: tuple(out[name]) for name in sorted(out)},
        tuple(file.problems),
        file.is_usable and not sentences,
        replace(file.look, named=named | values.files),
        {name: key for key, name in common.names.items()},
    )


def _each(
    operator: Settings, common: _Common, file: ShopsFile, values: Values, before: Mapping[str, ShopEntry]
) -> tuple[dict[str, ShopEntry], dict[str, list[str]]]:
    entries: dict[str, ShopEntry] = {}
    out = {name: [sentence] for name, sentence in file.out.items()}
    had: dict[str, Claim] = {name: _claim(entry.settings) for name, entry in before.items()}
    # Of a shop that can't be read now, what it had stays its own.
    claims: dict[str, Claim] = {name: had[name] for name in out if name in had}
    for name in sorted(file.shops):
        entry, read = _shop(common, name, file.shops[name], values)
        claims[name] = read.values
        if entry is None:
            out[name] = read.sentences
        else:
            entries[name] = entry
    for name, sentences in conflicts(operator, claims, had).items():
        out.setdefault(name, []).extend(sentences)
    return {name: entry for name, entry in entries.items() if name not in out}, out


def _shop(common: _Common, name: str, section: Section, values: Values) -> tuple[ShopEntry | None, _Read]:
    """The shop, or None and sentences why it can't be served. What other shops say is not looked at."""
    read = _read(section, values, _OF_ENTRY)
    missing = [needed for needed in NEEDED if needed not in read.values and not _is_named(needed, read.sentences)]
    read.sentences += [f"{needed} is not set. {how_to_get(needed.upper())}" for needed in missing]
    account = _account(common, name, read)
    if not read.sentences:
        own = {key: value for key, value in read.values.items() if key != ACCOUNT}
        settings = replace(common.settings, **{**own, CREDENTIALS: common.keys[account]})
        read.sentences += map(_as_in_the_file, contradictions(settings))
        if not read.sentences:
            return ShopEntry(name, settings, account), read
    _hide(read)
    return None, read


def _common(operator: Settings, file: ShopsFile, values: Values) -> tuple[_Common, list[str]]:
    """What holds for all, and what is wrong with `[defaults]`."""
    read = _read(file.defaults, values, _OF_DEFAULTS)
    own = {key: value for key, value in read.values.items() if key != ACCOUNT}
    settings = replace(
        operator, **{**own, "whapi_token": "", "spreadsheet_id": "", "webhook_secret": "", "admin_password": None}
    )
    common = _Common(settings, DEFAULT_ACCOUNT, {DEFAULT_ACCOUNT: settings.google_credentials}, {}, {})
    for name, section in file.accounts.items():
        found = _read(section, values, (CREDENTIALS,))
        if not found.sentences and CREDENTIALS not in found.values:
            found.sentences.append(f"{CREDENTIALS} is not set. Name the service account's key file there.")
        _hide(found)
        if found.sentences:
            common.broken[name] = f"The account {name} ({section.place}) can't be used: {' '.join(found.sentences)}"
        else:
            common.keys[name] = found.values[CREDENTIALS]
    for name, key in common.keys.items():
        common.names.setdefault(key, name)
    account = read.values.get(ACCOUNT, DEFAULT_ACCOUNT)
    if account in common.keys or account in common.broken:
        common.account = account
    else:
        read.sentences.append(_no_such_account(common, account))
    read.sentences += map(_as_in_the_file, contradictions(settings))
    _hide(read)
    return common, [f"{file.defaults.place}: {sentence}" for sentence in read.sentences]


def _account(common: _Common, shop: str, read: _Read) -> str:
    """The account of a shop. Adds a sentence to what was read if there is no such."""
    account: str = read.values.get(ACCOUNT, common.account)
    if CREDENTIALS in read.values:
        if ACCOUNT in read.values:
            read.sentences.append(f"{ACCOUNT} and {CREDENTIALS} are both set. Keep one of them.")
        account = f"shop:{shop}"
        common.keys.setdefault(account, read.values[CREDENTIALS])
    elif account in common.broken:
        read.sentences.append(common.broken[account])
        return account
    elif account not in common.keys or not is_name(account):
        read.sentences.append(_no_such_account(common, account))
        return account
    # Google counts calls by the key's owner, whatever name the key has here: the first name stands for all.
    return common.names.setdefault(common.keys[account], account)


def _no_such_account(common: _Common, account: str) -> str:
    hint = did_you_mean(account, common.keys) if is_name(account) else ""
    return f"{ACCOUNT} is wrong: there is no [accounts.{shown(account)}].{hint}"


def _read(section: Section, values: Values, allowed: tuple[str, ...]) -> _Read:
    """Converts what stands in a section, with a sentence for each thing that is wrong."""
    read = _Read()
    for name, raw in section.values.items():
        if name not in allowed:
            read.sentences.append(_unknown(name, allowed))
            continue
        try:
            text = values.text(name, raw)
            if not text:
                continue
            if name in SHOP_SETTINGS and not SHOP_SETTINGS[name].repr:
                read.hidden.append(text)
            convert = str if name == ACCOUNT else SHOP_SETTINGS[name].metadata["convert"]
            read.values[name] = convert(printable(text))
        except ValueError as error:
            read.sentences.append(f"{name} is wrong: {error}")
    del read.sentences[_MOST_SENTENCES:]
    return read


def _unknown(name: str, allowed: tuple[str, ...]) -> str:
    if name in EACH_ITS_OWN and allowed is _OF_DEFAULTS:
        return f"{name} can't stand there, as each shop must have its own. Write it into the shops' own entries."
    if name in SHOP_SETTINGS or name in {"shops", "accounts", "defaults"}:
        return f"{name} can't stand there. docs/hosting.md says what stands where."
    if name in Settings.__dataclass_fields__:
        return f"{name} is the operator's alone. Set it in the environment or in .env, as {name.upper()}."
    secret = name.lower().removesuffix(OF_FILE.lower())
    if secret != name and secret.upper() in SECRETS and secret in allowed:
        return f'{name} can\'t stand there. Write {secret} = "file:PATH".'
    return f"{shown(name)} is no setting of a shop.{did_you_mean(name, allowed)}"


def _is_named(setting: str, sentences: list[str]) -> bool:
    return any(sentence.startswith(f"{setting} ") for sentence in sentences)


def _claim(settings: Settings) -> Claim:
    return {name: getattr(settings, name) for name in EACH_ITS_OWN}


def _as_in_the_file(sentence: str) -> str:
    """With the names of shops' settings as the file has them, in small letters."""
    for name in SHOP_SETTINGS:
        sentence = sentence.replace(name.upper(), name)
    return sentence


def _hide(read: _Read) -> None:
    """No sentence has a place for a secret. This holds also where one was written in the wrong place."""
    hidden = [
        text for text in read.hidden if len(text) >= SHORTEST_PASSWORD and text not in Settings.__dataclass_fields__
    ]
    for text in sorted(hidden, key=len, reverse=True):
        # In whatever letters: a host's name is told in small ones.
        pattern = re.compile(re.escape(text), re.IGNORECASE)
        read.sentences = [pattern.sub("[secret]", sentence) for sentence in read.sentences]
