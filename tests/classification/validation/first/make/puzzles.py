"""Held-out sources: columns that look like what they are not, or hide what they are."""

# One line a column or word list reads best.
# ruff: noqa: E501

from __future__ import annotations

from random import Random
from typing import Final

from tests.classification import digits
from tests.classification.making import Col, Maker, Table
from tests.classification.validation.first.make import words as w
from tests.classification.validation.first.make.cells import (
    bank_card,
    between,
    birth,
    count_from,
    credit,
    day,
    either,
    firm,
    fresh,
    full_width,
    mail,
    mobile,
    name,
    num,
    number,
    of,
    one,
    person,
    plate,
)


def _passing(front: str, check: str) -> Maker:
    """Order numbers of 18 digits; those where the check digit of identity numbers fits by chance too."""

    def make(r: Random, p: object, i: int) -> str:
        body = front + num(r, 17 - len(front))
        return digits.resident(body) if check == "all" or r.random() < 0.3 else body + str(r.randrange(10))

    return make


_ORDERS: Final = fresh(lambda r: f"2026{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}{num(r, 10)}")
_PLACES: Final = (
    "高平",
    "马鞍山",
    "黄山",
    "白城",
    "金华",
    "常州",
    "吴忠",
    "文山",
    "丽江",
    "和平",
    "朱家角",
    "周庄",
    "唐山",
    "许昌",
)
_LIKE_PLACES: Final = (
    "江山",
    "高原",
    "安康",
    "杭州",
    "黄河",
    "林海",
    "石林",
    "马龙",
    "万里",
    "平凉",
    "武威",
    "成武",
)
_TITLES: Final = ("主任", "高级工程师", "支部书记", "经济师", "司机", "讲师", "副教授", "技师")

_NUMBERS: Final = (
    Table("orders", (
        Col("订单号", "none", _ORDERS, "lookalike"),
        Col("支付单号", "none", _passing("4201061990", "some"), "lookalike"),
        Col("退款编号", "none", _passing("99", "some"), "lookalike"),
        Col("物流单号", "none", number(15, "73"), "lookalike"),
        Col("积分卡序列", "none", fresh(lambda r: digits.luhn(r.choice("13579") + num(r, 14)) if r.random() < 0.4 else num(r, 16)), "lookalike"),
        Col("券码", "none", fresh(lambda r: num(r, 19)), "lookalike"),
        Col("SKU", "none", number(11, "20"), "lookalike"),
        Col("仓位", "none", fresh(lambda r: f"A{r.randrange(9)}-{r.randrange(99):02d}")),
        Col("下单日", "none", day("2026-01-01", 100), "lookalike"),
        Col("收货人", "person_name", of("name")),
    ), 40, person),
    Table("assets", (
        Col("资产编码", "none", fresh(lambda r: f"91{r.choice(w.REGIONS)}{num(r, 10)}"), "lookalike"),
        Col("序列号", "none", fresh(lambda r: num(r, 15)), "lookalike"),
        Col("批次号", "none", number(8, "2025"), "lookalike"),
        Col("入库时间", "none", day("2000-01-01", 9000, "%Y%m%d"), "lookalike"),
        Col("规格型号", "none", fresh(lambda r: f"E{num(r, 8)}"), "lookalike"),
        Col("版本", "none", fresh(lambda r: f"{r.randrange(1, 12)}.{r.randrange(20)}.{r.randrange(20)}.{r.randrange(20)}"), "lookalike"),
        Col("存放地点", "none", fresh(lambda r: f"{r.randrange(1, 9)}号楼{r.randrange(100, 900)}室"), "lookalike"),
        Col("净值", "none", between(100, 90000, 2)),
        Col("资产名称", "none", one(("联想台式机", "格力空调", "海尔冰箱", "文件柜", "华为交换机"))),
        Col("分类号", "none", number(7), "lookalike"),
    ), 36),
    Table("meters", (
        Col("电表条码", "none", fresh(lambda r: "32" + num(r, 20)), "lookalike"),
        Col("终端地址", "none", fresh(lambda r: f"{r.choice(w.REGIONS)[:4]}{num(r, 8)}"), "lookalike"),
        Col("SIM卡ICCID", "none", fresh(lambda r: "898600" + num(r, 14)), "lookalike"),
        Col("示数", "none", between(100, 99999, 2)),
        Col("站号", "none", number(6, "3201"), "lookalike"),
        Col("校验码", "none", fresh(lambda r: r.randbytes(6).hex().upper()), "lookalike"),
    ), 36),
    Table("budget", (
        Col("科目编码", "none", number(7, "2"), "lookalike"),
        Col("金额", "none", between(10_000_000_000, 19_999_999_999), "lookalike"),
        Col("指标文号", "none", fresh(lambda r: f"宁财预〔2026〕{r.randrange(1, 300)}号")),
        Col("项目编号", "none", fresh(lambda r: f"{r.choice(w.REGIONS)}{r.randrange(20, 27)}T{num(r, 9)}"), "lookalike"),
        Col("单位编码", "none", number(9), "lookalike"),
        Col("资金性质", "none", one(("一般公共预算", "政府性基金", "专户资金"))),
    ), 34),
)  # fmt: skip

