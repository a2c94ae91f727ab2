"""Google's refusals, in whatever language the account has: told apart by what was refused, never by a guess."""

from typing import Any

import pytest

from connector.sheets.errors import Kind, SheetsError, from_answer
from connector.sheets.idempotency.marker import Marker
from connector.sheets.idempotency.named_range import NamedRange
from connector.sheets.tags import check_place

GUARDS = [Marker().claim("batch", 7, 1), NamedRange().claim("batch", 7, 1)]
SENTENCES = [
    'Ya existe una hoja con el nombre "metadata". Introduce un nombre distinto.',
    "Vous essayez de modifier une cellule ou un objet protégé.",
    "Диапазон защищён.",
    "シートが保護されています。",
    "",
]
"""The first is from lightdash/lightdash#7015; the others stand for the languages of further reports."""


def refusal(message: str, sent: list[dict[str, Any]] | None, status: str = "INVALID_ARGUMENT") -> SheetsError:
    body = {"error": {"code": 400, "message": message, "status": status}}
    return from_answer(400, body, account="a@b", spreadsheet_id="1", retry_after=None, sent=sent)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("guard", GUARDS, ids=["marker", "named range"])
def test_a_guard_that_is_refused_as_the_first_request_is_taken(guard: dict[str, Any], sentence: str) -> None:
    (kind,) = guard

    error = refusal(f"Invalid requests[0].{kind}: {sentence}", [guard])

    assert error.kind is Kind.TAKEN
    assert not error.is_unclear


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("name", ["updateDeveloperMetadata", "deleteDeveloperMetadata"])
def test_a_tag_that_is_not_where_it_was_is_stale(name: str, sentence: str) -> None:
    error = refusal(f"Invalid requests[3].{name}: {sentence}", [GUARDS[0]])

    assert error.kind is Kind.STALE


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("name", ["insertDimension", "updateCells", "addSheet", "createDeveloperMetadata"])
def test_of_any_other_request_the_sentence_is_not_guessed_at(name: str, sentence: str) -> None:
    error = refusal(f"Invalid requests[3].{name}: {sentence}", [GUARDS[0]])

    assert (error.kind, error.message) == (
        Kind.REFUSED,
        f"Google refused the rows: Invalid requests[3].{name}: {sentence}",
    )


def test_a_tag_without_a_chosen_id_is_no_guard() -> None:
    tag = {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "wcsync.tab"}}}

    assert refusal("Invalid requests[0].createDeveloperMetadata: No.", [tag]).kind is Kind.REFUSED
    checked = check_place("ROWS", 5, 1, 3)
    assert refusal("Invalid requests[0].updateDeveloperMetadata: No.", [checked]).kind is Kind.STALE


def test_an_office_file_is_known_by_its_status_when_it_is_read() -> None:
    error = refusal("Esta operación no se admite en este documento", None, status="FAILED_PRECONDITION")

    assert error.kind is Kind.MISSING
    assert "Excel file" in error.message


def test_a_write_that_is_refused_with_that_status_is_not_taken_for_one() -> None:
    assert refusal("Algo", [GUARDS[0]], status="FAILED_PRECONDITION").kind is Kind.REFUSED
