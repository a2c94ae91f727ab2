"""Callers that wait for their rows while the service is told to stop."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from tests.process.service_process import ServiceProcess
from tests.waiting import wait_until


def test_who_waits_is_answered_when_the_service_stops(service: ServiceProcess, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("whapi", "status", times=None, status=404, path_contains="/business/orders/"))
    order = sandbox.orders.make()
    sandbox.whapi.add(order)
    service.start_and_wait()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(
            httpx.post,
            f"{service.url}/orders?wait=30",
            json=order.message(),
            headers={"X-Webhook-Secret": service.secret},
            timeout=40,
        )
        wait_until(lambda: "order.fetch_failed" in service.log)
        assert service.signal() == 0

    assert answer.result().status_code == 202
    assert answer.result().json()["orders"][0]["order_id"] == order.order_id