_WORDS: Final = (
    Table("places", (
        Col("名称", "none", one(_PLACES), "lookalike"),
        Col("驻地", "none", one(("张庄", "李集", "王店", "陈家祠", "刘府", "孙村", "赵屯")), "lookalike"),
        Col("车站", "none", one(("南京南", "徐州东", "常州北", "马鞍山东", "金华南")), "lookalike"),
        Col("分管部门", "none", one(("办公室", "财务科", "信息中心", "人事处")), "lookalike"),
        Col("路名", "none", one(w.ROADS), "lookalike"),
        Col("乡镇", "none", one(w.TOWNS), "lookalike"),
        Col("人口数", "none", between(3000, 90000)),
    ), 36),
    Table("roster", (
        Col("人员", "person_name", one(_LIKE_PLACES), "lookalike"),
        Col("职称", "none", one(_TITLES), "lookalike"),
        Col("岗位名称", "none", one(w.POSTS), "lookalike"),
        Col("英文名", "person_name", one(("Tom", "Lucy", "Jack", "Emma", "Lily", "David")), "lookalike"),
        Col("紧急联系人", "person_name", fresh(name)),
        Col("分机", "none", number(4, "6"), "lookalike"),
    ), 30, person, persons=True),
    Table("products", (
        Col("品名", "none", one(("王老吉", "李锦记", "马应龙", "张小泉剪刀", "陈麻婆豆腐", "周黑鸭")), "lookalike"),
        Col("品牌", "none", one(("李宁", "王守义", "乔丹", "郎酒", "白沙")), "lookalike"),
        Col("颜色", "none", one(("白", "黄", "蓝", "金", "紫"))),
        Col("产地", "none", one(("江西省赣州市", "山东省烟台市", "福建省漳州市")), "lookalike"),
        Col("出厂日期", "none", day("2025-01-01", 300), "lookalike"),
        Col("作者", "person_name", fresh(name)),
        Col("书名", "none", one(("红楼梦", "平凡的世界", "白鹿原", "围城", "活着")), "lookalike"),
    ), 30),
    Table("works", (
        Col("工程名称", "none", fresh(lambda r: f"{r.choice(w.ROADS)}雨污分流改造"), "lookalike"),
        Col("中标人", "enterprise_name", fresh(firm), "lookalike"),
        Col("项目负责人", "person_name", fresh(name)),
        Col("证书编号", "none", fresh(lambda r: f"苏1{num(r, 14)}"), "lookalike"),
        Col("开工", "none", day("2024-01-01", 700, "%Y.%m.%d"), "lookalike"),
        Col("合同价", "none", between(10, 4000, 2)),
        Col("质保期满", "none", day("2027-01-01", 700)),
    ), 30),
)  # fmt: skip

_HEADINGS: Final = (
    Table("t1", (
        Col("f1", "resident_id", of("id"), "heading"),
        Col("f2", "person_name", of("name"), "heading"),
        Col("f3", "mobile", of("mobile"), "heading"),
        Col("f4", "address", of("address"), "heading"),
        Col("f5", "bank_card", fresh(bank_card), "heading"),
        Col("f6", "none", count_from(100001), "heading"),
        Col("f7", "email", fresh(mail), "heading"),
        Col("f8", "plate", fresh(plate), "heading"),
        Col("f9", "uscc", fresh(credit), "heading"),
        Col("f10", "none", between(0, 100, 1), "heading"),
        Col("f11", "medical", one(w.DISEASES), "heading"),
        Col("f12", "date_of_birth", birth("%Y-%m-%d"), "heading"),
    ), 40, person, persons=True),
    Table("col", (
        Col("列1", "enterprise_name", fresh(firm), "heading"),
        Col("列2", "none", day("2024-01-01", 500), "heading"),
        Col("列3", "free_text", lambda r, p, i: f"经查，{p['name']}身份证{p['id']}已办结" if i % 3 == 0 else r.choice(("已办结", "转办", "退回补正")), "heading"),
        Col("列4", "none", one(("是", "否")), "heading"),
        Col("列5", "ethnic_group", one(w.PEOPLES), "heading"),
        Col("Unnamed: 5", "none", one(("", "√")), "heading"),
    ), 36, person),
    Table("wrong", (
        Col("手机号码", "none", number(4, "8"), "heading"),
        Col("身份证号", "none", count_from(1), "heading"),
        Col("姓名", "enterprise_name", fresh(firm), "heading"),
        Col("地址", "none", one(("http://data.gov.cn/a", "http://data.gov.cn/b?id=2")), "heading"),
        Col("邮箱", "none", one(("已提供", "未提供")), "heading"),
        Col("备注", "mobile", fresh(mobile), "heading"),
        Col("单位名称", "person_name", fresh(name), "heading"),
        Col("编号", "resident_id", of("id"), "heading"),
        Col("银行卡号", "none", one(("工商银行", "建设银行", "农业银行")), "heading"),
        Col("出生日期", "none", one(("是", "否", "不详")), "heading"),
    ), 36, person),
    Table("none_left", (
        Col("身份证号码", "none", lambda r, p, i: "", "empty"),
        Col("联系电话", "none", lambda r, p, i: "", "empty"),
        Col("姓名", "none", lambda r, p, i: "", "empty"),
        Col("银行账号", "none", lambda r, p, i: "", "empty"),
        Col("年度", "none", one(("2025", "2026"))),
    ), 30),
)  # fmt: skip

