"""The steps that ask for a setting: each explains how to get it, tries it at once, and asks again where it is wrong."""

import re
import secrets
from collections.abc import Callable
from typing import TypeVar

from connector.checks.failure import sentence_of
from connector.converters import SHORTEST_PASSWORD, SHORTEST_SECRET, unquoted
from connector.gateways.whapi.client import AUTHORISED, CHANNEL_STATES
from connector.gateways.whapi.errors import WhapiError
from connector.language import gettext as _
from connector.language import marked
from connector.runtime.clients import sheets_api, whapi_client
from connector.settings import SettingsError
from connector.setup.key_path import ask_for_key, key_path
from connector.setup.talk import Answers, Talk
from connector.sheets.credentials import CredentialsError, load_credentials
from connector.sheets.errors import Kind, SheetsError

T = TypeVar("T")
KEY_FILE = "credentials.json"
_NO_PAGE = "-"

ABOUT_WHAPI = marked(
    "Whapi's panel shows the token on the channel's page. Copy it there and paste it here; it will not be shown."
)
ABOUT_KEY = marked("""\
The service writes to the spreadsheet in the name of a service account of Google's. To make one:
1. Open https://console.cloud.google.com and make a project.
2. Switch on the Google Sheets API for it: https://console.cloud.google.com/apis/library/sheets.googleapis.com
3. Under IAM & Admin, Service accounts, create a service account. It needs no roles.
4. Open it, choose Keys, Add key, Create new key, JSON, and save the file in this folder as {file}.""")
ABOUT_SPREADSHEET = marked("""\
1. Open the spreadsheet in the shop's own Google account, or make a new one.
2. Choose Share and add {account} as Editor.
3. Copy the address from the browser and paste it here.""")
ABOUT_PAGE = marked(
    "The status page shows how orders and connections stand, to whoever knows its password. Type one of at least "
    "{shortest} characters, or press Enter to have one made up (you then find it in {place} as {name}), "
    "or type - to go without the page."
)


def token_step(values: Answers, talk: Talk) -> str | None:
    """A token that Whapi accepts; the id of its channel, if Whapi says it. The phone need not be linked yet."""

    def try_token(token: str) -> tuple[str, str | None]:
        client = whapi_client(values.settings(whapi_token=token))
        try:
            health = client.health()
        finally:
            client.close()
        if health.state != AUTHORISED:
            unknown = _("The channel is in the unknown state {state}.").format(state=health.state)
            talk.wrong(_(CHANNEL_STATES[health.state]) if health.state in CHANNEL_STATES else unknown)
            return _("Whapi accepts the token of the channel {channel_id}.").format(
                channel_id=health.channel_id
            ), health.channel_id
        return _("Whapi accepts the token, and the channel {channel_id} is connected.").format(
            channel_id=health.channel_id
        ), health.channel_id

    talk.title("Whapi")
    sentence, channel = _until_right(values, talk, "WHAPI_TOKEN", try_token, _(ABOUT_WHAPI), ask=_ask_token(talk))
    talk.right(sentence)
    return channel


def _ask_token(talk: Talk) -> Callable[[str | None], str]:
    def ask(before: str | None) -> str:
        typed = talk.ask_secret(_("Token (Enter: the same again)") if before else _("Token"), default=before)
        # As it stands in examples of requests.
        return unquoted(re.sub(r"(?i)^(authorization:\s*)?bearer\s+", "", unquoted(typed)))

    return ask


def google_step(values: Answers, talk: Talk, prepare: Callable[[str], str]) -> None:
    """A key that Google accepts, and a spreadsheet in which it may write. `prepare` makes the tabs in it."""
    talk.title("Google")
    doubtful = False
    while True:
        _key(values, talk, doubtful=doubtful)
        account = sheets_api(values.settings()).account
        try:
            sentence = _until_right(
                values,
                talk,
                "SPREADSHEET_ID",
                prepare,
                _(ABOUT_SPREADSHEET).format(account=account),
                ask=lambda before: talk.ask(_("Address of the spreadsheet"), default=before),
            )
        except _KeyRefusedError as error:
            # Google's refusal may be the key's fault: begin with that again. Enter keeps it.
            talk.wrong_answer(str(error))
            doubtful = True
        else:
            talk.right(sentence)
            return


class _KeyRefusedError(Exception):
    """Google gives no token for the key."""


