"""Every sentence that a shop owner may read is marked for the catalogs, in the code and in the page's templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import connector

ROOT = Path(connector.__file__).parent
TEMPLATES = ROOT / "dashboard" / "templates"
MARKS = {"_", "gettext", "ngettext", "counted", "pgettext", "marked", "in_each_language"}
NO_TEXT = r"(?!(?:SELECT|INSERT|UPDATE|DELETE|SET|CAST|X WHERE|Invalid requests)\b)"
SENTENCE = re.compile(NO_TEXT + r"[A-Z]\S*(?=\s)(?:.*[a-z)X][.:?!…]\s*\Z|(?:\s+\S+){4})", re.DOTALL)
"""Begins with a capital, and ends as a sentence does, or has five words."""
SHOWN = re.compile(r"""\s(?:title|aria-label|placeholder|alt)="([^"]*)\"""")
LETTERS = re.compile(r"[^\W\d_]{2,}")

ENGLISH_MODULES = {
    "api": "integrators read it",
    "certificates": "who runs the service reads it, as do the next two",
    "checks/network": "",
    "proxies": "",
    "cli": "`setup` and `check` have their texts elsewhere; the other commands are for who runs the service",
    "events": "integrators read it",
    "gateways/bare": "says to integrators what was wrong with what they sent, as do the next",
    "gateways/forwarded": "",
    "gateways/gateway": "",
    "gateways/meta": "",
    "gateways/reading": "",
    "gateways/webhook": "",
    "gateways/whapi/payload": "",
    "sheets/batch": "for who develops",
    "checks/running": "has parts of other programs' sentences",
    "__main__": "speaks before there is anything to speak with",
    "language": "has no texts of its own",
    "not_installed": "speaks before there is anything to speak with",
    "metrics": "Prometheus's help texts",
    "shops": "the host reads it, not the shop",
    "store/backup": "for who runs the service, as the commands that say it",
    "store/migrations": "for who develops",
    "store/restore": "as `store/backup`",
}
"""Modules and packages whose sentences stay English, and why."""


def modules() -> list[Path]:
    left = tuple(ENGLISH_MODULES)
    paths = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    return [path for path in paths if not any(f"{path.with_suffix('')}/".startswith(f"{name}/") for name in left)]


def sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that look like sentences and aren't marked. What is logged, asserted or documented isn't
    for shop owners."""
    if isinstance(node, ast.Call):
        name = (
            node.func.id
            if isinstance(node.func, ast.Name)
            else node.func.attr
            if isinstance(node.func, ast.Attribute)
            else ""
        )
        if name in MARKS or (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
        ):
            return
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        if SENTENCE.match(text):
            yield node.lineno, text
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and SENTENCE.match(node.value):
            yield node.lineno, node.value
        return
    if isinstance(node, ast.Assert):
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        yield from sentences(child)


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_marks_its_sentences(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert list(sentences(tree)) == []


def unmarked(template: str) -> list[str]:
    """Words that a template shows without looking them up."""
    text = re.sub(
        r"\{#.*?#\}|<(style|script)\b.*?</\1>|\{%-?\s*trans\b.*?endtrans\s*-?%\}", " ", template, flags=re.DOTALL
    )
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.DOTALL)
    found = [value for value in SHOWN.findall(text) if LETTERS.search(value)]
    rest = re.sub(r"<[^>]*>", "\n", text)
    return found + [line.strip() for line in rest.split("\n") if LETTERS.search(re.sub(r"&\w+;", "", line))]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_marks_its_words(path: Path) -> None:
    assert unmarked(path.read_text(encoding="utf-8")) == []


def test_what_is_not_marked_is_found() -> None:
    code = (
        'def f(x):\n    """Says it."""\n    log.info("So it is.")\n    return f"The file {x} is gone.", _("It is.")\n'
    )
    assert list(sentences(ast.parse(code))) == [(4, "The file X is gone.")]
    assert unmarked('<p title="Seen">{{ _("Shown") }} <b>plain</b>{% trans %}Marked{% endtrans %}</p>') == [
        "Seen",
        "plain",
    ]


def test_no_mark_stands_inside_an_f_string() -> None:
    """Babel doesn't look into them, so the text would be in no catalog."""
    found = [
        (str(path.relative_to(ROOT)), mark.lineno)
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for mark in ast.walk(node)
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id in MARKS
        if mark.args and isinstance(mark.args[0], ast.Constant)
    ]
    assert found == []