_FEW: Final = tuple(
    Table(f"few{rows}", (
        Col("人员姓名", "person_name", of("name"), "small", missing=0),
        Col("公民身份号", "resident_id", of("id"), "small", missing=0),
        Col("移动电话", "mobile", of("mobile"), "small", missing=0),
        Col("单据号", "none", _ORDERS, "small", missing=0),
        Col("病情诊断", "medical", one(w.DISEASES), "small", missing=0),
        Col("账户卡号", "bank_card", fresh(bank_card), "small", missing=0),
        Col("金额（元）", "none", between(10, 900, 2), "small", missing=0),
    ), rows, person, persons=True)
    for rows in (3, 5, 8)
)  # fmt: skip

_DIRT: Final = (
    Table("dirty", (
        Col("证件号", "resident_id", either(of("id"), one(("无", "不详", "遗失", "待补", "000000000000000000")), weights=(7, 3)), "dirty"),
        Col("号码", "mobile", either(of("mobile"), one(("无", "空号", "/", "不愿提供")), fresh(lambda r: mobile(r)[:10]), weights=(7, 2, 1)), "dirty", personal=True),
        Col("名字", "person_name", lambda r, p, i: r.choice(("{}", " {}", "{} ", "{}（已故）", "{}\u3000")).format(p["name"]), "dirty"),
        Col("居住地", "address", either(of("address"), one(("同户籍", "不详", "—")), weights=(7, 3)), "dirty"),
        Col("生日", "date_of_birth", either(birth("%Y-%m-%d"), birth("%Y年%m月"), birth("%Y/%m/%d"), one(("不详",))), "dirty"),
        Col("信用码", "uscc", lambda r, p, i: credit(r).lower() if i % 4 else f" {credit(r)}", "dirty"),
    ), 40, person, persons=True),
    Table("mixed", (
        Col("证照号", "resident_id", either(of("id"), fresh(credit), weights=(6, 4)), "mixed"),
        Col("名称", "person_name", either(of("name"), fresh(firm), weights=(6, 4)), "mixed"),
        Col("账号", "bank_card", either(fresh(bank_card), number(12, "01"), weights=(7, 3)), "mixed"),
        Col("电话/邮箱", "mobile", either(of("mobile"), fresh(mail), weights=(7, 3)), "mixed", personal=True),
        Col("办理说明", "free_text", lambda r, p, i: f"代办人{p['name']}，电话：{p['mobile']}" if r.random() < 0.5 else "材料齐全，予以受理", "mixed"),
        Col("结果说明", "none", one(("材料齐全，予以受理", "不符合第三条规定，退回", "已出证，请到3号窗口领取")), "lookalike"),
    ), 40, person),
    Table("masked", (
        Col("身份证号(脱敏)", "resident_id", lambda r, p, i: p["id"][:3] + "*" * 11 + p["id"][-4:], "masked"),
        Col("姓名(脱敏)", "person_name", lambda r, p, i: p["name"][0] + "**", "masked"),
        Col("卡号(脱敏)", "bank_card", fresh(lambda r: f"6217 **** **** {num(r, 4)}"), "masked"),
        Col("手机(脱敏)", "mobile", lambda r, p, i: f"{p['mobile'][:3]}xxxx{p['mobile'][-4:]}", "masked"),
        Col("ID散列", "none", fresh(lambda r: r.randbytes(32).hex()), "masked", personal=True, grade=2),
    ), 34, person, persons=True),
    Table("wide", (
        Col("ＩＤ", "resident_id", full_width(of("id")), "width"),
        Col("ＴＥＬ", "mobile", full_width(of("mobile")), "width"),
        Col("车号", "plate", full_width(fresh(plate)), "width", personal=True),
        Col("代码证", "uscc", full_width(fresh(credit)), "width"),
        Col("单号", "none", full_width(_ORDERS), "width"),
        Col("Ｅｍａｉｌ", "email", full_width(fresh(mail)), "width"),
    ), 30, person, persons=True),
)  # fmt: skip

SOURCES: Final = {
    "number_lookalikes": _NUMBERS,
    "word_lookalikes": _WORDS,
    "headings_that_mislead": _HEADINGS,
    "tiny_samples": _FEW,
    "dirty_files": _DIRT,
}
