"""Several shops in one sandbox: each has its own channel, spreadsheet, secret, faults and account."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from tests.sandbox_google.conftest import SetClock
from tests.sandbox_whapi.conftest import Receiver, plain_client


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key for all sandboxes of these tests; making one takes a while."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture
def sandbox(kept: Path) -> Iterator[Sandbox]:
    with Sandbox(data_dir=kept, clock=SetClock()) as made:
        made.add_shop("rye")
        made.add_shop("oat")
        yield made


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with plain_client(sandbox.url) as client:
        yield client


def state(http: httpx.Client, token: str) -> tuple[int, str | None]:
    answer = http.get("/health", params={"wakeup": "false", "token": token})
    return answer.status_code, answer.json().get("channel_id")


def test_the_token_tells_the_channels_apart(sandbox: Sandbox, http: httpx.Client) -> None:
    rye, oat = sandbox.shops["rye"], sandbox.shops["oat"]

    assert state(http, rye.token) == (200, rye.channel_id)
    assert state(http, oat.token) == (200, oat.channel_id)
    assert state(http, sandbox.whapi.token) == (200, sandbox.whapi.channel_id)
    assert state(http, "nobody's") == (401, None)
    assert len({rye.channel_id, oat.channel_id, sandbox.whapi.channel_id}) == 3


def test_an_order_is_there_with_the_token_of_its_own_channel_alone(sandbox: Sandbox, http: httpx.Client) -> None:
    rye, oat = sandbox.shops["rye"], sandbox.shops["oat"]
    [order] = rye.send()

    def items(shop: SandboxShop) -> int:
        params = {"order_token": order.token, "token": shop.token}
        return http.get(f"/business/orders/{order.order_id}", params=params).status_code

    assert [items(shop) for shop in (rye, oat)] == [200, 404]
    assert [len(shop.whapi.orders) for shop in (rye, oat)] == [1, 0]


def test_webhooks_go_to_each_shops_own_address_with_its_own_secret(sandbox: Sandbox, receiver: Receiver) -> None:
    rye, oat = sandbox.shops["rye"], sandbox.shops["oat"]
    rye.send_to(f"{receiver.url}/shops/rye")
    oat.send_to(f"{receiver.url}/shops/oat")

    rye.send()
    assert rye.whapi.deliveries.wait_until_delivered(15, f"{receiver.url}/shops/rye")
    oat.send(count=2, together=True)
    assert oat.whapi.deliveries.wait_until_delivered(15, f"{receiver.url}/shops/oat")

    assert [(path, headers["X-Webhook-Secret"], body["channel_id"]) for _, path, headers, body in receiver.got] == [
        ("/shops/rye", rye.secret, rye.channel_id),
        ("/shops/oat", oat.secret, oat.channel_id),
    ]


def test_a_fault_with_a_token_strikes_that_channel_alone(sandbox: Sandbox, http: httpx.Client) -> None:
    rye, oat = sandbox.shops["rye"], sandbox.shops["oat"]
    fault = {"service": "whapi", "kind": "status", "status": 429, "times": None, "token": rye.token}

    assert http.post("/sandbox/faults", json=fault).status_code == 201

    assert [state(http, shop.token)[0] for shop in (rye, oat, rye)] == [429, 200, 429]


def test_a_token_limits_no_fault_of_google() -> None:
    with pytest.raises(ValueError, match="name the spreadsheet in path_contains"):
        Fault("google", "status", token="of a channel")


def test_an_account_sees_its_own_shops_and_has_its_own_quota(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_account("second")
    spelt = sandbox.add_shop("spelt", account="second")
    sandbox.google.quota.reads.per_user = 2
    shops_file = tmp_path / "shops.toml"

    sandbox.write_shops(shops_file)

    first, second = tmp_path / "credentials.json", tmp_path / "shops.second.json"
    sandbox.write_credentials(first)
    assert get(sandbox, first, sandbox.shops["rye"], spelt, sandbox.shops["oat"]) == [200, 403, 429]
    assert get(sandbox, second, spelt, sandbox.shops["rye"], spelt) == [200, 403, 429]
    assert {call.account for call in sandbox.google.calls.latest if call.kind != "token"} == {
        "connector@sandbox-project.iam.gserviceaccount.com",
        "second@sandbox-project.iam.gserviceaccount.com",
    }
    assert [path.stat().st_mode & 0o777 for path in (shops_file, second)] == [0o600, 0o600]


def test_the_file_of_shops_says_all_that_is_a_shops_own(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_account("second")
    sandbox.add_shop("spelt", account="second")

    sandbox.write_shops(tmp_path / "shops.toml")

    assert tomllib.loads((tmp_path / "shops.toml").read_text()) == {
        "accounts": {"second": {"google_credentials": str(tmp_path / "shops.second.json")}},
        "shops": {
            name: {
                "whapi_token": shop.token,
                "webhook_secret": shop.secret,
                "spreadsheet_id": shop.spreadsheet_id,
                **({"account": "second"} if name == "spelt" else {}),
            }
            for name, shop in sandbox.shops.items()
        },
    }


@pytest.mark.parametrize(("name", "account", "sentence"), [("rye", None, "a shop rye"), ("bran", "x", "no account x")])
def test_a_name_that_is_taken_and_an_account_that_is_not_there_are_refused(
    sandbox: Sandbox, name: str, account: str | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        sandbox.add_shop(name, account)


def get(sandbox: Sandbox, key_file: Path, *shops: SandboxShop) -> list[int]:
    credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
        str(key_file), scopes=["https://www.googleapis.com/auth/spreadsheets"]
    )
    with AuthorizedSession(credentials) as session:  # type: ignore[no-untyped-call]
        addresses = [f"{sandbox.url}/v4/spreadsheets/{shop.spreadsheet_id}" for shop in shops]
        return [session.get(address, timeout=15).status_code for address in addresses]
