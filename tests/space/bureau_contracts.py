"""What a small bureau has: five contracts of three departments, and the rows of each."""

from __future__ import annotations

from contracts.codes import resident_check, uscc_check
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    FieldType,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    Use,
)

POLICE, MARKET, ECO = (
    Party("公安局", "11990100MB0000001X"),
    Party("市场监管局", "11990100MB0000002X"),
    Party("生态环境局", "11990100MB0000003X"),
)
DISTRICTS = ("云湖区", "云山区", "云港区")

POPULATION = Contract(
    id="civil-population",
    title="常住人口",
    schema="civil",
    table="population",
    department=POLICE,
    sharing=Sharing(condition="依法履职", basis="《中华人民共和国户口登记条例》第三条"),
    classification="基础/人口",
    fields=(
        Field("id_card", "公民身份号码", key_position=1, required=True, check="resident_id",
              unit=UnitRef("person"), use=Use.IDENTIFIER, personal=True),
        Field("name", "姓名", personal=True),
        Field("sex", "性别", allowed=("男", "女"), use=Use.DIMENSION),
        Field("district", "区", allowed=DISTRICTS, use=Use.DIMENSION),
        Field("income", "收入", type=FieldType.INTEGER, minimum=0, maximum=1000, use=Use.MEASURE),
        Field("file_number", "档案号", use=Use.DIMENSION, sharing=ShareType.WITHHELD),
    ),
    units=(UnitRule("person", 1),),
    unique_keys=(("id_card",),),
)  # fmt: skip
FIRMS = Contract(
    id="market-firms",
    title="企业登记",
    schema="market",
    table="firms",
    department=MARKET,
    sharing=Sharing(condition="依法履职", basis="市场主体登记管理条例"),
    classification="基础/法人",
    fields=(
        Field("uscc", "统一社会信用代码", key_position=1, required=True, unit=UnitRef("enterprise"),
              use=Use.IDENTIFIER),
        Field("industry", "行业", use=Use.DIMENSION),
        Field("capital", "注册资本", type=FieldType.INTEGER, minimum=0, maximum=1000, use=Use.MEASURE),
    ),
    units=(UnitRule("enterprise", 1),),
    unique_keys=(("uscc",),),
)  # fmt: skip
AIR = Contract(
    id="eco-air",
    title="空气质量",
    schema="eco",
    table="air",
    department=ECO,
    sharing=Sharing(ShareType.UNCONDITIONAL),
    classification="主题/生态环保",
    fields=(
        Field("station", "站点", key_position=1, required=True, use=Use.PLAIN),
        Field("pm25", "细颗粒物", type=FieldType.INTEGER, use=Use.PLAIN),
    ),
    unique_keys=(("station",),),
    unit_free=True,
)
SILENT = Contract(
    id="eco-silent",
    title="说不清的表",
    schema="eco",
    table="silent",
    department=ECO,
    sharing=Sharing(ShareType.UNCONDITIONAL),
    classification="主题/生态环保",
    fields=(Field("station", "站点", use=Use.PLAIN),),
)
# Made from readings that are of no one, as far as anybody knows.
FIGURES = Contract(
    id="eco-figures",
    title="站点读数",
    schema="eco",
    table="figures",
    department=ECO,
    sharing=Sharing(ShareType.UNCONDITIONAL),
    classification="主题/生态环保",
    fields=(
        Field("station", "站点", key_position=1, required=True, use=Use.PLAIN),
        Field("readings", "读数", type=FieldType.INTEGER, use=Use.PLAIN),
    ),
    unique_keys=(("station",),),
    unit_free=True,
    composed=Composed(
        Composition.STATISTICAL, "SELECT station, count(*) AS readings FROM eco.air GROUP BY station"
    ),
)
CONTRACTS = (POPULATION, FIRMS, AIR, SILENT, FIGURES)


def identity(number: int) -> str:
    """A well-formed identity number of nobody: its region begins with 99."""
    first = f"99010119500101{number:03d}"
    return first + resident_check(first)


def enterprise(number: int) -> str:
    """A well-formed social credit code of nobody."""
    first = f"91990100{number:08d}0"
    return first + uscc_check(first)


def population() -> list[dict[str, str]]:
    """150 persons of the first district, 90 of the second, 4 of the third."""
    districts = [DISTRICTS[0]] * 150 + [DISTRICTS[1]] * 90 + [DISTRICTS[2]] * 4
    return [
        {"id_card": identity(n), "name": f"居民{n}", "sex": "男女"[n % 2], "district": district,
         "income": str(n), "file_number": f"D{n}"}
        for n, district in enumerate(districts)
    ]  # fmt: skip


def firms() -> list[dict[str, str]]:
    """40 firms of one industry, 30 of another, 3 of a third."""
    industries = ["制造业"] * 40 + ["零售业"] * 30 + ["采矿业"] * 3
    return [
        {"uscc": enterprise(n), "industry": industry, "capital": str(100 + n)}
        for n, industry in enumerate(industries)
    ]


ROWS: dict[str, list[dict[str, str]]] = {
    POPULATION.name: population(),
    FIRMS.name: firms(),
    AIR.name: [{"station": f"站{n}", "pm25": str(30 + n)} for n in range(5)],
    SILENT.name: [{"station": "站"}],
    FIGURES.name: [{"station": f"站{n}", "readings": "1"} for n in range(5)],
}
