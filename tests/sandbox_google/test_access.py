"""Keys, tokens, rights and quotas."""

from typing import Any

import google.auth.exceptions
import pytest
import requests

from sandbox.google import GoogleStandIn
from sandbox.google.auth import ServiceAccount
from tests.sandbox_google.conftest import SHOP, SetClock, Shop, local_client, refusal
from tests.sandbox_google.test_batch import row

CLOCK_SENTENCE = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def token_refusal(google_standin: GoogleStandIn, **claims: Any) -> str:
    client = local_client(google_standin, **claims)
    with pytest.raises(google.auth.exceptions.RefreshError) as caught:
        client.open_by_key(SHOP)
    return str(caught.value.args[1]["error_description"])


def test_the_key_file_looks_like_googles(shop: Shop) -> None:
    key = shop.google.credentials()

    assert (key["type"], key["client_email"]) == (
        "service_account",
        "connector@sandbox-project.iam.gserviceaccount.com",
    )
    assert key["token_uri"] == f"{shop.google.url}/token"
    assert set(key) == {
        "type",
        "project_id",
        "private_key_id",
        "private_key",
        "client_email",
        "client_id",
        "auth_uri",
        "token_uri",
        "auth_provider_x509_cert_url",
        "client_x509_cert_url",
        "universe_domain",
    }


def test_one_token_serves_many_calls_until_it_expires(shop: Shop, clock: SetClock) -> None:
    shop.batch(row("one"))
    shop.batch(row("two"))
    assert shop.google.calls.by_kind["token"] == 1

    clock.move(minutes=50)
    shop.batch(row("three"))
    assert shop.google.calls.by_kind["token"] == 1


def test_a_key_of_another_account_is_refused(shop: Shop) -> None:
    stranger = ServiceAccount(key_id=shop.google.account.key_id)

    sentence = token_refusal(shop.google, key={"private_key": stranger.private_key})

    assert sentence == "Invalid JWT Signature."


def test_a_wrong_clock_is_refused(shop: Shop, clock: SetClock) -> None:
    clock.move(hours=2)

    assert token_refusal(shop.google) == CLOCK_SENTENCE


def test_an_account_that_does_not_exist_is_refused(shop: Shop) -> None:
    key = {"client_email": "nobody@sandbox-project.iam.gserviceaccount.com"}

    assert token_refusal(shop.google, key=key) == "Invalid grant: account not found"


def test_a_token_for_another_scope_gives_403(shop: Shop) -> None:
    client = local_client(shop.google, scopes=["https://www.googleapis.com/auth/calendar"])
    shop.client = client

    assert refusal(lambda: shop.batch(row("x"))) == (403, "Request had insufficient authentication scopes.")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eA=="}])
def test_a_call_without_a_valid_token_gives_401(shop: Shop, headers: dict[str, str]) -> None:
    answer = requests.get(f"{shop.google.url}/v4/spreadsheets/{SHOP}", headers=headers, timeout=5)

    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


def test_a_restarted_stand_in_knows_the_key_it_is_given(shop: Shop) -> None:
    old = shop.google.account

    again = ServiceAccount(old.email, old.private_key, old.key_id)

    assert again.key_file("x") == old.key_file("x")


def test_who_may_only_look_cannot_write(shop: Shop) -> None:
    shop.google.spreadsheets[SHOP].share("reader")

    assert shop.refusal(row("x")) == (403, "The caller does not have permission")
    assert shop.tags(metadataKey="any") == []


def test_a_spreadsheet_that_is_not_shared_cannot_be_read(shop: Shop) -> None:
    shop.google.spreadsheets[SHOP].share("none")

    assert refusal(lambda: shop.tags(metadataKey="any")) == (403, "The caller does not have permission")


def test_a_spreadsheet_that_does_not_exist_gives_404(shop: Shop) -> None:
    shop.id = "elsewhere"

    assert shop.refusal(row("x")) == (404, "Requested entity was not found.")


def test_a_spreadsheet_in_the_trash_still_accepts_writes(shop: Shop) -> None:
    shop.google.spreadsheets[SHOP].trashed = True

    shop.batch(row("x"))

    assert shop.values() == [["x"]]


def test_the_api_switched_off_can_be_told_from_a_missing_right(shop: Shop) -> None:
    shop.google.api_enabled = False

    with pytest.raises(PermissionError) as caught:
        shop.client.open_by_key(SHOP)

    details = caught.value.__cause__.response.json()["error"]["details"]  # type: ignore[union-attr]
    assert details[1]["reason"] == "SERVICE_DISABLED"


def test_a_service_account_cannot_create_spreadsheets(shop: Shop) -> None:
    assert refusal(
        lambda: shop.client.http_client.request("post", "https://sheets.googleapis.com/v4/spreadsheets", json={})
    ) == (403, "The user's Drive storage quota has been exceeded.")


def test_the_61st_write_of_a_minute_gets_429_and_the_next_minute_passes(shop: Shop, clock: SetClock) -> None:
    clock.time = clock.time.replace(second=1)
    for number in range(60):
        shop.batch(row(number))

    refused = shop.refusal(row("too many"))
    shop.tags(metadataKey="reads have a quota of their own")
    clock.move(minutes=1)
    shop.batch(row("next minute"))

    assert refused == (
        429,
        "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' "
        "of service 'sheets.googleapis.com' for consumer 'project_number:603366585132'.",
    )
    assert shop.values()[-1] == ["next minute"]
    assert len(shop.values()) == 61


def test_search_counts_as_a_read(shop: Shop, clock: SetClock) -> None:
    clock.time = clock.time.replace(second=1)
    shop.google.quota.reads.per_user = 1

    shop.tags(metadataKey="one")

    assert refusal(lambda: shop.tags(metadataKey="two"))[0] == 429
    assert shop.google.quota.used() == {"reads": 1, "writes": 0}


def test_the_quota_can_be_switched_off(shop: Shop) -> None:
    shop.google.quota.enabled = False
    shop.google.quota.writes.per_user = 0

    shop.batch(row("x"))

    assert shop.google.quota.used()["writes"] == 1
