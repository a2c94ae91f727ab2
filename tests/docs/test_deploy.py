"""The files that deploy the service fit it: settings, paths, metrics and versions that they name are there."""

import json
import re
import tomllib
from dataclasses import fields
from functools import cache
from typing import Any

import pytest
import yaml

from connector.settings import Settings
from tests.docs.pages import ROOT, in_code, text

SETTINGS = {setting.name.upper() for setting in fields(Settings)}
ELSEWHERE = {"RUN_AS", "POSTGRES_PASSWORD", "RAILWAY_RUN_UID"}
"""Variables of the image, of PostgreSQL's image and of a platform."""
PYTHON = re.search(r"ARG PYTHON=(3\.\d+)", text(ROOT / "Dockerfile"))


@cache
def loaded(name: str) -> Any:
    """A file's content, by its kind."""
    content = text(ROOT / name)
    if name.endswith(".json"):
        return json.loads(content)
    return tomllib.loads(content) if name.endswith(".toml") else yaml.safe_load(content)


def variables_of(name: str) -> set[str]:
    """The environment that a file gives to the service."""
    match name:
        case "Dockerfile":
            found = re.findall(r"^(?:ENV|   ) +([A-Z_]+)=", text(ROOT / name), re.MULTILINE)
            return {variable for variable in found if not variable.startswith(("PIP_", "PYTHON"))} - {"PATH", "HOME"}
        case "Procfile":
            return set(re.findall(r"\b([A-Z_]+)=", text(ROOT / name)))
        case "render.yaml":
            return {variable["key"] for service in loaded(name)["services"] for variable in service["envVars"]}
        case "deploy/fly.toml":
            secrets = re.findall(r"\b([A-Z_]+)=", text(ROOT / name))
            return {*loaded(name)["env"], *loaded(name)["build"]["args"], *secrets}
        case _:
            services = [service for key, service in loaded(name)["services"].items() if key.startswith("connector")]
            named = set(re.findall(r"\$\{([A-Z_]+)", text(ROOT / name)))
            return named.union(*(service["environment"] for service in services))


@pytest.mark.parametrize(
    "name", ["Dockerfile", "Procfile", "compose.yaml", "compose.postgresql.yaml", "render.yaml", "deploy/fly.toml"]
)
def test_every_setting_that_a_file_gives_to_the_service_is_one(name: str) -> None:
    assert variables_of(name)
    assert variables_of(name) - SETTINGS - ELSEWHERE == set()


def test_what_the_files_name_is_there() -> None:
    dockerfile, fly, render = text(ROOT / "Dockerfile"), loaded("deploy/fly.toml"), loaded("render.yaml")
    copied = [path for line in re.findall(r"^COPY (?!--)(.*) \S+$", dockerfile, re.MULTILINE) for path in line.split()]
    taken = [line.removeprefix("!") for line in text(ROOT / ".dockerignore").splitlines() if line.startswith("!")]
    mounted = [
        (ROOT / volume.partition(":")[0]).resolve()
        for name in ("compose.yaml", "compose.postgresql.yaml")
        for volume in loaded(name)["services"]["caddy"]["volumes"]
        if volume.startswith("./")
    ]
    named = [
        *(ROOT / path for path in copied),
        *mounted,
        ROOT / "deploy" / fly["build"]["dockerfile"],
        ROOT / render["services"][0]["dockerfilePath"],
        ROOT / loaded("deploy/railway.json")["build"]["dockerfilePath"],
        *(ROOT / path for path in in_code(text(ROOT / "docs/deploying.md")) if path.startswith("deploy/")),
    ]

    assert set(copied) == set(taken)
    assert [str(path) for path in named if not path.is_file() and not path.is_dir()] == []


def test_health_is_asked_for_at_an_address_that_is_there() -> None:
    asked = {
        *re.findall(r"'(/\w+)', timeout", text(ROOT / "Dockerfile")),
        *re.findall(r"health_uri (\S+)", text(ROOT / "deploy/Caddyfile.two-instances")),
        loaded("render.yaml")["services"][0]["healthCheckPath"],
        loaded("deploy/fly.toml")["http_service"]["checks"][0]["path"],
        loaded("deploy/railway.json")["deploy"]["healthcheckPath"],
    }

    assert asked == {"/healthz"}


def test_the_units_and_the_page_call_the_command_that_the_package_has() -> None:
    (script,) = loaded("pyproject.toml")["project"]["scripts"]
    units = "".join(text(path) for path in (ROOT / "deploy" / "systemd").iterdir())
    called = re.findall(r"/opt/order-connector/bin/(\S+) (\w+)", units)
    page = text(ROOT / "docs/hosting.md")
    commands = re.findall(r"^\d+\. `(.*)`$", page, re.MULTILINE)

    assert sorted(called) == [(script, "backup"), (script, "serve")]
    assert set(re.findall(r"/bin/(order-\w+)", page)) == {script}
    assert f"{['ten', 'eleven', 'twelve', 'thirteen'][len(commands) - 10]} commands" in page
    assert [path for path in re.findall(r"requirements[\w-]*\.txt", page) if not (ROOT / path).exists()] == []


def test_the_image_has_a_python_that_the_project_takes() -> None:
    assert PYTHON is not None
    lowest = re.search(r"(3\.\d+)", loaded("pyproject.toml")["project"]["requires-python"])
    assert lowest is not None
    assert tuple(map(int, PYTHON[1].split("."))) >= tuple(map(int, lowest[1].split(".")))


# --- deploy/prometheus, deploy/grafana


def names_in(expressions: list[str]) -> set[str]:
    return {name for expression in expressions for name in re.findall(r"\b(?:connector|process)_\w+", expression)}


@cache
def metrics() -> frozenset[str]:
    """The names of all series, as the page of metrics and the page for many shops have them."""
    pages = text(ROOT / "docs/operating.md") + text(ROOT / "docs/hosting.md")
    documented = set(re.findall(r"^\| `(connector_\w+)`", pages, re.MULTILINE))
    own = {"process_resident_memory_bytes", "process_cpu_seconds_total"}
    return frozenset(
        documented | {f"{name}_{part}" for name in documented for part in ("bucket", "sum", "count")} | own
    )


def test_every_metric_of_the_alerts_and_the_dashboard_is_there() -> None:
    rules = loaded("deploy/prometheus/alerts.yml")["groups"][0]["rules"]
    panels = loaded("deploy/grafana/order-connector.json")["panels"]
    alerts = names_in([rule["expr"] for rule in rules])
    shown = names_in([target["expr"] for panel in panels for target in panel["targets"]])

    assert alerts
    assert shown
    assert alerts - metrics() == set()
    assert shown - metrics() == set()


def test_every_alert_stands_on_the_page_and_has_a_test_of_its_own() -> None:
    rules = [rule["alert"] for rule in loaded("deploy/prometheus/alerts.yml")["groups"][0]["rules"]]
    tests = loaded("deploy/prometheus/alerts.test.yml")["tests"]
    rings = [case["alertname"] for test in tests for case in test["alert_rule_test"] if case.get("exp_alerts")]
    quiet = [case["alertname"] for test in tests for case in test["alert_rule_test"] if not case.get("exp_alerts")]
    told = re.findall(r"^\| `([A-Z]\w+)` \|", text(ROOT / "docs/operating.md"), re.MULTILINE)

    assert rings == rules
    assert quiet == rules
    assert told == rules
