"""The application form as a sheet 登记申请表 a person reads.

Decides its looks and that the same form is the same bytes: a workbook carries no time of its own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

TITLE: Final = "公共数据资源登记申请表"
# The earliest time a ZIP member can carry: every member has it.
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:(modified|created)[^>]*>)[^<]*(</dcterms:\2>)")
# What XML 1.0 cannot carry: such a character would make the file unreadable.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(head: Sequence[tuple[str, str]], answers: Sequence[tuple[str, str]], files: Sequence[Any]) -> bytes:
    """The sheet.

    Args:
        head: label and text above the answers.
        answers: title and answer, in the order of the form.
        files: documents of the attachments, with ``title``, ``name``, ``sha256``.

    Returns:
        An ``.xlsx`` file.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = TITLE
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 26, 90
    wrapped, bold = Alignment(vertical="top", wrap_text=True), Font(bold=True)
    fill = PatternFill("solid", fgColor="DDEBF7")
    page.append([TITLE])
    page["A1"].font = Font(bold=True, size=16)
    attached = [(f"附件：{each['title']}", f"{each['name']}\nSHA-256 {each['sha256']}") for each in files]
    for label, text in (*head, *answers, *attached):
        line = page.max_row + 1
        for place, value in ((1, label), (2, text)):
            cell = page.cell(line, place)
            # As text: an answer that begins with = is no formula.
            cell.number_format = "@"
            cell.value = _UNPRINTABLE.sub("", value)
            cell.data_type = "s"
            cell.alignment = wrapped
        page.cell(line, 1).font, page.cell(line, 1).fill = bold, fill
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())


def timeless(content: bytes) -> bytes:
    """A ZIP file with no time in it: members in order of name, all of one time."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        members = {name: given.read(name) for name in given.namelist()}
    stamp = f"{datetime(*EARLIEST):%Y-%m-%dT%H:%M:%S}Z".encode()
    for name in ("docProps/core.xml",):
        if name in members:
            members[name] = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", members[name])
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP file of members, the same bytes for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, EARLIEST)
            info.external_attr = 0o600 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, members[name], compresslevel=6)
    return out.getvalue()
