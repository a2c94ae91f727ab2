"""A process begins with the module of its command: one that can't be imported first fails nowhere but there."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tests.process.service_process import ROOT

MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in (ROOT / "connector").rglob("*.py")
}


def test_no_imports_go_in_a_circle_so_that_any_command_can_be_the_first() -> None:
    needs = {name: set(imported(file)) - {name} for name, file in MODULES.items()}

    TopologicalSorter(needs).prepare()  # A CycleError names the modules.


def imported(file: Path) -> Iterator[str]:
    """The connector's modules that this one imports while it is imported itself."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name in MODULES)
