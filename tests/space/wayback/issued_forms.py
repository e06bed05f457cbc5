"""Forms of households and rosters as workbooks: compiled, answered, admitted and handed out in tests."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment

from catalog.authority.items import item_at
from catalog.authority.naming import begin
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import writing
from contracts.model import Area, Contract, Field, FieldType, Sharing, UnitRef, UnitRule, Use
from space.wayback.forms.admission import admit
from space.wayback.forms.compiling import sidecar
from space.wayback.forms.compiling.admitting import write_form
from space.wayback.forms.compiling.compiled import compile_workbook
from space.wayback.forms.compiling.handing import Handout, Wanted, hand_out
from space.wayback.forms.compiling.returning import Taken, take_back
from space.wayback.forms.definition import read as read_form
from tests.space.wayback.conftest import AREA, EAST, FAR, LOOK, PERSON, POLICE, Town, identity
from tests.space.wayback.form_layouts import HOUSEHOLD, Layout, draw

HOME_NUMBER = Field("household_no", "户编号", unit=UnitRef("household"), use=Use.IDENTIFIER, personal=True)

RESIDENTS = Contract(
    id="civil-residents", title="居民登记信息", schema="civil", table="residents", department=POLICE,
    sharing=Sharing(condition="依法履职", basis="户口登记条例"), classification="基础/人口",
    fields=(
        PERSON,
        Field("name", "姓名", element="person_name", personal=True),
        Field("sex", "性别", allowed=("男", "女"), use=Use.DIMENSION),
        Field("birth_date", "出生日期", type=FieldType.DATE, personal=True),
        Field("education", "文化程度"),
        HOME_NUMBER,
        AREA,
    ),
    units=(UnitRule("person", 1), UnitRule("household", 20)), unique_keys=(("id_card",),),
    area=Area("area_code"),
)  # fmt: skip

HOUSEHOLDS = Contract(
    id="civil-households", title="户籍登记信息", schema="civil", table="households", department=POLICE,
    sharing=Sharing(condition="依法履职", basis="户口登记条例"), classification="基础/人口",
    fields=(
        replace(HOME_NUMBER, key_position=1, required=True),
        Field("head_id_card", "户主身份号码", check="resident_id", unit=UnitRef("person"), use=Use.IDENTIFIER,
              personal=True),
        Field("household_type", "户别"),
        Field("address", "详细地址", personal=True),
        AREA,
    ),
    units=(UnitRule("household", 1), UnitRule("person", 1)), unique_keys=(("household_no",),),
    area=Area("area_code"),
)  # fmt: skip

HEADER = {
    "code": "HH-01", "title": "居民户情况登记表", "issuer": "民政局", "basis": "云民发〔2026〕5号",
    "period": "monthly", "subjectKind": "household", "validFrom": "2026-01-01", "validTo": "2026-12-31",
}  # fmt: skip


@dataclass
class Issued:
    """A town with a form in it: the workbook, its answered sidecar."""

    town: Town
    workbook: Path
    bindings: sidecar.Bindings
    folder: Path

    def hand_out(self, *subjects: str) -> Handout:
        town = self.town
        wanted = Wanted(self.workbook, self.bindings, "street", "2026-09", subjects)
        return hand_out(town.home, town.engine, wanted, LOOK, now=town.later())

    def take_back(self, *files: Path, reason: str = "") -> Taken:
        town, original = self.town, (self.workbook, self.bindings)
        return take_back(town.home, town.engine, files, original, reason=reason, by="王五", now=town.later())

    def kept(self, handout: Handout) -> list[Path]:
        """The files of a handing-out, on disk."""
        paths = []
        for name, content in handout.files.items():
            path = self.folder / name
            path.write_bytes(content)
            paths.append(path)
        return paths


def people(*homes: tuple[int, str, str]) -> list[dict[str, str]]:
    """Residents by number, household and home."""
    return [
        {
            "id_card": identity(n), "name": f"居民{n}", "sex": "男" if n % 2 else "女", "education": "小学",
            "birth_date": f"19{50 + n}-01-01", "household_no": household, "area_code": area,
        }
        for n, household, area in homes
    ]  # fmt: skip


def prepare(town: Town) -> None:
    acts = Acts(by="李四", reason="first entry", now=town.later(), assessment="PIA-2026-2")
    catalogue_all(town.engine, [(RESIDENTS, None), (HOUSEHOLDS, None)], acts)
    homes = [
        (1, "H1", EAST),
        (2, "H1", EAST),
        (3, "H1", EAST),
        (4, "H1", EAST),
        (5, "H2", EAST),
        (6, "H3", FAR),
    ]
    town.publish(RESIDENTS, people(*homes))
    town.publish(
        HOUSEHOLDS,
        [
            {"household_no": household, "head_id_card": identity(n), "household_type": "家庭户",
             "address": f"=东街{n}号", "area_code": area}
            for household, n, area in (("H1", 1, EAST), ("H2", 5, EAST), ("H3", 6, FAR))
        ],
    )  # fmt: skip


def answered(bindings: sidecar.Bindings, **header: str) -> sidecar.Bindings:
    """As an issuer would answer: questions are left to be typed, some items are not asked after all."""
    left_out = ("family_relation", "employer_name")
    entries = tuple(
        replace(e, state="dropped")
        if e.scope == "several" or e.name in left_out
        else replace(e, state="confirmed")
        if e.state == "question"
        else e
        for e in bindings.entries
    )
    return replace(bindings, form={**bindings.form, **HEADER, **header}, entries=entries)


def issue(
    town: Town, layout: Layout, folder: Path, chosen: dict[str, str] | None = None, **header: str
) -> Issued:
    """Compile a layout, answer its questions, and put the form on the list."""
    drawn = draw(layout, folder)
    found = sidecar.bindings_of(compile_workbook(town.engine, drawn.path, town.later()))
    entries = []
    for entry in found.entries:
        dataset, _, field = (chosen or {}).get(entry.cell, "").rpartition(".")
        own = {"dataset": dataset, "field": field, "key": "id_card", "state": "confirmed"}
        entries.append(replace(entry, **own) if dataset else entry)  # type: ignore[arg-type]
    bindings = answered(replace(found, entries=tuple(entries)), **header)
    path = folder / "form.yaml"
    write_form(town.engine, drawn.path, bindings, path, town.later())
    admit(town.engine, read_form(path), by="李四", now=town.later())
    return Issued(town, drawn.path, bindings, folder)


def page_of(path: Path) -> Any:
    return load_workbook(path).worksheets[0]


def changed(path: Path, cells: dict[str, str], *, comments: dict[str, str] | None = None) -> Path:
    """A file as somebody gives it back: cells written, with comments."""
    book = load_workbook(path)
    for cell, text in cells.items():
        book.worksheets[0][cell].value = text
    for cell, text in (comments or {}).items():
        book.worksheets[0][cell].comment = Comment(text, "王五")
    book.save(path)
    return path


ROSTER = Layout(
    "津贴发放花名册", "person", """
