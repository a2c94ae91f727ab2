"""Instruments and their labels by themselves."""

from typing import Any

import pytest

from connector.api.health import route_label
from connector.metrics.instruments import Instruments


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ("/orders", "/orders"),
        ("/orders/<whole:order_id>/resync", "/orders/<order_id>/resync"),
        ("/webhooks/whapi/<rest:_event>", "/webhooks/whapi/<event>"),
        ("/quarantine/<int(max=9007199254740992):entry_id>", "/quarantine/<entry_id>"),
        ("/<one>/<two>", "/<one>/<two>"),
    ],
)
def test_a_routes_label_is_its_rule_without_converters(rule: str, label: str) -> None:
    assert route_label(rule) == label


def test_two_instruments_share_nothing() -> None:
    one, other = Instruments("1"), Instruments("1")

    one.fetch_tried("ok")

    def value(instruments: Instruments) -> Any:
        return instruments.registry.get_sample_value("connector_fetch_tries_total", {"outcome": "ok"})

    assert (value(one), value(other)) == (1, 0)
