"""`shops remove` where no service runs: what is open is settled, and a run that was cut off is gone on with."""

import pytest

from connector.store.shops import ShopState
from tests.setup.agency import Agency, entry_of, take_in


def test_without_a_service_the_command_settles_what_is_open_and_the_entry_goes(agency: Agency) -> None:
    agency.add(agency.rye)
    agency.add(agency.oat)
    (order,) = agency.rye.send()
    take_in(agency, "rye", order.message())

    ran = agency.run("shops", "remove", "rye", answers="y\n")

    assert (ran.exit_code, ran.wrong) == (0, [])
    assert ran.right == [
        f"The webhook to {agency.webhook_url} was taken away at Whapi.",
        "The entry of rye was taken out of shops.toml.",
        "rye is removed. Its orders stay in the database, and are known if it is added again.",
    ]
    assert [row[0] for row in agency.rye.rows("Orders")[1:]] == [order.order_id]
    assert (agency.ours(agency.rye), len(agency.ours(agency.oat))) == ([], 1)
    assert agency.shops_file.read_text() == f"[shops.oat]\n{entry_of(agency.oat)}"
    assert agency.known()["rye"].state == ShopState.ARCHIVED
    assert agency.run("shops", "remove", "rye", "--yes").lines == ["rye is removed already."]


def test_a_shop_that_is_added_again_knows_its_orders(agency: Agency) -> None:
    agency.add(agency.rye)
    (order,) = agency.rye.send()
    take_in(agency, "rye", order.message())
    agency.run("shops", "remove", "rye", "--yes")

    assert agency.add(agency.rye).exit_code == 0

    assert [line.split()[0] for line in agency.run("orders", "--shop", "rye").lines[1:]] == [order.order_id]
    assert take_in(agency, "rye", order.message()) == 0
    assert len(agency.rye.rows("Orders")) == 2


def test_who_says_no_keeps_the_shop(agency: Agency) -> None:
    agency.add(agency.rye)

    ran = agency.run("shops", "remove", "rye", answers="n\n")

    assert (ran.exit_code, [each["state"] for each in agency.listed()]) == (1, ["served"])


def test_what_cannot_be_written_stays_and_is_said(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.setup.remove.PATIENCE", 0.5)
    agency.add(agency.rye)
    take_in(agency, "rye", agency.rye.send()[0].message())
    agency.sandbox.google.spreadsheets[agency.rye.spreadsheet_id].role = "reader"

    ran = agency.run("shops", "remove", "rye", "--yes")

    assert (ran.exit_code, ran.wrong) == (
        1,
        ["1 of its orders are not complete in the sheet, and wait until the shop is added again."],
    )
    assert agency.known()["rye"].state == ShopState.ARCHIVED


def test_a_shop_whose_entry_is_wrong_can_be_removed(agency: Agency) -> None:
    agency.shops_file.write_text(f"[shops.wheat]\nwhapi_token = 'x'\n\n[shops.oat]\n{entry_of(agency.oat)}")

    ran = agency.run("shops", "remove", "wheat", "--yes")

    assert (ran.exit_code, agency.shops_file.read_text()) == (0, f"[shops.oat]\n{entry_of(agency.oat)}")


@pytest.mark.parametrize("broken", ["connector.setup.remove.remove_entry", "connector.setup.remove.archive"])
def test_a_removal_that_was_cut_off_is_gone_on_with(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    agency.add(agency.rye)
    with monkeypatch.context() as patch:
        patch.setattr(broken, lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        assert agency.run("shops", "remove", "rye", "--yes").exit_code == 9
    assert agency.known()["rye"].state == ShopState.LEAVING

    ran = agency.run("shops", "remove", "rye", "--yes")

    assert (ran.exit_code, ran.wrong, agency.listed()) == (0, [], [])
    assert agency.known()["rye"].state == ShopState.ARCHIVED
