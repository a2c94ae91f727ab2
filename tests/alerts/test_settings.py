"""What ALERT_URLS may hold, and that nothing of it is seen."""

import subprocess
import sys

import pytest

from connector.alerts.target import parse_alerts, secrets_of_alerts
from connector.log import Redactor


def test_addresses_are_read_apart_though_they_hold_commas_themselves() -> None:
    targets = parse_alerts(
        "mailto://shop:pass@x.example?to=a@x.example,b@y.example, whapi://+49(151)123-45678 ntfy://t"
    )

    assert [(target.name, target.recipient) for target in targets] == [
        ("mailto (address 1)", None),
        ("whapi (address 2)", "4915112345678"),
        ("ntfy (address 3)", None),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("slack", "its address number 1 is not one, such as whapi://NUMBER"),
        ("ntfy://t, whapi://12345", "its address number 2 holds no phone number."),
        (",".join(f"ntfy://topic{number}" for number in range(11)), "there are more than 10 addresses."),
    ],
)
def test_a_wrong_one_is_named_by_its_number(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_alerts(text)


def test_tokens_and_passwords_are_hidden_wherever_a_messenger_quotes_them() -> None:
    text = "tgram://123456789:abc-DEF_0123456789abc/12315544, mailtos://shop:s%2Cecret!@smtp.example.com, whapi://4915112345678"
    redact = Redactor(secrets_of_alerts(text)).text

    said = redact("/bot123456789:abc-DEF_0123456789abc/send: login shop s,ecret! refused by smtp.example.com")

    assert said == "/bot123456789:[secret]/send: login shop [secret] refused by smtp.example.com"
    assert not any(address.strip() in redact(text) for address in text.split(", ")[:2])


def test_apprise_is_not_loaded_before_there_is_something_to_send() -> None:
    code = "import sys, connector.runtime.alerts, connector.checks.receivers; sys.exit('apprise' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
