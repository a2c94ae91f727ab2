"""Draws docs/pictures/dashboard.png: the panels of deploy/grafana/order-connector.json, as a Prometheus answers them.

    python -m scripts.pictures.draw_dashboard PROMETHEUS_URL SECONDS

A stand-in for Grafana, whose layout and titles it takes over; series that were 0 all the time are left out. Needs
Debian's `prometheus`, which has watched a service for so many seconds, and `pip install matplotlib`, which nothing else
here does.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import matplotlib as mpl

DASHBOARD = Path("deploy/grafana/order-connector.json")
PICTURE = Path("docs/pictures/dashboard.png")
COLUMNS, ROW = 24, 0.42
"""Grafana's columns; inches that one of its rows takes here."""
STEP, RATE = 4, "20s"
_INK, _GROUND, _PANEL = "#ccccdc", "#111217", "#181b1f"
_COLORS = ("#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#96d98d")
_STATES = {"green": "#1a7f37", "orange": "#c4721b", "red": "#b5202e"}


def answers(url: str, expression: str, seconds: int) -> list[dict[str, Any]]:
    """The series that Prometheus gives for the last so many seconds."""
    now = time.time()
    query = expression.replace("$__rate_interval", RATE).replace("$job", "connector")
    given = {"query": query, "start": now - seconds, "end": now, "step": STEP}
    answer = httpx.get(f"{url}/api/v1/query_range", params=given).raise_for_status().json()
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def legend(template: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        template = template.replace(f"{{{{{name}}}}}", value)
    return template


def figure_of(panel: dict[str, Any], value: float) -> tuple[str, str]:
    """What a single figure shows, and its colour by the panel's thresholds."""
    defaults = panel["fieldConfig"]["defaults"]
    reached = [step for step in defaults["thresholds"]["steps"] if step["value"] is None or value >= step["value"]]
    mapped = {key: text for mapping in defaults.get("mappings", ()) for key, text in mapping["options"].items()}
    shown = mapped.get(f"{value:g}", {}).get("text") or (f"{value:.0f} s" if defaults["unit"] == "s" else f"{value:g}")
    return shown, _STATES[reached[-1]["color"]]


def draw(url: str, seconds: int) -> None:
    mpl.use("Agg")
    mpl.rcParams.update(
        {"text.color": _INK, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK, "font.size": 8}
    )
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after its settings

    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    page = plt.figure(figsize=(15, rows * ROW), facecolor=_GROUND)
    for panel in panels:
        place = panel["gridPos"]
        left, width = place["x"] / COLUMNS, place["w"] / COLUMNS
        bottom, height = 1 - (place["y"] + place["h"]) / rows, place["h"] / rows
        found = [
            (legend(target["legendFormat"], series["metric"]), series["values"])
            for target in panel["targets"]
            for series in answers(url, target["expr"], seconds)
            if panel["type"] == "stat" or any(float(value) > 0 for _, value in series["values"])
        ]
        if panel["type"] == "stat":
            shown, color = figure_of(panel, float(found[0][1][-1][1]) if found else 0.0)
            box = page.add_axes((left + 0.004, bottom + 0.004, width - 0.008, height - 0.008), facecolor=color)
            box.set(xticks=[], yticks=[])
            box.text(0.04, 0.86, panel["title"], va="top", color="white", fontsize=9, transform=box.transAxes)
            box.text(0.5, 0.4, shown, ha="center", va="center", color="white", fontsize=24, transform=box.transAxes)
            continue
        box = page.add_axes((left + 0.045, bottom + 0.036, width - 0.055, height - 0.056), facecolor=_PANEL)
        box.set_title(panel["title"], loc="left", fontsize=9, color=_INK)
        box.set_prop_cycle(color=_COLORS)
        unit = panel["fieldConfig"]["defaults"]["unit"]
        scale, suffix = {"s": (1, " s"), "bytes": (1e6, " MB"), "cpm": (1, "/min")}.get(unit, (1, ""))
        for name, values in found:
            moments = [datetime.fromtimestamp(moment, UTC) for moment, _ in values]
            box.plot(moments, [float(value) / scale for _, value in values], label=name, linewidth=1.4)
        box.yaxis.set_major_formatter(lambda value, _, suffix=suffix: f"{value:g}{suffix}")
        box.xaxis.set_major_formatter(mpl.dates.DateFormatter("%H:%M"))
        box.grid(color="#2c3235", linewidth=0.5)
        box.set_ylim(bottom=0)
        if found:
            box.legend(loc="upper left", bbox_to_anchor=(0, -0.1), ncols=5, frameon=False, fontsize=7)
    page.savefig(PICTURE, dpi=80, facecolor=_GROUND)


if __name__ == "__main__":
    draw(sys.argv[1], int(sys.argv[2]))
