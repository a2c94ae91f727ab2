"""The answers that are no success, each with the sentence that comes."""

from collections.abc import Mapping

from connector.web.auth import SLOWED, UNAUTHORISED
from connector.web.errors import (
    FAULT,
    HEADERS_TOO_LARGE,
    INVALID_HTTP,
    NO_ADDRESS,
    NO_CHALLENGE,
    NO_FIELDS,
    NO_METHOD,
    NOT_JSON,
    NOT_STORED,
    TOO_LARGE,
    TOO_MANY_FIELDS,
)
from connector.web.openapi.shape import Json, answer, example, responses, schema

RETRY_AFTER: Json = {
    "Retry-After": {
        "required": True,
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_ALLOW: Json = {
    "Allow": {"required": True, "description": "The methods that the address takes.", "schema": {"type": "string"}}
}


def _error(description: str, sentences: Mapping[str, tuple[str, str]], *, headers: Json | None = None) -> Json:
    examples = {name: example(summary, {"error": sentence}) for name, (summary, sentence) in sentences.items()}
    return answer(description, schema("Error"), examples=examples, headers=headers)


_KNOWN: dict[str, tuple[str, Json]] = {
    "InvalidHttp": (
        "400",
        _error("The request is not valid HTTP.", {"http": ("Broken HTTP", INVALID_HTTP)}),
    ),
    "NoJson": (
        "400",
        _error("The body is not JSON, or the request is not valid HTTP.", {"body": ("No JSON", NOT_JSON)}),
    ),
    "NoChallenge": (
        "400",
        _error(
            "This is no verification of Meta's, or the request is not valid HTTP.",
            {"challenge": ("No challenge", NO_CHALLENGE)},
        ),
    ),
    "NeitherJsonNorForm": (
        "400",
        _error(
            "The body is neither JSON nor a form, `wait` is wrong, or the request is not valid HTTP.",
            {
                "body": ("Neither JSON nor a form", NOT_JSON),
                "empty": ("A form without fields", NO_FIELDS),
                "fields": ("A form with too many fields", TOO_MANY_FIELDS),
                "wait": ("`wait` out of its range", "`wait` is a number of seconds from 0 to 30."),
            },
        ),
    ),
    "WrongQuery": (
        "400",
        _error(
            "A parameter is wrong, or the request is not valid HTTP.",
            {"limit": ("`limit` out of its range", "`limit` is a whole number from 1 to 500.")},
        ),
    ),
    "Unauthorised": (
        "401",
        _error(
            "The secret is missing or wrong. Nothing was done.", {"secret": ("No secret, or a wrong one", UNAUTHORISED)}
        ),
    ),
    "NoSuchOrder": (
        "404",
        _error("There is no such order.", {"order": ("Unknown order id", "There is no order with this id.")}),
    ),
    "NotInQuarantine": (
        "404",
        _error(
            "There is no such entry.",
            {
                "entry": ("Unknown id", "Nothing with this id is in quarantine."),
                "address": ("Not an id", NO_ADDRESS),
            },
        ),
    ),
    "NoSuchAddress": (
        "404",
        _error("Any address that is not described here.", {"address": ("Unknown address", NO_ADDRESS)}),
    ),
    "WrongMethod": (
        "405",
        _error(
            "A method that is not described here, at an address that is.",
            {"method": ("Wrong method", NO_METHOD)},
            headers=_ALLOW,
        ),
    ),
    "TooLarge": (
        "413",
        _error(
            "The body is larger than 1 MiB; or, without the secret, than 128 KiB, which gets a 401.",
            {"body": ("Too large", TOO_LARGE)},
        ),
    ),
    "TooManyWrongSecrets": (
        "429",
        _error(
            "More than 30 wrong secrets came from this address within a minute. The right one is never refused.",
            {"secret": ("Wrong secrets keep coming", SLOWED)},
            headers=RETRY_AFTER,
        ),
    ),
    "HeadersTooLarge": (
        "431",
        _error(
            "The request's headers are larger than 32 KiB.",
            {"headers": ("Too large", HEADERS_TOO_LARGE)},
        ),
    ),
    "Fault": ("500", _error("A fault of the service; its log says more.", {"fault": ("A fault", FAULT)})),
    "NotStored": (
        "503",
        _error(
            "The database is not available. Nothing was stored; send the request again.",
            {"database": ("No database", NOT_STORED)},
            headers=RETRY_AFTER,
        ),
    ),
}
RESPONSES: dict[str, Json] = {name: found for name, (_status, found) in _KNOWN.items()}


def errors(*names: str) -> Json:
    """The answers of these names, and those that every address behind the secret may give."""
    return responses(
        *names, "Unauthorised", "TooLarge", "TooManyWrongSecrets", "HeadersTooLarge", "Fault", known=_KNOWN
    )


def errors_without_secret() -> Json:
    """The answers that even an open address may give."""
    return responses("InvalidHttp", "TooLarge", "HeadersTooLarge", "Fault", known=_KNOWN)
