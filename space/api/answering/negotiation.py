"""The form of an answer: JSON, CSV, an Arrow IPC stream or file, as the request's ``Accept`` asks.

Decides which form is given, that a cell of a CSV never begins what a spreadsheet would run as a formula, and
that a value which is itself a list or an object stands as JSON text in its cell. What is answered is decided
elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response

from contracts.cells import safe
from space.errors import SpaceError

if TYPE_CHECKING:
    import pyarrow as pa


class Form(StrEnum):
    """Forms of an answer, by their media types."""

    JSON = "application/json"
    CSV = "text/csv"
    ARROW = "application/vnd.apache.arrow.stream"
    # Of an answer, the very bytes whose digest its receipt states.
    ARROW_FILE = "application/vnd.apache.arrow.file"


_ANY: Final = {"*/*": Form.JSON, "application/*": Form.JSON, "text/*": Form.CSV}
# By what an answer differs: its form, and who asks, in which membership.
VARY: Final = "Accept, Authorization, Cookie, Ybz-Membership"


class NotAcceptable(SpaceError):
    """The request accepts none of the forms there are."""

    def __init__(self) -> None:
        super().__init__(f"the answer is given as {', '.join(Form)} — accept one of them")


# How an operation tells of its forms.
FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The answer, in the form that is accepted.",
        "content": {
            Form.JSON.value: {"schema": {"type": "object", "title": "Answer"}, "example": {}},
            Form.CSV.value: {"schema": {"type": "string"}, "example": "industry,firms\r\n"},
            Form.ARROW.value: {"schema": {"type": "string", "format": "binary"}, "example": ""},
            Form.ARROW_FILE.value: {"schema": {"type": "string", "format": "binary"}, "example": ""},
        },
    }
}


def form_of(accept: str | None) -> Form:
    """The form a header asks for; the first of the highest quality.

    >>> form_of("text/csv;q=0.5, application/vnd.apache.arrow.stream").name
    'ARROW'

    Raises:
        NotAcceptable: it asks for none of them.
    """
    if not accept or not accept.strip():
        return Form.JSON
    best: tuple[float, Form | None] = (0.0, None)
    for part in accept.split(",")[:50]:
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        found = _ANY.get(kind) or next((form for form in Form if form.value == kind), None)
        if found is not None and quality > best[0]:
            best = (quality, found)
    if best[1] is None:
        raise NotAcceptable
    return best[1]


async def _wanted(request: Request) -> Form:  # what waits for nothing needs no thread of its own
    return form_of(request.headers.get("accept"))


Wanted = Annotated[Form, Depends(_wanted)]


def answer(
    form: Form,
    document: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A list in the form that is wanted.

    Args:
        form: of the answer.
        document: the whole, for JSON.
        rows: the rows alone, for the others.
        headers: of the answer.
    """
    told = {**(headers or {}), "Vary": VARY}
    if form is Form.JSON:
        return JSONResponse(jsonable_encoder(document), headers=told)
    plain = [jsonable_encoder(row) for row in rows]
    columns = list(dict.fromkeys(name for row in plain for name in row))
    cells = [[_flat(row.get(name)) for name in columns] for row in plain]
    if form is Form.CSV:
        return Response(as_csv(columns, cells), media_type=f"{Form.CSV}; charset=utf-8", headers=told)
    import pyarrow as pa

    made = pa.table({name: _column([row[at] for row in cells]) for at, name in enumerate(columns)})
    return _arrow(form, made, told)


def table(form: Form, made: pa.Table, headers: Mapping[str, str]) -> Response:
    """A table that is no document, as CSV or in one of the forms of Arrow."""
    told = {**headers, "Vary": VARY}
    if form in (Form.ARROW, Form.ARROW_FILE):
        return _arrow(form, made, told)
    rows = [list(row.values()) for row in made.to_pylist()]
    return Response(as_csv(made.column_names, rows), media_type=f"{Form.CSV}; charset=utf-8", headers=told)


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """CSV with safe cells, UTF-8, lines ended as RFC 4180 says."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([safe(name) for name in columns])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def _flat(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def _column(values: list[Any]) -> Any:
    """Values of one kind as they are; of several kinds, as text."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1 and kinds <= {str, int, float, bool}:
        try:
            return pa.array(values, pa.string() if not kinds else None)
        except (pa.ArrowInvalid, OverflowError):
            pass
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _arrow(form: Form, made: pa.Table, headers: Mapping[str, str]) -> Response:
    import pyarrow as pa

    if form is Form.ARROW_FILE:
        from space.calls.answers import file_bytes

        return Response(file_bytes(made), media_type=form, headers=dict(headers))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, made.schema) as writer:
        writer.write_table(made)
    return Response(sink.getvalue().to_pybytes(), media_type=Form.ARROW, headers=dict(headers))


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