def _key(values: Answers, talk: Talk, *, doubtful: bool) -> None:
    def try_key(setting: str) -> str:
        return _("The key belongs to {service_account_email}.").format(
            service_account_email=load_credentials(key_path(setting)).service_account_email
        )

    if values.get("GOOGLE_CREDENTIALS") is None and not doubtful:
        try:
            talk.right(try_key(KEY_FILE))
        except CredentialsError:
            pass
        else:
            return
    sentence = _until_right(
        values,
        talk,
        "GOOGLE_CREDENTIALS",
        try_key,
        _(ABOUT_KEY).format(file=KEY_FILE),
        ask=lambda _before: ask_for_key(talk, default=KEY_FILE),
        doubtful=doubtful,
    )
    talk.right(sentence)


def secret_step(values: Answers, talk: Talk) -> None:
    """A secret that callers present; it is made up where there is none."""
    secret = values.get("WEBHOOK_SECRET")
    if secret is None:
        values.keep("WEBHOOK_SECRET", new_secret())
        talk.right(_("A secret for webhooks was made up and kept in {path}.").format(path=values.path))
    elif len(secret) < SHORTEST_SECRET:
        talk.wrong_answer(
            _("WEBHOOK_SECRET is wrong: it is shorter than {shortest_secret} characters.").format(
                shortest_secret=SHORTEST_SECRET
            )
        )
        talk.ask(_("Press Enter to have a new one made up"), default="")
        values.keep("WEBHOOK_SECRET", new_secret())
        talk.right(
            _("A new secret for webhooks was kept in {path}. Other senders, such as Make or n8n, need it.").format(
                path=values.path
            )
        )
    else:
        values.keep("WEBHOOK_SECRET", secret)


def new_secret() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(32)


def password_step(values: Answers, talk: Talk) -> None:
    """Offers a password for the status page, once."""
    password = values.get("ADMIN_PASSWORD")
    if password is not None:
        values.keep("ADMIN_PASSWORD", password)
    elif talk.asks and not values.was_answered("ADMIN_PASSWORD"):
        talk.title(_("Status page"))
        talk.explain(
            _(ABOUT_PAGE).format(shortest=SHORTEST_PASSWORD, place=values.path, name=values.named("ADMIN_PASSWORD"))
        )
        values.keep("ADMIN_PASSWORD", _ask_password(talk))


def _ask_password(talk: Talk) -> str:
    while True:
        password = talk.ask_secret(_("Password (Enter: make one up; -: no page)"), default="")
        if password == _NO_PAGE:
            return ""
        if not password:
            return secrets.token_urlsafe(12)
        if len(password) < SHORTEST_PASSWORD:
            talk.wrong_answer(
                _("A password needs at least {shortest_password} characters.").format(
                    shortest_password=SHORTEST_PASSWORD
                )
            )
        elif talk.ask_secret(_("The same again")) != password:
            talk.wrong_answer(_("The two were not the same."))
        else:
            return password


def _is_wrong_itself(error: Exception) -> bool:
    """Whether the answer is, and not something that can be mended elsewhere, so that the same answer is right then."""
    if isinstance(error, WhapiError):
        return error.kind == "unauthorised"
    if isinstance(error, SheetsError):
        return error.kind is Kind.MISSING
    return True


def _until_right(
    values: Answers,
    talk: Talk,
    name: str,
    attempt: Callable[[str], T],
    explanation: str,
    *,
    ask: Callable[[str | None], str],
    doubtful: bool = False,
) -> T:
    """Tries the value that is there, or else asks; again and again until the attempt succeeds. Then it is kept.

    `ask` gets the value that may be right all the same, for its default. `doubtful`: the one that is there has been
    found wrong before.
    """
    value = values.get(name)
    is_to_ask = value is None or doubtful
    explained = False
    while True:
        if is_to_ask or value is None:
            if not explained:
                talk.explain(explanation)
                explained = True
            value = ask(value)
        try:
            result = attempt(value)
        except (SettingsError, CredentialsError, SheetsError, WhapiError) as error:
            if isinstance(error, SheetsError) and error.kind is Kind.CREDENTIALS:
                values.suggest(name, value)
                raise _KeyRefusedError(str(error)) from None
            talk.wrong_answer(sentence_of(error))
            is_to_ask = True
            if _is_wrong_itself(error):
                value = None
        else:
            values.keep(name, value)
            return result
