"""Every example of docs/integrators.md is run against the service, and does what the page says."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.orders import whapi_sample
from sandbox.sandbox import Sandbox
from tests.attack.raw import answers, connect, read_all
from tests.made_once import service_account
from tests.process.service_process import ServiceProcess
from tests.waiting import wait_until

PAGE = Path(__file__).parents[2] / "docs" / "integrators.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ORDER_ID = re.compile(r"9642781518888\d\d")


@dataclass(frozen=True)
class Example:
    """A block of the page, and the answer that is printed below it, if there is one."""

    heading: str
    language: str
    code: str
    answer: Any


def examples() -> list[Example]:
    page = PAGE.read_text(encoding="utf-8")
    found: list[Example] = []
    for block in BLOCK.finditer(page):
        language, code = block.groups()
        if language == "json":
            found[-1] = replace(found[-1], answer=json.loads(code))
            continue
        headings = re.findall(r"^## (.*)$", page[: block.start()], re.MULTILINE)
        found.append(Example(headings[-1], language, code, None))
    return found


EXAMPLES = examples()


def of(language: str) -> list[Any]:
    chosen = [example for example in EXAMPLES if example.language == language]
    return [pytest.param(example, id=f"{example.heading} {n}") for n, example in enumerate(chosen, 1)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """`serve`, against a sandbox that knows the orders of the page."""
    with Sandbox(account=service_account()) as sandbox:
        for order_id in set(ORDER_ID.findall(PAGE.read_text(encoding="utf-8"))):
            sandbox.whapi.add(replace(whapi_sample(), order_id=order_id))
        service = ServiceProcess(
            sandbox,
            tmp_path_factory.mktemp("docs"),
            PUBLIC_URL="https://orders.example.com",
            WHAPI_TIMEOUT="20",
            GOOGLE_TIMEOUT="30",
        ).start()
        wait_until(service.is_alive, within=60)
        yield service
        service.stop()


def run(command: list[str], service: ServiceProcess, script: str | None = None) -> str:
    environment = {"PATH": service.environment["PATH"], "ADDRESS": service.url, "WEBHOOK_SECRET": service.secret}
    result = subprocess.run(
        command, input=script, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_page_has_examples_for_each_tool() -> None:
    found = {(example.heading, example.language) for example in EXAMPLES}

    assert found >= {
        ("Try it", "sh"),
        ("curl", "sh"),
        ("n8n", "http"),
        ("Make", "http"),
        ("Zapier", "http"),
        ("Google Apps Script", "js"),
        ("Google Apps Script", "http"),
    }


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("example", of("sh"))
def test_a_command_works(service: ServiceProcess, example: Example) -> None:
    if asked := re.search(r"orders/(\d+)", example.code):  # It asks for an order that another command has sent.
        sent = next(each for each in EXAMPLES if each.language == "sh" and f'"{asked[1]}"' in each.code)
        run(["sh", "-eu", "-c", sent.code], service)

    check(lambda: json.loads(run(["sh", "-eu", "-c", example.code], service)), example)


@pytest.mark.parametrize("example", of("http"))
def test_a_request_works(service: ServiceProcess, example: Example) -> None:
    head, _, body = example.code.removesuffix("\n").partition("\n\n")
    if "multipart" in head:
        body = body.replace("\n", "\r\n") + "\r\n"
    lines = [*head.replace("SECRET", service.secret).split("\n"), "Connection: close"]
    lines.append(f"Content-Length: {len(body.encode())}")

    def send() -> Any:
        with connect(service.url) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body.encode())
            (answer,) = answers(read_all(connection))
        assert answer.status in {200, 202}
        return answer.json()

    check(send, example)


@pytest.mark.skipif(None in {shutil.which("node"), shutil.which("curl")}, reason="Node.js or curl is not installed")
@pytest.mark.parametrize("example", of("js"))
def test_the_script_works(service: ServiceProcess, example: Example) -> None:
    node = ["node", str(Path(__file__).with_name("urlfetchapp.js"))]

    logged = wait_until(
        lambda: re.fullmatch(
            r"synced https?://\S+/rows/[\w-]+\n",
            run([*node, "example()"], service, example.code),
        ),
        within=60,
    )
    refused = "(() => { try { sendOrder({ total: 'x' }); } catch (error) { Logger.log(error.message); } })()"

    assert logged
    assert run([*node, refused], service, example.code).startswith(
        "Nothing was stored, because these fields are wrong. body: Expected a Whapi payload"
    )


def check(send: Callable[[], Any], example: Example) -> None:
    """The answer is the one that the page shows; where it shows none, the order is in the sheet, with its customer.

    On a slow machine the first answer may say that the order still waits; sending it again is harmless.
    """
    answer = wait_until(lambda: all_synced(sent := send()) and sent, within=60)
    if example.answer is not None:
        assert comparable(answer) == comparable(example.answer)
        return
    orders = orders_of(answer)
    assert [(order["status"], order["customer_name"] in {"Gerald", "Ada"}) for order in orders] == [("synced", True)]
    assert all(order["items"] and order["row_url"] for order in orders)


def orders_of(answer: Any) -> list[Any]:
    return [answer] if "order_id" in answer else answer.get("orders", [])


def all_synced(answer: Any) -> bool:
    return {order["status"] for order in orders_of(answer)} <= {"synced"}


def comparable(answer: Any) -> Any:
    """Without what differs from run to run."""
    text = json.dumps(answer)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)
    text = re.sub(r"https?://[^/]+/rows/[\w-]+", "ROW", text)
    return {**json.loads(text), "accepted": None, "duplicates": None}
