"""What an analyst wrote, was refused, was answered and took away: none of it is lost, all of it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.console.conftest import Reader
from tests.console.test_operator_asks_and_is_answered import ask, write

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
ELDERS = (
    "SELECT district, count(*) AS n FROM civil.population "
    "WHERE birth_date < DATE '1961-12-01' GROUP BY district ORDER BY n DESC"
)


def explained(one: Reader, sql: str) -> None:
    """Write a question and have it explained."""
    write(one, sql)
    one.page.get_by_role("button", name="先试算").click()


def test_each_refusal_says_in_chinese_what_to_do_instead(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/operator/query")
    told = one.page.get_by_role("alert")
    for sql, words in (
        ("SELECT * FROM civil.population", "问“有多少”而不是“是谁”"),
        ("SELECT count(*) FROM civil.population WHERE name = '某人'", "所涉: name"),
        ("SELECT count(*) FROM civil.population WHERE id_card = '1'", "所涉: id_card"),
        (ELDERS.replace("12-01", "11-22"), "按月的列写某月 1 日"),
        ("DELETE FROM civil.population", "写一句以 SELECT 开头的问句"),
        ("各区有多少老人", "不会写的，点上面的“常见问法”再改"),
    ):
        explained(one, sql)
        told.get_by_text(words, exact=False).first.wait_for()
    explained(one, "SELECT count(*) FROM eco.air_readings")
    one.page.get_by_role("link", name="eco.air_readings 在本单位的另一份授权里").wait_for()
    explained(one, "SELECT * FROM civil.population")
    one.page.get_by_role("button", name="换成这一句").click()
    one.page.get_by_text("问句已改", exact=False).wait_for()
    assert one.faults() == []
    one.page.get_by_role("button", name="出生日期早于某日的，各所属区县有多少").click()
    one.page.get_by_role("button", name="先试算").click()
    one.page.get_by_role("heading", name="可以回答").wait_for()
    assert one.page.get_by_text("这样的提问还够", exact=False).count() == 1


def test_what_was_written_and_answered_outlives_a_reload_and_another_language(reader: Sat) -> None:
    one = reader("fenxi")
    one.go("/operator/query")
    write(one, ELDERS)
    ask(one)
    used = one.page.get_by_role("meter", name="调用次数")
    before = used.get_attribute("aria-valuetext")
    one.page.reload()
    one.page.get_by_role("button", name="看答案（不再计费）").click()
    one.page.get_by_role("heading", name="答案").wait_for(timeout=60_000)
    assert used.get_attribute("aria-valuetext") == before
    one.page.get_by_role("tab", name="图").click()
    one.page.get_by_role("img", name="n，按所属区县；±").wait_for()
    with one.page.expect_download() as taken:
        one.page.get_by_role("button", name="存成图片").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"\x89PNG")
    one.page.get_by_role("button", name="账号与语言").click()
    one.page.get_by_text("English").click()
    editor = one.page.get_by_role("textbox", name="Question (SQL)")
    editor.wait_for()
    one.page.get_by_text("its answer is still there", exact=False).wait_for()
    assert "1961-12-01" in editor.inner_text()
    assert one.faults() == []


def test_an_answer_and_its_receipt_are_proved_to_somebody_else(reader: Sat, tmp_path: Path) -> None:
    one = reader("fenxi")
    one.go("/operator/query")
    write(one, ELDERS.replace("1961", "1946"))
    ask(one)
    files = {}
    for name, button in (("answer.csv", "导出 CSV"), ("answer.arrow", "导出 Arrow")):
        with one.page.expect_download() as taken:
            one.page.get_by_role("button", name=button).click()
        files[name] = tmp_path / name
        taken.value.save_as(files[name])
    one.page.locator("a[href*='/operator/receipts/rct_']").click()
    one.page.get_by_role("heading", name="怎样让第三方相信").wait_for()
    assert one.page.get_by_text("云州数据运营有限公司（", exact=False).count() == 1
    assert one.faults() == []
    one.picture("operator-receipt")
    with one.page.expect_download() as taken:
        one.page.get_by_role("button", name="下载回执").click()
    receipt = tmp_path / "receipt.jws"
    taken.value.save_as(receipt)
    other = reader("yunying")
    other.go("/operator/receipts")
    zones = other.page.locator("input[type=file]")
    zones.nth(0).set_input_files(receipt)
    for file in files.values():
        zones.nth(1).set_input_files(file)
        other.page.get_by_text(f"答案文件：{file.name}").wait_for()
        other.page.get_by_role("button", name="查验", exact=True).click()
        other.page.get_by_text("文件就是这份回执的答案", exact=False).wait_for()
        assert other.page.get_by_text("查验通过").count() == 1
    assert other.faults() == []
    forged = tmp_path / "forged.csv"
    forged.write_text(
        files["answer.csv"].read_text(encoding="utf-8").replace("\n云", "1\n云"), encoding="utf-8"
    )
    zones.nth(1).set_input_files(forged)
    other.page.get_by_text("答案文件：forged.csv").wait_for()
    other.page.get_by_role("button", name="查验", exact=True).click()
    other.page.get_by_text("这个文件不是它的答案", exact=False).wait_for()
    other.page.get_by_label("或粘贴回执全文", exact=False).fill("no receipt")
    other.page.get_by_role("button", name="查验", exact=True).click()
    other.page.get_by_text("这不是完整的回执", exact=False).wait_for()


def test_the_administrator_sees_what_the_month_will_cost(reader: Sat) -> None:
    one = reader("yunying")
    one.go("/operator/statements")
    one.page.get_by_text("照此到月底（估计）").wait_for()
    with one.page.expect_download() as taken:
        one.page.get_by_role("button", name="下载明细 CSV").click()
    lines = Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("月份,授权编号,数据,用途,结果,回执,价款（元）")
    assert len(lines) > 2
    assert one.faults() == []
    one.page.emulate_media(media="print")
    one.picture("operator-statement-printed")
    one.go("/operator/contracts")
    one.page.get_by_role("link", name="常住人口登记信息").click()
    one.page.get_by_text("据获同意的申请", exact=False).first.wait_for()
    one.go("/operator/agreements")
    one.page.get_by_role("link", name="云数授〔2026〕3号").click()
    one.page.get_by_role("heading", name="年度评估").wait_for()
    assert one.faults() == []


def test_a_table_with_chinese_headings_is_brought(reader: Sat, tmp_path: Path) -> None:
    one = reader("fenxi")
    one.go("/operator/workspace")
    file = tmp_path / "客户.csv"
    file.write_text("客户号,类别\n1,甲\n2,乙\n", encoding="gb18030")
    one.page.locator("input[type=file]").set_input_files(file)
    one.page.get_by_role("combobox", name="类别").wait_for()
    one.page.get_by_role("button", name="带进来").click()
    one.page.get_by_text("指明一个标识列", exact=False).wait_for()
    one.page.get_by_role("combobox", name="类别").click()
    one.page.get_by_role("option", name="分组").click()
    called = one.page.get_by_label("问句里叫")
    assert called.last.input_value() == "c2"
    assert one.faults() == []
