"""What fails in the service itself, or in what surrounds it, is a problem with a sentence for as long as it lasts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.jobs import dispatcher, leases, shop_work
from connector.problems import Severity
from connector.settings import SHOP
from tests.service.shop import Shop
from tests.waiting import wait_until


@pytest.fixture
def new_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """One whose workers have not been started, and that tries again at once after a fault."""
    monkeypatch.setattr(shop_work, "AFTER_A_FAULT", 0.05)
    monkeypatch.setattr(dispatcher, "AFTER_A_FAULT", 0.05)
    monkeypatch.setattr(leases, "_LOCK_RETRY", 0.05)
    shop = Shop(tmp_path)
    yield shop
    shop.close()


def named(shop: Shop) -> list[tuple[str, str]]:
    return [(problem.key, problem.sentence) for problem in shop.service.problems.current()]


def failing(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            FileNotFoundError(2, "No such file or directory", "/etc/shop/ca.pem"),
            "Rows can't be written into the sheet: No such file or directory (/etc/shop/ca.pem). See that this is "
            "there, that the service may use it, and that the disk has room. It is tried again by itself.",
        ),
        (
            TypeError("unsupported operand"),
            "Rows can't be written into the sheet because of a fault (TypeError: unsupported operand). It is tried "
            "again by itself; if it stays, report it with the traceback in the log.",
        ),
        (
            sa.exc.OperationalError("SELECT 1", {}, RuntimeError("disk I/O error")),
            "Rows can't be written into the sheet, because the database failed: disk I/O error. See that it runs and "
            "that its disk has room.",
        ),
    ],
    ids=["a file that is not there", "a fault of our own", "the database"],
)
def test_a_stage_that_fails_is_a_problem_until_it_works_again(
    new_shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    shop = new_shop.start()
    with monkeypatch.context() as broken:
        broken.setattr(shop.service.write, "run", failing(error))
        orders = shop.sandbox.send("normal")
        wait_until(lambda: named(shop) == [("writing", sentence)], what="the problem")
        assert shop.service.problems.current()[0].severity is Severity.PROBLEM

    shop.wait_until_synced(orders)
    wait_until(lambda: not named(shop), what="the problem's end")
    assert shop.differences(orders) == []


def test_a_secret_in_a_fault_is_not_in_its_sentence(new_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = new_shop.start()
    with monkeypatch.context() as broken:
        broken.setattr(shop.service.write, "run", failing(RuntimeError(f"failed at {shop.secret}")))
        shop.sandbox.send("normal")
        wait_until(lambda: named(shop))
        ((_, sentence),) = named(shop)

    assert "failed at [secret]" in sentence
    assert shop.secret not in sentence


def test_a_lock_file_that_nobody_may_open_is_a_problem_and_orders_go_on_once_it_is_mended(
    new_shop: Shop, tmp_path: Path
) -> None:
    path = tmp_path / "connector.db.default.lock"
    path.mkdir()
    shop = new_shop.start()
    wait_until(lambda: named(shop), what="the problem")

    assert named(shop) == [
        (
            "lock",
            f"The lock file {path} can't be opened (Is a directory), so nothing is fetched and written. It may belong "
            "to another user, who has started the service once: give the folder with all its files to the user that "
            "runs the service.",
        )
    ]
    orders = shop.sandbox.send("normal")
    path.rmdir()
    shop.wait_until_synced(orders)
    wait_until(lambda: not named(shop), what="the problem's end")


def test_certificates_that_are_gone_are_the_reason_why_nothing_is_written(
    new_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = new_shop.start()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "gone.pem"))
        orders = shop.sandbox.send("normal")
        reason = (
            f"REQUESTS_CA_BUNDLE names {tmp_path}/gone.pem as the file of certificates, but there is no such file. Put "
            "it there, or take REQUESTS_CA_BUNDLE out of the environment."
        )
        wait_until(lambda: reason in shop.http.get("/readyz").json()["problems"], what="the reason")

    shop.wait_until_synced(orders)
    assert shop.differences(orders) == []


def test_a_fetch_that_fails_in_our_own_code_waits_its_turn_and_holds_up_nobody(
    new_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = new_shop.start()
    fetch_items = shop.service.whapi.fetch_items
    odd = "odd-order"

    def fetch(order_id: str, token: str) -> Any:
        if order_id == odd:
            raise TypeError("an answer that nobody foresaw")
        return fetch_items(order_id, token)

    with monkeypatch.context() as broken:
        broken.setattr(shop.service.whapi, "fetch_items", fetch)
        shop.post("/orders", {"order_id": odd, "order_token": "AR4"})
        orders = shop.sandbox.send("normal", 3)
        shop.wait_until_synced(orders)
        assert wait_until(lambda: (order := shop.order(odd)) and order.last_error) == (
            "The items can't be fetched because of a fault of the connector's (TypeError). It will be tried again."
        )


def test_a_fetch_whose_outcome_cannot_be_stored_is_a_problem_that_names_the_order(
    new_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = new_shop.start()
    with monkeypatch.context() as broken:
        error = sa.exc.OperationalError("INSERT", {}, RuntimeError("database or disk is full"))
        broken.setattr(shop.service.fetch, "fetch", failing(error))
        orders = shop.sandbox.send("normal")
        sentence = (
            f"The items of order {orders[0].order_id} can't be fetched, because the database failed: database or disk "
            "is full. See that it runs and that its disk has room."
        )
        wait_until(lambda: ("fetches", sentence) in named(shop), what="the problem")

    shop.wait_until_synced(orders)
    wait_until(lambda: not named(shop))


def test_housekeeping_that_fails_is_a_warning_and_holds_up_no_order(
    new_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = new_shop.start()
    with monkeypatch.context() as broken:
        broken.setattr(shop.service.work, "_housekeeping", failing(RuntimeError("no")))
        shop.whole.dispatcher.ask_for_housekeeping(SHOP)
        orders = shop.sandbox.send("normal")
        wait_until(lambda: [problem.severity for problem in shop.service.problems.current()] == [Severity.WARNING])
        shop.wait_until_synced(orders)

    shop.whole.dispatcher.ask_for_housekeeping(SHOP)
    wait_until(lambda: not named(shop))
