"""The `values` methods: what a call asks for, and the shape of its answer. What happens to cells is in
values.py."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.google import resolve, value_ranges, values
from sandbox.google.calls import ANSWER, Json, Work
from sandbox.google.draft import Draft
from sandbox.google.errors import ApiError, Refused
from sandbox.google.value_ranges import Rendering
from sandbox.google.values import Written


def get(work: Work) -> Json:
    return values.get(work.reading(), work.argument, work.rendering())


def batch_get(work: Work) -> Json:
    draft, rendering = work.reading(), work.rendering()
    found = [values.get(draft, text, rendering) for text in work.call.query.get("ranges", [])]
    answer: Json = {"spreadsheetId": work.spreadsheet.spreadsheet_id}
    return {**answer, "valueRanges": found} if found else answer


def batch_get_by_filter(work: Work) -> Json:
    filters = work.body.get("dataFilters", [])
    if not filters:
        raise ApiError(400, "Must specify at least one data filter.")
    found = values.get_by_filters(work.reading(), filters, Rendering.of(work.body))
    answer: Json = {"spreadsheetId": work.spreadsheet.spreadsheet_id}
    return {**answer, "valueRanges": found} if found else answer


def _update_answer(work: Work, draft: Draft, written: Written, given: Json) -> Json:
    answer = {"spreadsheetId": work.spreadsheet.spreadsheet_id, **written.counts}
    if given.get("includeValuesInResponse") in (True, "true"):
        answer["updatedData"] = value_ranges.read(draft, written.area, Rendering.of(given, "response"))
    return answer


def _answer_options(work: Work) -> Json:
    return {name: work.call.one(name) for name in ANSWER if work.call.one(name)}


def update(work: Work) -> Json:
    option = value_ranges.input_option(work.call.one("valueInputOption"))
    _check_same_range(work)

    def change(draft: Draft) -> Json:
        area = resolve.area_of(draft.content, work.argument)
        return _update_answer(work, draft, values.update(draft, area, work.body, option), _answer_options(work))

    return work.spreadsheet.commit(work.actor, work.unknowns, change)


def _check_same_range(work: Work) -> None:
    stated = work.body.get("range")
    if stated and resolve.area_of(work.spreadsheet.content, stated) != resolve.area_of(
        work.spreadsheet.content, work.argument
    ):
        raise ApiError(400, f"Requested writing within range [{work.argument}], but was given [{stated}]")


def append(work: Work) -> Json:
    option = value_ranges.input_option(work.call.one("valueInputOption"))
    insert = work.call.one("insertDataOption")

    def change(draft: Draft) -> Json:
        table, written = values.append(draft, work.argument, work.body, option, insert)
        answer: Json = {"spreadsheetId": work.spreadsheet.spreadsheet_id}
        if table is not None:
            answer["tableRange"] = table
        answer["updates"] = _update_answer(work, draft, written, _answer_options(work))
        return answer

    return work.spreadsheet.commit(work.actor, work.unknowns, change)


def batch_update(work: Work) -> Json:
    option = value_ranges.input_option(work.body.get("valueInputOption"))
    data = work.body.get("data", [])

    def change(draft: Draft) -> Json:
        responses = []
        for index, one in enumerate(data):
            with _named(index):
                area = resolve.area_of(draft.content, one.get("range", ""))
                responses.append(_update_answer(work, draft, values.update(draft, area, one, option), work.body))
        return _with_totals(work, responses)

    return work.spreadsheet.commit(work.actor, work.unknowns, change)


def batch_update_by_filter(work: Work) -> Json:
    option = value_ranges.input_option(work.body.get("valueInputOption"))
    data = work.body.get("data", [])

    def change(draft: Draft) -> Json:
        responses = []
        for index, one in enumerate(data):
            data_filter = one.get("dataFilter", {})
            with _named(index):
                for area in resolve.areas_of_filter(draft, data_filter):
                    answer = _update_answer(work, draft, values.update(draft, area, one, option), work.body)
                    responses.append({**answer, "dataFilter": data_filter})
        return _with_totals(work, responses)

    return work.spreadsheet.commit(work.actor, work.unknowns, change)


@contextmanager
def _named(index: int) -> Iterator[None]:
    """A refusal says which of the ranges it means, as seen at Google (docs/google-sheets.md, 1.4)."""
    try:
        yield
    except Refused as refused:
        raise Refused(f"Invalid data[{index}]: {refused}") from None
    except ApiError as error:
        raise ApiError(error.code, f"Invalid data[{index}]: {error.message}", error.details) from None


def _with_totals(work: Work, responses: list[Json]) -> Json:
    answer: Json = {"spreadsheetId": work.spreadsheet.spreadsheet_id}
    for count in ("Rows", "Columns", "Cells"):
        total = sum(response.get(f"updated{count}", 0) for response in responses)
        answer |= {f"totalUpdated{count}": total} if total else {}
    sheets = {response.get("updatedRange", "").rpartition("!")[0] for response in responses}
    answer |= {"totalUpdatedSheets": len(sheets), "responses": responses} if responses else {}
    return answer


def clear(work: Work) -> Json:
    def change(draft: Draft) -> Json:
        area = resolve.clipped(draft, resolve.area_of(draft.content, work.argument))
        return {"spreadsheetId": work.spreadsheet.spreadsheet_id, "clearedRange": values.clear(draft, area)}

    return work.spreadsheet.commit(work.actor, work.unknowns, change)


def batch_clear(work: Work) -> Json:
    def change(draft: Draft) -> Json:
        areas = resolve.areas_of(draft, work.body.get("ranges", []))
        cleared = [values.clear(draft, area) for area in areas]
        return {"spreadsheetId": work.spreadsheet.spreadsheet_id, "clearedRanges": cleared}

    return work.spreadsheet.commit(work.actor, work.unknowns, change)
