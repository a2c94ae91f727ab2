"""What can't be sent to a customer: it waits, or is left, and is never sent twice or too late."""

from connector.gateways.whapi.client import CHANNEL_STATES
from connector.jobs.customer_sender import PROBLEM
from sandbox.faults import Fault
from tests.customers.day import Day, sent


def test_while_the_channel_does_not_work_nobody_is_written_to_and_then_each_once(day: Day) -> None:
    first, second = day.receive(2)
    day.look()
    day.set("Sent", first, second)
    day.look()
    whapi = day.shop.sandbox.whapi
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=402, method="POST", path_contains="/messages/text"))
    day.send()
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=500, path_contains="/health"))
    day.clock.advance(31)
    day.send()
    whapi.state = "QR"
    day.clock.advance(61)
    day.send()
    assert day.told() == []
    assert [text.state for order in (first, second) for text in day.texts(order)] == ["waiting", "waiting"]
    (problem,) = [each for each in day.shop.service.problems.current() if each.key == PROBLEM]
    assert problem.sentence == f"Customers are not told at present. {CHANNEL_STATES['QR']}"

    whapi.state = "AUTH"
    for _ in range(4):
        day.clock.advance(301)
        day.send()

    assert sorted(day.told()) == sorted([sent(day, first), sent(day, second)])
    assert [each for each in day.shop.service.problems.current() if each.key == PROBLEM] == []


def test_what_whapi_refuses_is_not_sent_again_and_holds_up_nobody(day: Day) -> None:
    (refused,) = day.receive()
    day.look()
    day.set("Sent", refused)
    day.look()
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=400, method="POST", path_contains="/messages/text"))
    day.send()
    (other,) = day.receive()
    day.set("Sent", other)
    day.look()
    for _ in range(3):
        day.clock.advance(10)
        day.send()

    assert day.told() == [sent(day, other)]
    (text,) = day.texts(refused)
    assert (text.state, text.reason) == (
        "refused",
        "Whapi did not take the message. It may be that the number has no WhatsApp.",
    )


def test_a_text_that_could_not_be_sent_for_half_a_day_is_not_sent_any_more(day: Day) -> None:
    (order,) = day.receive()
    day.look()
    day.set("Sent", order)
    day.look()
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=402, method="POST", path_contains="/messages/text"))
    day.send()
    day.clock.advance(12 * 3600)
    day.send()

    assert day.told() == []
    (text,) = day.texts(order)
    assert text.state == "refused"
    assert text.reason is not None
    assert text.reason.startswith("It could not be sent for 12 hours: Whapi asks for payment (402)")
