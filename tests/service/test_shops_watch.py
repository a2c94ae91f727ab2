"""SHOPS_FILE changes while the service runs: shops come, go, are wrong for a while, and get other settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.runtime.watch import IS_OUT
from sandbox.faults import Fault
from tests.service.many import Many
from tests.waiting import wait_until


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Many]:
    many = Many(tmp_path, "rye", "oat")
    yield many
    many.close()


def rewrite(many: Many, old: str, new: str) -> None:
    """Changes a piece of the file, and has the service look."""
    text = many.shops_file.read_text()
    assert old in text
    many.shops_file.write_text(text.replace(old, new))
    many.watch.look()


def send(many: Many, name: str) -> str:
    """An order comes in with the shop's own secret; its id."""
    many.shop(name).send_to(f"{many.url}/webhooks/whapi")
    (order,) = many.shop(name).send()
    return order.order_id


def wait_for_row(many: Many, name: str, order_id: str) -> None:
    wait_until(lambda: order_id in many.ids_in_sheet(name), what="the row")


def test_a_shop_that_is_added_is_served_without_a_restart(many: Many) -> None:
    many.start()
    many.sandbox.add_shop("spelt")
    many.write_shops()

    many.watch.look()

    wait_for_row(many, "spelt", send(many, "spelt"))


def test_a_wrong_entry_puts_that_shop_out_and_no_other_and_loses_nothing(many: Many) -> None:
    many.start()
    wait_for_row(many, "rye", send(many, "rye"))

    rewrite(many, many.shop("rye").spreadsheet_id, "no such id!")

    assert many.service.out.keys() == {"rye"}
    assert "spreadsheet_id is wrong" in many.service.out["rye"]
    assert many.of("rye").get("/readyz").json()["problems"] == [IS_OUT]
    wait_for_row(many, "oat", send(many, "oat"))
    kept = send(many, "rye")
    wait_until(lambda: kept in many.order_ids("rye"), what="the order in the store")

    rewrite(many, "no such id!", many.shop("rye").spreadsheet_id)

    wait_for_row(many, "rye", kept)
    assert many.service.out == {}
    assert many.of("rye").get("/readyz").json()["problems"] == []
    assert len(many.ids_in_sheet("rye")) == 2


def test_a_shop_that_is_gone_from_the_file_is_not_known_any_more(many: Many) -> None:
    many.start()
    rye = many.of("rye")
    assert rye.get("/orders").status_code == 200
    text = many.shops_file.read_text()

    many.shops_file.write_text(text[text.index("[shops.oat]") :])
    many.watch.look()

    assert rye.get("/orders").status_code == 401
    assert many.operator.get("/shops/rye/orders").status_code == 404
    assert many.operator.get("/shops/oat/orders").status_code == 200

    many.shops_file.write_text(text)
    many.watch.look()

    wait_for_row(many, "rye", send(many, "rye"))


def test_a_file_that_can_not_be_read_changes_nothing(many: Many) -> None:
    many.start()
    text = many.shops_file.read_text()

    many.shops_file.write_text(f"{text}\n[shops.rye")
    many.watch.look()

    assert many.service.out == {}
    assert len(many.service.file_problems) == 1
    wait_for_row(many, "rye", send(many, "rye"))

    many.shops_file.write_text(text)
    many.watch.look()
    assert many.service.file_problems == ()


def test_other_settings_wait_until_what_is_under_way_has_ended(many: Many) -> None:
    many.start()
    wait_for_row(many, "rye", send(many, "rye"))
    many.sandbox.faults.add(
        Fault("google", "hang", seconds=1.5, times=1, path_contains=f"{many.shop('rye').spreadsheet_id}:batchUpdate")
    )
    order_id = send(many, "rye")
    former = many.service.shops["rye"]
    wait_until(lambda: former.work.is_writing and not many.sandbox.faults.all(), what="a turn that hangs")

    rewrite(many, "[shops.rye]\n", '[shops.rye]\norders_tab = "Bestellungen"\n')

    now = many.service.shops["rye"]
    assert (now is not former, now.settings.orders_tab) == (True, "Bestellungen")
    wait_for_row(many, "rye", order_id)
    later = send(many, "rye")
    wait_for_row(many, "rye", later)
    assert many.ids_in_sheet("rye").count(order_id) == 1
    assert former.work.is_idle


def test_settings_that_change_twice_meanwhile_wait_as_well(many: Many) -> None:
    many.start()
    wait_for_row(many, "rye", send(many, "rye"))
    many.sandbox.faults.add(
        Fault("google", "hang", seconds=1.5, times=1, path_contains=f"{many.shop('rye').spreadsheet_id}:batchUpdate")
    )
    order_id = send(many, "rye")
    first = many.service.shops["rye"].work
    wait_until(lambda: first.is_writing and not many.sandbox.faults.all(), what="a turn that hangs")

    rewrite(many, "[shops.rye]\n", "[shops.rye]\nkeep_days = 20\n")
    rewrite(many, "keep_days = 20", "keep_days = 30")

    assert many.service.shops["rye"].work.predecessor is first
    wait_for_row(many, "rye", order_id)
    wait_until(lambda: many.service.shops["rye"].work.predecessor is None, what="the end of the first")
    wait_for_row(many, "rye", send(many, "rye"))


def test_what_the_store_can_not_take_now_is_taken_up_by_a_later_look(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.start()
    many.sandbox.add_shop("spelt")
    many.write_shops()

    def fail(_names: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, RuntimeError("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(many.service, "serve", fail)
        many.watch.look()

        assert [sentence.partition(" (")[2] for sentence in many.service.file_problems] == [
            "OperationalError). It is tried again by itself; the log says more."
        ]

    many.watch.look()

    assert many.service.file_problems == ()
    wait_for_row(many, "spelt", send(many, "spelt"))
