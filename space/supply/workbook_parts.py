"""The parts of a workbook around its sheets: what its package holds, its styles and its properties.

Decides that the supply is named in the properties of the file, which programs keep when they save it anew.

Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from space.supply.label import Label

XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PROPERTIES_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CORE_TYPE: Final = "application/vnd.openxmlformats-package.core-properties+xml"
_RELATIONS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
# The set that custom properties belong to. Source: ECMA-376, part 1, 22.3.
_PROPERTY_SET: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"

# Styles of cells, by their number.
DAY, TIME = 1, 2
_STYLES: Final = (
    f'{XML}<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def parts(label: Label, names: Sequence[str]) -> dict[str, str]:
    """The parts by their name in the package.

    Args:
        label: what the workbook says of itself.
        names: of its sheets, in order; sheet *n* is the part ``xl/worksheets/sheet<n>.xml``.
    """
    return {
        "xl/workbook.xml": _workbook(names),
        "xl/styles.xml": _STYLES,
        "xl/_rels/workbook.xml.rels": _sheets_related(len(names)),
        "docProps/core.xml": _core(label),
        "docProps/custom.xml": _custom(label),
        "_rels/.rels": _related(
            (f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            (f"{_OFFICE}/relationships/custom-properties", "docProps/custom.xml"),
        ),
        "[Content_Types].xml": _types(len(names)),
    }


def _workbook(names: Sequence[str]) -> str:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1)
    )
    spaces = f'xmlns="{MAIN}" xmlns:r="{_OFFICE}/relationships"'
    return f"{XML}<workbook {spaces}><sheets>{listed}</sheets></workbook>"


def _sheets_related(sheets: int) -> str:
    each = [(f"{_OFFICE}/relationships/worksheet", f"worksheets/sheet{n}.xml") for n in range(1, sheets + 1)]
    return _related(*each, (f"{_OFFICE}/relationships/styles", "styles.xml"))


def _related(*targets: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _core(label: Label) -> str:
    spaces = f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="{_DUBLIN_CORE}"'
    return (
        f"{XML}<cp:coreProperties {spaces}><dc:title>{escape(label.title)}</dc:title>"
        f"<dc:identifier>{label.supply}</dc:identifier><dc:description>{escape(label.line)}</dc:description>"
        f"<cp:keywords>{label.grant}</cp:keywords></cp:coreProperties>"
    )


def _custom(label: Label) -> str:
    spaces = f'xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes"'
    return (
        f'{XML}<Properties {spaces}><property fmtid="{_PROPERTY_SET}" pid="2" name="ybz.supply">'
        f"<vt:lpwstr>{label.supply}</vt:lpwstr></property></Properties>"
    )


def _types(sheets: int) -> str:
    stated = [
        ("/xl/workbook.xml", f"{_SHEET_TYPE}.sheet.main+xml"),
        ("/xl/styles.xml", f"{_SHEET_TYPE}.styles+xml"),
        *((f"/xl/worksheets/sheet{n}.xml", f"{_SHEET_TYPE}.worksheet+xml") for n in range(1, sheets + 1)),
        ("/docProps/core.xml", _CORE_TYPE),
        ("/docProps/custom.xml", _PROPERTIES_TYPE),
    ]
    each = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in stated)
    return (
        f'{XML}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_RELATIONS_TYPE}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{each}</Types>'
    )
