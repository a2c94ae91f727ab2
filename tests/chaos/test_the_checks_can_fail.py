"""Ways to break exactly-once, each of which the chaos run must find; and that it finds nothing where nothing is
broken."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.broken import VARIANTS
from tests.chaos.chaos import chaos


@dataclass(frozen=True)
class Form:
    """A short run with the things that matter. Its seed draws them so that each comes when there is something to
    spoil."""

    arguments: tuple[str, ...]
    finds: str
    """The word before the count of such differences, in the run's own summary."""


COMMON = ("--orders", "30", "--patience", "5", "--quota-factor", "5")
FORMS = {
    "no_marker": Form(
        ("--only", "merchant", "--only", "fault", "--fault", "commit_then_503", "--kills", "0", "--seed", "1"),
        "Doubled",
    ),
    "stored_after_sending": Form(
        ("--only", "merchant", "--only", "kill_in_write", "--kills", "2", "--seed", "1"),
        "Doubled",
    ),
    "acknowledged_before_stored": Form(("--only", "kill", "--kills", "1", "--seed", "13"), "Lost"),
    "no_fence": Form(
        ("--only", "merchant", "--only", "fault", "--fault", "late_commit", "--kills", "0", "--seed", "14169"),
        "Doubled",
    ),
    "append": Form(("--only", "merchant", "--only", "clock", "--kills", "0", "--seed", "1"), "Misplaced"),
    "claim_without_comparing": Form(("--only", "stall", "--stalls", "1", "--kills", "0", "--seed", "9"), "Doubled"),
    "no_look_at_the_sheet": Form(("--only", "loss", "--losses", "1", "--kills", "0", "--seed", "2"), "Doubled"),
    "no_look_at_the_file": Form(("--only", "loss", "--losses", "1", "--kills", "0", "--seed", "11"), "Lost"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_broken_service_is_found_out(tmp_path: Path, variant: str) -> None:
    form = FORMS[variant]

    result = chaos(tmp_path, *COMMON, *form.arguments, "--launcher", f"tests.chaos.broken {variant}")

    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{form.finds} " in summary(result.stdout), result.stdout
    assert f"  {form.finds}: " in result.stdout


def test_the_whole_service_passes_the_same_run(tmp_path: Path) -> None:
    """With faults. With kills, stalls and losses it passes the short forms of the run (`test_chaos.py`)."""
    result = chaos(tmp_path, *COMMON, *FORMS["no_fence"].arguments)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Verified: all " in result.stdout


def summary(output: str) -> str:
    """The line that counts the differences by kind."""
    return next((line for line in output.splitlines() if " differences (" in line), "")
