"""A steward's week in the ledger by command line, on the demonstration city.

One installation, five people: 李雯 keeps the catalogue of the civil affairs bureau, 王局长 heads it,
张磊 is of the data authority, 孙敏 of the registrar, 赵安 of the security office.
The days build on one another and run in their order.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from catalog.registration import cli_acts
from examples.city.generate import generate
from policies.clocks import local_date
from policies.machine import IllegalStep
from tests.flow.week import (
    AGED,
    BUREAU,
    BUREAU_CODE,
    BUS,
    CANTEENS,
    LI,
    LISTED,
    POOR,
    RELIEF,
    STOPS,
    SUN,
    WANG,
    ZHANG,
    ZHAO,
    Week,
    at,
    book_of_others,
    canteen_form,
    code,
    marked,
    set_cells,
    write_rows,
)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """A fresh installation where no person holds two offices on one entry, with a part of the city listed."""
    desk = tmp_path_factory.mktemp("week")
    city = desk / "city"
    generate(city)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YBZ_HOME", str(desk / "home"))
        patch.chdir(desk)
        made = Week(desk)
        made.run("init")
        rules = desk / "home" / "rules"
        rules.mkdir(exist_ok=True)
        own = "rules:\n  - {name: separate_offices, value: require, source: 规程, valid_from: 2020-01-01,"
        (rules / "cataloguing.yaml").write_text(f"{own} confidence: policy}}\n", encoding="utf-8")
        files = [city / "contracts" / f"{name}.yaml" for name in LISTED]
        offices = (*LI, "--signed-off-by", "王局长", "--reviewed-by", "张磊")
        listed = made.json("catalog", *files, *offices)
        assert [line["state"] for line in listed] == ["published"] * len(LISTED)
        yield made


def test_01_monday_units_are_known_and_the_systems_are_listed(week: Week) -> None:
    assert week.json("organisation", "sync", *ZHANG)["added"]
    week.run("inventory", "template", "库表.xlsx")
    book = load_workbook("库表.xlsx")
    own = {"系统名称": "民政救助系统", "所属部门": BUREAU, "部门统一社会信用代码": BUREAU_CODE}
    rows = [
        own | {"表名": "dibao", "数据量": 1620, "对应目录": POOR},
        own | {"表名": "jintie", "数据量": "两千多", "对应目录": AGED},
        own | {"表名": "quhua", "数据量": 216, "对应目录": "civil_affairs.divisions"},
        own | {"表名": "t_log", "数据量": 99, "不编目原因": "系统运行表"},
        own | {"表名": "zhucan", "表中文名": "老年助餐点", "数据量": 40},
    ]
    write_rows(book["系统库表"], rows)
    book.save("库表.xlsx")
    refused = week.json("inventory", "import", "库表.xlsx", *LI, status=1)
    assert len(refused["faults"]) == 3
    assert week.json("inventory", "list") == []

    sheet = book["系统库表"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(3, headings.index("数据量") + 1).value = 2054
    sheet.cell(5, headings.index("不编目说明") + 1).value = "运行日志，无业务数据"
    sheet.cell(5, headings.index("审批人") + 1).value = "王局长"
    book.save("库表.xlsx")
    week.json("inventory", "import", "库表.xlsx", *LI)
    states = [line["state"] for line in week.json("inventory", "list")]
    assert sorted(states) == ["catalogued"] * 3 + ["excluded", "open"]


def test_02_monday_a_form_with_mistakes_comes_back_with_all_of_them_marked(week: Week) -> None:
    week.run("bulk", "template", "编目.xlsx")
    canteen_form("编目.xlsx")
    said = week.json("bulk", "import", "编目.xlsx", "--submit", *LI, status=1)
    cells = {fault["cell"] for fault in said["faults"]}
    assert len(cells) == len(said["faults"]) == 3
    assert set(marked(Path(said["marked"]))) == cells
    assert {line["name"] for line in week.json("entry", "list")}.isdisjoint({CANTEENS, RELIEF})

    first, second = ("老年助餐点信息", "canteen_no"), ("老年助餐点信息", "name")
    set_cells(
        Path("编目.xlsx"),
        {
            first: {"更新周期": "每月"},
            second: {"数据类型": "字符型"},
            ("临时救助信息", "id_card"): {"是否个人信息": "是"},
        },
    )
    done = week.json("bulk", "import", "编目.xlsx", "--submit", *LI)
    assert [(line["name"], line["state"]) for line in done["entries"]] == [
        (CANTEENS, "checked"),
        (RELIEF, "checked"),
    ]


# --- Tuesday: signed, returned once with everything, resubmitted, published ---


def test_03_tuesday_an_entry_is_returned_with_one_complete_list_and_published(week: Week) -> None:
    week.refused("another person takes this step", "entry", "sign", RELIEF, *LI)
    week.json("entry", "sign", RELIEF, *WANG)
    back = week.json(
        "entry", "return", RELIEF, *ZHANG, "--missing", "summary: 写明覆盖范围", "--missing",
        "救助金额: 写明口径",
    )  # fmt: skip
    places = {point["place"] for point in back["details"]["missing"]}
    assert {"summary", "fields.amount"} <= places
    assert any(point["by"] == "program" for point in back["details"]["missing"])
    assert [line["name"] for line in week.json("entry", "list", "--state", "returned")] == [RELIEF]

    set_cells(
        Path("编目.xlsx"),
        {
            ("临时救助信息", "id_card"): {
                "信息资源摘要": "全市临时救助对象，一次一行。",
                "共享方式": "数据库",
            },
            ("临时救助信息", "amount"): {"信息项描述": "单次发放金额，元"},
        },
    )
    week.json("bulk", "import", "编目.xlsx", *LI)
    week.json("submit", RELIEF, "--pia", "云民〔2026〕评2号", *LI)
    week.json("entry", "sign", RELIEF, *WANG)
    week.refused("returned before", "entry", "return", RELIEF, *ZHANG, "--missing", "basis: 另附依据全文")
    assert week.json("approve", RELIEF, *ZHANG)["state"] == "published"
    assert week.publish(CANTEENS)["state"] == "published"
    acts = [act["event"] for act in week.json("entry", "history", RELIEF)["acts"]]
    assert acts.count("return") == 1
    assert acts[-1] == "publish"
    week.left["codes"] = {line["name"]: line["code"] for line in week.json("entry", "list")}


def test_04_tuesday_it_is_found_by_words_synonym_code_element_and_facet(week: Week) -> None:
    def names(*words: str) -> list[str]:
        return [hit["name"] for hit in week.json("search", *words)["hits"]]

    assert names("临时救助") == [RELIEF]
    assert POOR in names("低保")
    assert names("--code", week.left["codes"][CANTEENS]) == [CANTEENS]
    assert sorted(names("--facet", f"department={BUREAU}"))[0] == CANTEENS
    assert names("--element", "resident_id") == []


def test_05_tuesday_what_is_exported_changes_nothing_when_it_comes_back(week: Week) -> None:
    week.run("bulk", "export", "民政.xlsx", "--department", BUREAU)
    again = week.json("bulk", "import", "民政.xlsx", *LI)
    assert [line["changed"] for line in again["entries"]] == [False] * 5


# --- Wednesday: built, classified, changed, felt ---


def test_06_wednesday_releases_are_tied_and_tested(week: Week) -> None:
    built = week.json("build", POOR, STOPS)
    assert [line["state"] for line in built] == ["released", "released"]
    week.json("link", "probe", *LI)
    rate = week.json("link", "rate")
    assert rate["alive"] == 2


def test_07_wednesday_a_finding_is_judged_and_a_grade_lowered_by_two(week: Week) -> None:
    fields = {line["field"]: line for line in week.json("classify", "show", POOR)["fields"]}
    assert [found["kind"] for found in fields["id_card"]["found"]] == ["resident_id"]
    confirmed = week.json(
        "classify", "confirm", f"{POOR}.id_card", "--kind", "resident_id", "--reason", "本为身份号码", *LI
    )
    assert confirmed["state"] == "in_force"
    over = ("classify", "override", f"{POOR}.region_code", "--kind", "division_code", "--reason", "村代码")
    assert week.json(*over, *LI)["state"] == "in_force"
    lowering = ("classify", "lower", f"{POOR}.category", "--to", 2, "--reason", "类别不识别到人", *LI)
    week.refused("give a `basis`", *lowering)
    lower = week.json(*lowering, "--basis", "云州市分类分级细则第8条")
    assert lower["state"] == "awaiting"
    week.refused("a second person", "classify", "consent", lower["id"], "--reason", "同意", *LI)
    assert week.json("classify", "consent", lower["id"], "--reason", "同意", *ZHAO)["state"] == "in_force"


def test_08_wednesday_a_breaking_change_is_seen_before_and_announced_after(week: Week) -> None:
    felt = week.json("impact", f"{POOR}.id_card")
    assert "theme.elderly_services" in json.dumps(felt, ensure_ascii=False)
    path = week.desk / "city" / "contracts" / "civil_affairs_low_income.yaml"
    changed = path.with_name("changed.yaml")
    text = path.read_text(encoding="utf-8")
    changed.write_text(text.replace("approved_on", "granted_on"), encoding="utf-8")
    week.run("impact", changed)
    trigger = week.json("entry", "trigger", POOR, "--kind", "system", "--what", "救助系统换代", *LI)
    assert trigger["due_on"]
    mine = {item["rule"] for item in week.json("due", "--for", BUREAU)["items"]}
    assert "catalogue_update" in mine
    more = week.json(
        "clock", "extend", f"entry:{POOR}", "catalogue_update", "--reason", "联调", "--approved-by", "张磊"
    )
    assert more["due_on"] > trigger["due_on"]
    shutil.copy(changed, path)
    week.json("submit", path, "--reason", "救助系统换代", *LI)
    assert week.publish(POOR)["state"] == "published"
    words = week.json("diff", POOR, 1, 2)
    assert words["verdict"] == "breaking"
    told = week.json("entry", "announcements", "--name", POOR)
    assert told
    week.json("entry", "acknowledge", told[0]["id"], "--by", "数据局 王敏")
    assert "catalogue_update" not in {item["rule"] for item in week.json("due", "--for", BUREAU)["items"]}


# --- Thursday: contested, rectified, wanted, opened ---


def test_09_thursday_two_fields_claim_one_item_and_the_authority_decides(week: Week) -> None:
    week.run("bulk", "export", "民政.xlsx", "--department", BUREAU)
    element = {"数据元": "resident_id"}
    poor, aged = ("最低生活保障对象信息", "id_card"), ("高龄津贴发放信息", "id_card")
    set_cells(Path("民政.xlsx"), {poor: element, aged: element})
    changed = week.json("bulk", "import", "民政.xlsx", "--submit", "--reason", "补数据元", *LI)
    names = [line["name"] for line in changed["entries"] if line["changed"]]
    assert names == [POOR, AGED]
    for name in names:
        week.publish(name)
    first = ("authority", "claim", f"{POOR}.id_card", "--basis", "社会救助暂行办法第3条")
    assert week.json(*first, "--as", "authority", *ZHANG)["state"] == "authoritative"
    second = week.json("authority", "claim", AGED, "id_card", "--basis", "高龄津贴办法第2条", *LI)
    assert second["state"] == "contested"
    assert second["conflict"] in json.dumps(week.json("due"), ensure_ascii=False)
    week.json(
        "authority", "decide", second["conflict"], "--for", f"{POOR}.id_card", "--basis", "云数决3号", *ZHANG
    )
    assert week.json("authority", "list")["conflicts"] == []
    assert {hit["name"] for hit in week.json("search", "--element", "resident_id")["hits"]} == {POOR, AGED}


def test_10_thursday_faults_are_sent_out_to_be_mended(week: Week) -> None:
    case = week.json("rectify", "list", STOPS)[0]
    week.run("rectify", "export", case["id"], "--out", "整改.xlsx")
    assert max(sheet.max_row for sheet in load_workbook("整改.xlsx")) > case["found"]


def test_11_thursday_a_demand_is_confirmed_and_answered_and_a_library_kept(week: Week) -> None:
    demand = week.json(
        "lists", "demand", "add", "--demander", "云州市交通运输局", "--what", "助餐点", "--task",
        "公交优待", "--basis", "老年人权益保障法第58条", "--holder", BUREAU, *BUS,
    )  # fmt: skip
    week.json("lists", "demand", "confirm", demand["id"], "--holder", BUREAU, *ZHANG)
    assert week.json("lists", "demand", "catalogue", demand["id"], CANTEENS, *LI)["state"] == "catalogued"
    week.json(
        "library", "add", "elderly", "theme", "--title", "养老主题库", "--subject", "social_security",
        "--owner", BUREAU, "--owner-code", BUREAU_CODE, "--task", "养老服务", "--basis", "云州市养老规划",
        *LI,
    )  # fmt: skip
    week.json("library", "member", "elderly", AGED, *LI)
    assert "elderly" in {line["name"] for line in week.json("library", "list")}


def test_12_thursday_a_dataset_about_nobody_is_opened_to_the_public(week: Week) -> None:
    week.json(
        "open", "propose", STOPS, "--licence", "CC-BY-4.0", "--method", "none", "--effect-grade", 0,
        "--reason", "便民出行", *BUS,
    )  # fmt: skip
    week.json("open", "assess", STOPS, "--secrecy", "无", "--personal", "无", "--aggregation", "无", *ZHAO)
    week.json("open", "check", STOPS, *ZHAO)
    week.json("open", "approve", STOPS, "--reason", "同意", *ZHANG)
    week.json("open", "publish", STOPS, *ZHANG)
    exports = list((week.desk / "home" / "open" / STOPS).iterdir())
    assert {path.name for path in exports[0].iterdir()} >= {"metadata.json", "SHA256SUMS"}


# --- Friday: the month balances, is reported, and leaves the house ---


def test_13_friday_what_is_unbalanced_is_said_and_explained_away(week: Week) -> None:
    before = week.json("edition", "--check", status=1)
    assert before["balanced"] is False
    week.run("inventory", "confirm", "民政救助系统/zhucan", CANTEENS, *LI)
    book_of_others(Path("其他.xlsx"), week)
    week.json("inventory", "import", "其他.xlsx", *ZHANG)
    fallen = week.json("edition", "--check", status=1)["fallen_out"]
    open_ones = {(line["stage"], line["code"]) for line in fallen if not line["explained"]}
    assert open_ones
    assert {stage for stage, _ in open_ones} <= {"entries", "live"}
    for stage, why in sorted(open_ones):
        week.run(
            "inventory", "explain", "--period", week.month, "--stage", stage, "--why", why, "--reason",
            "本周试点以外", *ZHANG,
        )  # fmt: skip
    assert week.json("edition", "--check")["balanced"] is True


def test_14_friday_the_edition_is_closed_verified_and_compared(week: Week) -> None:
    closed = week.json("edition", *ZHANG)
    assert closed["ok"]
    assert closed["balanced"]
    assert week.json("edition", "--verify")["ok"] is True
    assert week.json("edition", "--list")
    week.run("dcat", "--base", "https://data.yunzhou.example/", "--publisher", "云州市数据局", "dcat")
    pages = [json.loads(path.read_text(encoding="utf-8")) for path in Path("dcat").glob("*.jsonld")]
    assert "临时救助信息" in json.dumps(pages, ensure_ascii=False)
    week.run("upward", "上报.zip", "--period", week.month, *ZHANG)
    assert week.json("upward", "上报.zip", "--verify")["period"] == week.month


def test_15_friday_departments_reply_to_the_monthly_report(week: Week) -> None:
    period = ("--period", week.month)
    week.json("report", "draft", *period, *ZHANG)
    week.json("report", "reply", BUREAU, *period, "--text", "助餐点系统下月上线", *LI)
    week.run("report", "show", *period, "--html", "月报.html")
    assert "助餐点系统下月上线" in Path("月报.html").read_text(encoding="utf-8")
    week.refused("month", "report", "close", *period, *ZHANG)  # the month is not over
    assert week.json("figures", "link_rate", "--rows")["value"] > 0


def test_16_friday_a_resource_in_operation_is_registered(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    today = local_date(now)
    monkeypatch.setattr(cli_acts, "now", lambda: now)
    week.json(
        "register", "registrar", "name", code(6, "12"), "云州登记中心", "--designated-by", "云州市数据局",
        "--basis", "云数〔2026〕2号", *ZHANG,
    )  # fmt: skip
    week.json(
        "register", "authorise", STOPS, "--body", "11990100MA0009RM3K", "云州市数据局", "--operator",
        code(4, "91"), "云州数据运营公司", "--agreement", "授权运营1号", "--mode", "whole", "--from", today,
        "--until", today + timedelta(days=1500), *ZHANG,
    )  # fmt: skip
    assert week.json("register", "standing")["unregistered"] == [STOPS]
    week.run("register", "form", STOPS, "--out", "登记.yaml")
    filled = {
        "agent_name": "周平",
        "agent_contact": "0999-1",
        "storage_place": "云州市政务云",
        "storage_way": "关系型数据库",
        "source_legality": "依法履职产生",
        "scenario": "出行服务",
        "evidence_reference": "本系统存证日志",
    }
    text = Path("登记.yaml").read_text(encoding="utf-8")
    for key, value in filled.items():
        text = text.replace(f"{key}: ''\n", f"{key}: {value}\n")
    Path("登记.yaml").write_text(text, encoding="utf-8")
    Path("材料.txt").write_text("承诺书", encoding="utf-8")
    attached = [word for key in ("explanation", "commitment") for word in ("--attach", f"{key}=材料.txt")]
    filed = week.json("register", "apply", STOPS, "--form", "登记.yaml", *attached, *BUS)
    assert [each.split()[0] for each in filed["missing"]] == ["risk_assessment"]
    assert week.json("register", "return", STOPS, *SUN)["returned"]
    week.json("register", "supplement", STOPS, "--attach", "risk_assessment=材料.txt", *BUS)
    for step in ("accept", "review", "notice"):
        week.json("register", step, STOPS, *SUN)
    objection = week.json(
        "register", "object", STOPS, "--name", "钱七", "--contact", "0999-2", "--statement", "站点有误",
        "--evidence", "材料.txt", "--by", "钱七",
    )["objection"]  # fmt: skip
    week.json(
        "register", "decide-objection", objection, "--dismiss", "--reason", "已核实", "--basis", "登记办法",
        *SUN,
    )  # fmt: skip
    coding = (
        "register", "record-code", STOPS, "--code", "NDR-000001", "--query-code", "Q-000001", "--proof",
        "材料.txt", *SUN,
    )  # fmt: skip
    week.refused("public notice is not over", *coding)
    now += timedelta(days=25)
    registered = week.json(*coding)
    assert registered["state"] == "registered"
    week.left |= {"registered": registered, "authorised_until": today + timedelta(days=1500)}
    assert week.json("register", "standing")["share"] == 1.0
    week.refused(
        "renewal", "register", "renew", STOPS, "--form", "登记.yaml", *attached, *BUS
    )  # before its window
    assert week.json("show", STOPS)["registration"] == "registered"


def test_17_friday_contracts_move_to_a_second_installation(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = week.json("bulk", "pack", "合同.zip", CANTEENS, RELIEF)
    week.run("bulk", "export", "旧目录.xlsx", "--department", BUREAU)
    monkeypatch.setenv("YBZ_HOME", str(week.desk / "second"))
    week.run("init")
    moved = week.json("bulk", "unpack", "合同.zip", "--from-key", packed["key_id"], *LI)
    assert [line["state"] for line in moved["entries"]] == ["compiled"] * 2
    monkeypatch.setenv("YBZ_HOME", str(week.desk / "third"))
    week.run("init")
    week.json("bulk", "adopt", "旧目录.xlsx", "--origin", "旧目录系统", "--basis", "云数〔2026〕1号", *ZHANG)
    codes = {line["name"]: line["code"] for line in week.json("entry", "list")}
    assert codes[RELIEF] == week.left["codes"][RELIEF]


def test_18_friday_every_act_of_the_week_is_in_the_evidence(week: Week) -> None:
    assert week.json("evidence", "verify")["ok"] is True
    assert {line["name"] for line in week.json("show")} >= {CANTEENS, RELIEF, POOR}


# --- What comes of it: the next month, and the third year ---


def test_19_next_month_two_editions_are_compared_and_the_change_alone_goes_upward(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (local_date(datetime.now(UTC)).replace(day=1) + timedelta(days=32)).replace(day=1)
    week.left["next_month"] = first
    at(monkeypatch, datetime.combine(first + timedelta(days=2), time(2), UTC))
    path = week.desk / "city" / "contracts" / "transport_bus_stops.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name: 公交站点", "name: 公交站点位置", 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    (handed,) = week.json("submit", path, "--reason", "名称改为标准名", *BUS)
    looked = ("--revision", handed["revision"])
    week.json("entry", "sign", STOPS, *looked, *WANG)
    week.json("approve", STOPS, *looked, *ZHANG)
    closed = week.json("edition", *ZHANG)
    assert closed["period"] == f"{first:%Y-%m}"
    told = week.json("edition", "--diff", "--period", closed["period"])
    assert {change["dataset"] for change in told["changes"]} == {STOPS}
    assert any("公交站点位置" in change["after"] for change in told["changes"])
    upward = week.json("upward", "变更.zip", "--period", closed["period"], "--since", week.month, *ZHANG)
    assert (upward["added"], upward["changed"], upward["removed"]) == (0, 1, 0)
    then = week.run("edition", "--open", "datasets", "--period", week.month)
    assert "公交站点位置" not in then


def test_20_next_month_the_report_is_closed_after_its_days_of_reply(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    period, first = ("--period", week.month), week.left["next_month"]
    at(monkeypatch, datetime.combine(first + timedelta(days=2), time(2), UTC))
    drafted = week.json("report", "draft", *period, *ZHANG)
    assert drafted["runs"] is False
    week.json("report", "reply", BUREAU, *period, "--text", "助餐点系统已上线", "--as", "head", *WANG)
    week.refused("may still reply", "report", "close", *period, *ZHANG)
    after = date.fromisoformat(drafted["reply_until"]) + timedelta(days=1)
    at(monkeypatch, datetime.combine(after, time(2), UTC))
    closed = week.json("report", "close", *period, *ZHANG)
    assert closed["state"] == "closed"
    assert [reply["text"] for reply in closed["replies"]][-1] == "助餐点系统已上线"
    with pytest.raises(IllegalStep, match=f"^report of {week.month}: .* it is at its end"):
        week.run("report", "reply", BUREAU, *period, "--text", "太晚", *LI)
    assert week.json("report", "show", *period)["digest"] == closed["digest"]


def test_21_in_the_third_year_the_registration_is_renewed_in_its_window(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = date.fromisoformat(week.left["registered"]["valid_until"])
    at(monkeypatch, datetime.combine(until - timedelta(days=40), time(2), UTC))
    blank = "agent_name: 周平\nagent_contact: 0999-1\n"
    Path("续展.yaml").write_text(blank, encoding="utf-8")
    files = [
        word
        for key in ("explanation", "commitment", "risk_assessment")
        for word in ("--attach", f"{key}=材料.txt")
    ]
    week.json("register", "renew", STOPS, "--form", "续展.yaml", *files, *BUS)
    for step in ("accept", "review", "notice"):
        week.json("register", step, STOPS, *SUN)
    at(monkeypatch, datetime.combine(until - timedelta(days=5), time(2), UTC))
    renewed = week.json("register", "record-code", STOPS, "--proof", "材料.txt", *SUN)
    # Three more years, but no longer than its authorisation lasts.
    assert renewed["valid_until"] == week.left["authorised_until"].isoformat()
    assert renewed["code"] == week.left["registered"]["code"]
    assert week.json("evidence", "verify")["ok"] is True
