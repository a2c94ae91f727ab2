"""Brings the catalogs up to the code: `make translations`.

`connector.pot` has every text that the code or a template marks; each language's `connector.po` gets those that it
lacks, empty, and loses those that are gone; `connector.mo` is what the service reads. The same code makes the same
files.
"""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from connector.language.languages import ENGLISH, LANGUAGES, Language
from connector.language.speaking import CATALOGS, DOMAIN

ROOT = Path(__file__).parents[1]
METHODS = [("**.py", "python"), ("dashboard/templates/**.html", "jinja2")]
OPTIONS = {"**.html": {"silent": "false", "newstyle_gettext": "true", "trimmed": "true"}}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "marked": None,
    "in_each_language": None,
    "ngettext": (1, 2),
    "counted": (1, 2),
    "pgettext": ((1, "c"), 2),
}
WIDTH = 120
SOME_DAY = datetime(2026, 11, 30, tzinfo=UTC)
LEFT_OUT = (
    *(b"# Copyright", b"# FIRST AUTHOR", b"# This file is distributed", b"# Translations template", b"#\n"),
    *(
        b'"POT-Creation-Date:',
        b'"PO-Revision-Date:',
        b'"Generated-By:',
        b'"Project-Id-Version:',
        b'"Report-Msgid-Bugs-To:',
    ),
    *(b'"Last-Translator:', b'"Language-Team:'),
)


def template() -> Catalog:
    """Every text that is marked, in the order of the files."""
    catalog = Catalog(project="order connector", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        ROOT / "connector", METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    )
    for path, line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        catalog.add(message, locations=[(path, line)], auto_comments=comments, context=context)
    return catalog


def po_file(language: Language) -> Path:
    return CATALOGS / language.locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: Language) -> Catalog:
    """A language's catalog as it stands; an empty one where it has none."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language.locale, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language.locale)


def as_po(catalog: Catalog) -> bytes:
    """Without dates, names and lines of code, which would change each time or say nothing."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=WIDTH, ignore_obsolete=True, include_lineno=False)
    return b"".join(line for line in buffer.getvalue().splitlines(keepends=True) if not line.startswith(LEFT_OUT))


def as_mo(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = SOME_DAY  # Babel writes it into the file.
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    marked = template()
    (CATALOGS / f"{DOMAIN}.pot").write_bytes(as_po(marked))
    for language in LANGUAGES:
        if language is ENGLISH:
            continue
        catalog = read(language)
        catalog.update(marked, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(as_mo(read(language)))
        missing = sum(not all(m.string if isinstance(m.string, tuple) else (m.string,)) for m in catalog if m.id)
        print(f"{language.tag}: {len(catalog)} texts, {missing} without a translation")


if __name__ == "__main__":
    main()