!2026年    月高龄津贴发放花名册 | < | < | < | < | <
!单位：元 | < | < | < | < | <
序号 | 姓名 | 身份证号码 | 年龄 | 金额 | 备注
1 | {person_name} | {resident_id} | {age=} | {amount} | {remark}
2 | {person_name} | {resident_id} | {age=} | {amount} | {remark}
合计 | < | < | < | [=SUM(E4:E5)] |
!经办人：<<~>>        审核人：<<~>> | < | < | < | < | <
""")  # fmt: skip


def prepare_roster(town: Town) -> None:
    prepare(town)
    rows = [(1, EAST), (2, EAST), (3, EAST), (4, EAST), (6, FAR)]
    month = {"month": "2026-09", "level": "一档"}
    paid = [{**month, "id_card": identity(n), "amount": f"{n}00", "area_code": area} for n, area in rows]
    town.publish(town.allowance, paid)
    with writing(town.engine) as connection:
        named = item_at(RESIDENTS, "name", "person_name")
        begin(connection, named, basis="一数一源", by="李四", now=town.later())


def issue_households(town: Town) -> None:
    """The town with the form of households on its list."""
    prepare(town)
    _keep(issue(town, HOUSEHOLD, _folder(town)))


def issue_roster(town: Town) -> None:
    """The town with the roster of allowances on its list."""
    prepare_roster(town)
    header = {"code": "PAY-01", "title": "高龄津贴发放花名册", "subjectKind": "person"}
    chosen = {"Sheet1!C4:C5": "civil.residents.id_card"}  # several datasets have it: the issuer says which
    _keep(issue(town, ROSTER, _folder(town), chosen, **header))


def issued_in(town: Town, folder: Path) -> Issued:
    """What was issued in a town before it was copied, with the workbook in a folder of one's own."""
    kept, bindings = pickle.loads((town.home.root / "issued" / "form.pickle").read_bytes())
    workbook = shutil.copy(town.home.root / "issued" / kept, folder)
    return Issued(town, Path(workbook), bindings, folder)


def _folder(town: Town) -> Path:
    folder = town.home.root / "issued"
    folder.mkdir()
    return folder


def _keep(made: Issued) -> None:
    (made.folder / "form.pickle").write_bytes(pickle.dumps((made.workbook.name, made.bindings)))
