"""What `pip install .` makes: everything that the commands need, and a command that calls itself by its name."""

import os
import subprocess
import sys
from configparser import ConfigParser
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.build import build_wheel

from connector import __version__, terminal
from connector.not_installed import sentence

ROOT = Path(__file__).parents[2]


def test_the_wheel_has_every_file_of_both_packages_and_a_command_that_is_there(tmp_path: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "connector", "sandbox"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    with chdir(ROOT):
        name = build_wheel(str(tmp_path))

    with ZipFile(tmp_path / name) as wheel:
        packed = {path for path in wheel.namelist() if ".dist-info/" not in path}
        entries = wheel.read(f"whatsapp_order_connector-{__version__}.dist-info/entry_points.txt").decode()
    scripts = ConfigParser()
    scripts.read_string(entries)
    module, _, function = scripts["console_scripts"][terminal.SCRIPT].partition(":")
    assert packed == set(tracked)
    assert dict(scripts["console_scripts"]) == {terminal.SCRIPT: f"{module}:{function}"}
    assert callable(getattr(import_module(module), function))


def test_a_sentence_names_the_installed_command_as_it_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "environment" / "bin" / terminal.SCRIPT
    script.parent.mkdir(parents=True)
    script.touch(mode=0o755)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / terminal.SCRIPT).symlink_to(script)
    monkeypatch.chdir(tmp_path)

    def said(called: str, path: Path) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", [called, "serve"])
        monkeypatch.setenv("PATH", str(path))
        return terminal.command("check", "--shop", "two words"), terminal.program()

    by_name = said(str(script), script.parent)
    by_pipx = said(str(linked / terminal.SCRIPT), linked)
    not_on_the_path = said(str(script), tmp_path)
    from_its_folder = said("./order-connector", tmp_path)
    as_module = said(str(ROOT / "connector" / "__main__.py"), script.parent)

    assert by_name == by_pipx == ("order-connector check --shop 'two words'", "order-connector")
    assert not_on_the_path == ("environment/bin/order-connector check --shop 'two words'", "order-connector")
    assert from_its_folder == ("./order-connector check --shop 'two words'", "order-connector")
    assert as_module[0].endswith(f"{os.sep}python -m connector check --shop 'two words'")
    assert as_module[1] == "python -m connector"


def test_an_installed_package_that_lacks_a_library_names_no_file_of_the_repository() -> None:
    said = sentence("click", ["serve"], here=Path("/opt/venv/lib/python3.13/site-packages"))

    assert said == (
        f"This Python ({sys.executable}) lacks the library click. It comes with the connector: install the connector "
        "again, the way it was installed before."
    )
