"""Files into tables: for each file how it must be read, and the rows that reading it gives.

Decides by the form of a file who looks for its tables: :mod:`catalog.intake.tables.text_tables`,
:mod:`catalog.intake.tables.sheet_tables`, or this module for documents, Parquet and databases. A file or
sheet without a readable table becomes a :class:`Refused` with one clear line. Which tables belong together is
decided in :mod:`catalog.intake.drafting.families`.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from catalog.intake.errors import IntakeError
from catalog.intake.reading import database, json_documents, parquet
from catalog.intake.reading.encoding import decide, decode
from catalog.intake.reading.sniff import form_of
from catalog.intake.tables.found import File, Refused, Table, table
from catalog.intake.tables.sheet_tables import sheet_tables
from catalog.intake.tables.text_tables import text_tables
from contracts.model import Source, SourceFormat

# Names that are never data.
NOT_DATA: Final = frozenset(
    {".md", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".py", ".sql", ".yaml", ".yml", ".png", ".jpg"}
)


def tables_of(path: Path, where: str, encoding: str = "") -> Iterator[Table | Refused]:
    """Every table of a file, and everything in it that is none.

    Args:
        path: the file.
        where: its path relative to the folder drafted.
        encoding: of text, where a person names it; empty = found from the bytes.
    """
    if path.name.startswith("~$"):
        yield Refused(where, "a temporary file of a workbook someone has open")
        return
    if path.suffix.lower() in NOT_DATA:
        yield Refused(where, f"not a data file ({path.suffix})")
        return
    try:
        form = form_of(path, path.name)
        problems = (form.note,) if form.note else ()
        file = File(path, where, hashlib.sha256(path.read_bytes()).hexdigest(), form.note, problems, encoding)
        yield from _READERS[form.format](file)
    except IntakeError as error:
        yield Refused(where, error.reason)
    except csv.Error as error:
        yield Refused(where, f"not delimited text: {error}")


def _json(file: File) -> Iterator[Table | Refused]:
    data = file.path.read_bytes()
    decided = decide(data, file.encoding)
    noted = (*file.problems, *((decided.reason,) if decided.unsure else ()))
    if form_of(file.path, file.path.name).format is SourceFormat.JSONL:
        layout = Source("s", SourceFormat.JSONL, file.where, encoding=decided.encoding, header_row=0)
        records = json_documents.read(data, layout, file.path.name)
        yield table(file, layout, records, (), {"encoding": decided.reason}, noted)
        return
    document = json_documents.parse(decode(data, decided.encoding)[0], file.path.name)
    found = json_documents.record_paths(document)
    if not found:
        yield Refused(file.where, "no list of objects in this JSON document", encoding=decided.encoding)
        return
    best = max(found, key=lambda pair: pair[1])[0]
    layout = Source(
        "s", SourceFormat.JSON, file.where, encoding=decided.encoding, record_path=best or None, header_row=0
    )
    others = [p for p, _ in found if p != best]
    reasons = {"encoding": decided.reason, "recordPath": "the longest list of objects in the document"}
    problems = [*noted, *(f"a further list at {p} is not read" for p in others)]
    yield table(file, layout, json_documents.read(data, layout, file.path.name), (), reasons, problems)


def _parquet(file: File) -> Iterator[Table | Refused]:
    layout = Source("s", SourceFormat.PARQUET, file.where, header_row=0)
    yield table(file, layout, parquet.read(file.path, layout, file.path.name), (), {}, file.problems)


def _database(file: File) -> Iterator[Table | Refused]:
    folder = file.path.parent
    for name in database.tables(folder, file.path.name):
        layout = Source("s", SourceFormat.SQL, file.where, query=name, header_row=0)
        records = database.read(folder, replace(layout, path=file.path.name))
        yield table(file, layout, records, (), {"query": "a table of the database"}, file.problems)


_READERS = {
    SourceFormat.CSV: text_tables,
    SourceFormat.EXCEL: sheet_tables,
    SourceFormat.JSON: _json,
    SourceFormat.JSONL: _json,
    SourceFormat.PARQUET: _parquet,
    SourceFormat.SQL: _database,
}
