"""What it means that Google did not answer: whether the request may have been applied, and what stands in the way."""

import google.auth.exceptions
import requests
import urllib3

from connector.certificates import not_trusted
from connector.language import gettext as _
from connector.proxies import not_through
from connector.sheets.errors import Kind, RedirectedError, SheetsError

_LOGIN = "https://oauth2.googleapis.com"


def unclear(what: str) -> SheetsError:
    return SheetsError(
        _("Google Sheets gave no usable answer: {what}. It will be looked up whether the rows were written.").format(
            what=what
        ),
        kind=Kind.UNCLEAR,
    )


def no_answer(error: requests.exceptions.RequestException, url: str) -> SheetsError:
    """Only where no connection came about is it certain that nothing was sent."""
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return RedirectedError()
    not_safe = not_trusted("Google Sheets", error)
    if not_safe is not None:
        return SheetsError(not_safe, kind=Kind.NOT_SENT)
    if isinstance(error, requests.exceptions.ConnectTimeout) or _never_connected(error):
        stopped = not_through("Google Sheets", url, error)
        if stopped is not None:
            return SheetsError(stopped, kind=Kind.NOT_SENT)
        return SheetsError(
            _("Google Sheets can't be reached. See that the machine has internet access."), kind=Kind.NOT_SENT
        )
    if isinstance(error, requests.exceptions.Timeout):
        return unclear(_("the time is up"))
    return unclear(_("the connection broke"))


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(reason, urllib3.exceptions.ProxyError):
        if str(reason.original_error).startswith("Tunnel connection failed"):
            return True
        reason = reason.original_error
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError)


def no_token(error: google.auth.exceptions.GoogleAuthError, account: str) -> SheetsError:
    """The token is got before anything is sent, so nothing was written."""
    text = str(error)
    if "invalid_grant" in text and "timeframe" in text:
        sentence = _("Google refused the service account's login because this machine's clock is wrong. Set the clock.")
    elif "invalid_grant" in text:
        sentence = _(
            "Google does not accept the key of {account}: it was deleted, or the account was. "
            "Make a new key in the Google Cloud console and put it into GOOGLE_CREDENTIALS."
        ).format(account=account)
    else:
        who = "Google's login service"
        in_the_way = not_trusted(who, error)
        if in_the_way is None and isinstance(error, google.auth.exceptions.TransportError):
            in_the_way = not_through(who, _LOGIN, error)
        return SheetsError(
            in_the_way or _("Google's login service gave no token. It will be tried again."), kind=Kind.NOT_SENT
        )
    return SheetsError(sentence, kind=Kind.CREDENTIALS)
