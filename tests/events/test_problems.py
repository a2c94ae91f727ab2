"""What a receiver is told when the channel or the spreadsheet can't be used."""

from collections.abc import Callable

import pytest

from sandbox.faults import Fault
from tests.events.receiver import Receiver
from tests.service.shop import Shop
from tests.waiting import wait_until

OpenShop = Callable[..., Shop]


@pytest.mark.parametrize(
    ("fault", "part", "sentence"),
    [
        (Fault("whapi", "status", status=401, times=None, path_contains="/business/orders"), "channel",
         "Whapi refused the channel's token (401)."),
        (Fault("google", "status", status=403, times=None, path_contains="/spreadsheets"), "sheet",
         "The spreadsheet is not shared with"),
    ],
)  # fmt: skip
def test_what_the_merchant_must_mend_is_told_once_with_the_remedy_and_so_is_its_end(
    open_shop: OpenShop, receiver: Receiver, fault: Fault, part: str, sentence: str
) -> None:
    shop = open_shop(receiver).start()
    shop.sandbox.faults.add(fault)
    orders = shop.sandbox.send("normal", 3)
    problem = ("connector.problem", part)
    wait_until(lambda: problem in receiver.told())

    shop.sandbox.faults.clear()
    shop.wait_until_synced(orders, within=30)
    wait_until(lambda: len(receiver.told()) >= 2 + 3 + 3)

    of_the_part = [delivery.verified() for delivery in receiver.taken if delivery.about[1] == part]
    assert [event["type"] for event in of_the_part] == ["connector.problem", "connector.recovered"]
    told, over = (event["data"] for event in of_the_part)
    assert told["reason"].startswith(sentence)
    assert (over["since"], over["reason"]) == (told["since"], told["reason"])
    assert shop.settings.whapi_token not in str([delivery.body for delivery in receiver.came])


def test_a_limit_that_passes_is_not_told(open_shop: OpenShop, receiver: Receiver) -> None:
    shop = open_shop(receiver).start()
    shop.sandbox.faults.add(Fault("google", "status", status=429, times=2, path_contains=":batchUpdate"))

    orders = shop.sandbox.send("rate_limited_once")

    shop.wait_until_synced(orders, within=30)
    wait_until(lambda: receiver.told()[-1:] == [("order.synced", orders[0].order_id)])
    assert [kind for kind, _ in receiver.told() if kind.startswith("connector")] == []
