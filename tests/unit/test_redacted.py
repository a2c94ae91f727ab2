"""What a quarantined payload shows of the secrets in it: nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.api.redacted import HIDDEN, entry_json, hidden
from connector.log import Redactor
from connector.store.quarantine import Entry, quarantined

TOKEN = "AR4ToE6jF7HwiKY8cUChFb+h6Blgb0sbRMOY3vwRHhsaeg=="
redact = Redactor(["the-webhook-secret"]).text


def shown(part: Any) -> str:
    kept = quarantined("body", "Odd.", part)
    entry = Entry(
        id=1,
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
        field=kept.field,
        reason=kept.reason,
        bytes=len(kept.payload),
        dealt_with_at=None,
        dealt_with_by=None,
        payload=kept.payload,
    )
    return json.dumps(entry_json(entry, redact=redact))


@pytest.mark.parametrize(
    "part",
    [
        {"order": {"token": TOKEN}},
        {"order": {"token": [TOKEN[:20], {"x": TOKEN[20:]}]}},
        {"orderMessage": {"orderToken": TOKEN[:10]}},
        {"x": [[TOKEN]]},
        {TOKEN: 1},
        TOKEN,
        f"a text with {TOKEN} in it",
        {"body": json.dumps({"order": {"token": TOKEN[:12]}})},
        {"body": json.dumps({"body": json.dumps({"order": {"token": TOKEN[:12]}})})},
        {"body": json.dumps({"body": json.dumps({"order": {"t": TOKEN}})}).replace("/", "\\/")},
        {"url": f"https://x/business/orders/1?order_token={TOKEN[:12]}"},
        [{"token": TOKEN[:12], "x": "y" * 20}] * 20_000,
    ],
)
def test_no_order_token_is_shown_wherever_it_stands(part: Any) -> None:
    text = shown(part)

    assert TOKEN[:10] not in text
    assert TOKEN[20:40] not in text


def test_secrets_of_the_settings_are_not_shown() -> None:
    assert "the-webhook-secret" not in shown({"headers": ["x the-webhook-secret y"], "the-webhook-secret": 1})


def test_everything_else_is_shown_as_it_is() -> None:
    part = {
        "id": "7GZVXunkHjZaIOgEgWPPrw-gDMTwl0rVw",
        "order": {"order_id": "964278151888836", "title": "Jonathan", "token": None, "total_price": 359.5},
        "chat_id": "919984351847@s.whatsapp.net",
        "flags": [True, None, 3],
    }

    assert hidden(part, redact) == part


def test_numbers_that_json_cannot_hold_are_shown_as_text() -> None:
    assert hidden([float("inf"), 1.5], redact) == ["inf", 1.5]


def test_a_key_that_only_resembles_one_is_hidden_rather_than_shown() -> None:
    assert hidden({"accessToken": "short", "api_key": 7}, redact) == {"accessToken": HIDDEN, "api_key": HIDDEN}


@pytest.mark.parametrize("name", ["auth", "X-Auth", "basicAuth", "Authorization", "passwd", "cookie", "private_key"])
def test_what_is_named_like_a_login_is_hidden(name: str) -> None:
    assert hidden({name: "short"}, redact) == {name: HIDDEN}


def test_an_author_is_no_secret() -> None:
    assert hidden({"author": "Jonathan", "authority": "x"}, redact) == {"author": "Jonathan", "authority": "x"}
