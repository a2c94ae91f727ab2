"""What is measured where there are several shops."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.service.many import Many, payload

HOSTING = Path(__file__).parents[2] / "docs" / "hosting.md"


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Many]:
    """Two shops, of which nothing is fetched or written: two orders at `rye`, one at `oat`, one entry of nobody's."""
    many = Many(tmp_path, "rye", "oat").start(work=False)
    for channel_id in (*[many.shop("rye").channel_id] * 2, many.shop("oat").channel_id, "NOBODY-1"):
        many.operator.post("/webhooks/whapi", json=payload(channel_id, many.sandbox.orders.make("normal")))
    yield many
    many.close()


def figures(client: httpx.Client, path: str = "/metrics") -> dict[str, float]:
    answer = client.get(path)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {_name(sample): sample.value for family in families for sample in family.samples}


def _name(sample: Sample) -> str:
    labels = (f"{name}={value}" for name, value in sample.labels.items())
    return " ".join([sample.name.removeprefix("connector_"), *labels])


def test_the_operator_sees_all_shops_together_and_each_account(many: Many) -> None:
    found = figures(many.operator)

    assert (
        found.items()
        >= {
            "store_up": 1,
            "orders status=received": 3,
            "orders status=synced": 0,
            "quarantined_payloads": 1,
            "shops state=ready": 2,
            "shops state=not_ready": 0,
            "shops state=out": 0,
            "paused part=sheet": 0,
            "google_accounts": 1,
            "google_quota_used_requests account=default kind=read": 0,
            "google_quota_used_requests account=default kind=write": 0,
            "received_total result=accepted": 3,
            "received_total result=quarantined": 1,
        }.items()
    )
    ages = {name: age for name, age in found.items() if name.startswith("shop_oldest_unwritten")}
    assert {name.partition(" ")[2] for name in ages} == {"shop=rye", "shop=oat"}
    assert found["oldest_unwritten_order_age_seconds"] == max(ages.values()) > 0


@pytest.mark.parametrize("path", ["/metrics", "/shops/oat/metrics"])
def test_a_shop_sees_its_own_figures_alone(many: Many, path: str) -> None:
    found = figures(many.of("oat"), path)

    assert found.pop("oldest_unwritten_order_age_seconds") > 0
    assert found == {
        "store_up": 1,
        "orders status=received": 1,
        "orders status=waiting": 0,
        "orders status=synced": 0,
        "orders status=failed": 0,
        "quarantined_payloads": 0,
        "paused part=channel": 0,
        "paused part=sheet": 0,
        "consecutive_failures part=channel": 0,
        "consecutive_failures part=sheet": 0,
    }
    assert figures(many.operator, "/shops/oat/metrics").keys() == {*found, "oldest_unwritten_order_age_seconds"}


def test_of_many_shops_no_more_have_series_than_of_twenty(tmp_path: Path) -> None:
    many = Many(tmp_path, *(f"shop{number}" for number in range(23))).start(learn=False, work=False)
    for number in range(23):
        order = {"order_id": "7", "items": [{"name": "Loaf"}]}
        many.of(f"shop{number}").post("/orders", json=order)

    named = [name for name in figures(many.operator) if "shop=" in name]

    # Those that have waited longest.
    assert named == [f"shop_oldest_unwritten_order_age_seconds shop=shop{number}" for number in range(20)]
    many.close()


def test_the_documentation_lists_the_figures_that_one_shop_lacks(many: Many) -> None:
    shown = {name.partition(" ")[0] for name in figures(many.operator)}
    listed = set(re.findall(r"^\| `connector_(\w+)", HOSTING.read_text(encoding="utf-8"), re.MULTILINE))

    assert listed == {
        "shops",
        "shop_oldest_unwritten_order_age_seconds",
        "google_accounts",
        "google_quota_used_requests",
    }
    assert listed <= shown
