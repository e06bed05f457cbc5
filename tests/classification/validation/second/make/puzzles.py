"""Sources whose columns mislead: numbers of goods, complaints in free words, wrong headings."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.classification import digits
from tests.classification.making import Col, Table
from tests.classification.validation.second.make import words
from tests.classification.validation.second.make.values import (
    birth,
    blank,
    card,
    dirty,
    file_ref,
    firm,
    landline,
    mixed,
    mobile,
    moment,
    num,
    number,
    of,
    only,
    other_name,
    person,
    phrase,
    pick,
    template,
    whole,
    wide,
)  # fmt: skip

ADULTS = person()


def _mobile(r: Random, row: Mapping[str, Any], i: int) -> str:
    return mobile(r)


def _member_mail(r: Random, row: Mapping[str, Any], i: int) -> str:
    box, host = ("run", "swim", "zhao.l", "kk"), ("126.com", "outlook.com", "sina.cn")
    return f"{r.choice(box)}{r.randrange(1, 999)}@{r.choice(host)}"


def _points(r: Random, row: Mapping[str, Any], i: int) -> str:
    """Sixteen digits of which by chance a tenth, here some more, carry Luhn's digit."""
    return digits.luhn("62" + num(r, 13)) if r.random() < 0.5 else "62" + num(r, 14)


def _mark(r: Random, row: Mapping[str, Any], i: int) -> str:
    return digits.organisation("MK" + "".join(r.choice("0123456789ABCDEFGH") for _ in range(6)))


def _deed(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"川（{r.randrange(2017, 2025)}）成都市不动产权第{r.randrange(10**7):07d}号"


WAREHOUSE = (
    Table("stock_move", (
        Col("物料凭证18", "none", number(18, ""), "lookalike"),
        Col("托盘码", "none", _points, "lookalike"),
        Col("图号", "none", _mark, "lookalike"),
        Col("序列号17", "none", lambda r, row,
            i: "SN" + "".join(r.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(15)), "lookalike"),
        Col("批次(8位)", "none", moment("%Y%m%d"), "lookalike"),
        Col("库管签收", "person_name", other_name),
        Col("容器RFID", "none", lambda r, row, i: f"E2{num(r, 22)}"),
        Col("货位", "none", pick("A-01-03", "B-12-07", "C-03-11"), "lookalike"),
        Col("11位件号", "none", number(9, "13"), "lookalike"),
        Col("供方内码", "none", number(6, ""), "lookalike"),
        Col("品名/型号", "none", pick(*words.GOODS, "王麻子剪刀", "张小泉菜刀", "李锦记蚝油"), "lookalike"),
        Col("温区℃", "none", pick("-18", "4", "25")),
    ), about=firm, rows=48),
)  # fmt: skip

HOTLINE = (
    Table("诉求工单", (
        Col("诉求内容", "free_text", phrase("{estate}{n}栋楼上装修扰民，我姓名{other}，电话{phone}",
            "反映{street}路灯不亮，来电人{other}", "车牌{plate}长期占用消防通道，联系我{phone}",
            "希望{street}增设公交站", "本人身份证{id}，医保无法报销，回电{phone}"), grade=3),
        Col("工单摘要(脱敏)", "none", pick("反映道路积水问题", "咨询公积金提取流程", "投诉施工噪音",
            "建议增设公厕", "咨询落户政策"), "lookalike"),
        Col("回访记录", "free_text", phrase("{n}日回访{other}，表示满意", "机主{phone}未接",
            "{other}女士称问题未解决", "回访满意")),
        Col("诉求人称谓", "person_name", lambda r, row,
            i: row["name"][0] + ("先生" if row["sex"] == "男" else "女士"), "masked"),
        Col("来电显示", "mobile", mixed(_mobile, landline), "mixed"),
        Col("事发点", "none", pick("人民路地铁口", "体育中心东门", "老城菜场"), "lookalike"),
        Col("承办意见", "none", pick("已转城管处理，五日内答复", "属地街道核实中", "政策咨询已解答",
            "按规定不予受理"), "lookalike"),
        Col("满意度", "none", pick("满意", "基本满意", "不满意")),
        Col("工单尾款", "none", blank, "empty"),
    ), about=ADULTS, rows=40, persons=True),
)  # fmt: skip

SPORTS = (
    Table("members_v3", (
        Col("Field1", "person_name", of("name"), "heading"),
        Col("Field2", "mobile", _mobile, "heading"),
        Col("Field3", "biometric", template(48), "heading"),
        Col("Field4", "date_of_birth", birth("%Y%m%d"), "heading"),
        Col("Field5", "resident_id", of("id"), "heading"),
        Col("Field6", "sex", lambda r, row, i: "1" if row["sex"] == "男" else "2", "heading"),
        Col("Field7", "email", _member_mail, "heading"),
        Col("Field8", "none", pick("年卡", "次卡", "私教"), "heading"),
        Col("Field9", "marital_status", pick(*words.MARRIAGE), "heading"),
        Col("Field10", "ethnic_group", dirty(pick(*words.ETHNIC)), "dirty"),
        Col("Field11", "none", blank, "empty"),
        Col("虹膜特征文件", "biometric", file_ref("iris_L_#.iri")),
        Col("掌纹ID图", "biometric", file_ref("palm/#.tif")),
        Col("体测报告结论", "medical", pick("心电图ST段改变", "骨密度偏低", "轻度脂肪肝", "未见异常",
            "运动性哮喘史")),
    ), about=ADULTS, persons=True),
)  # fmt: skip

SWAPPED = (
    Table("错位导出", (
        Col("公民证件18位栏", "uscc", of("credit"), "heading"),
        Col("法人身份证件", "enterprise_name", of("firm"), "heading"),
        Col("开户网点名栏", "mobile", of("mobile"), "heading"),
        Col("联络手机栏", "person_name", of("name"), "heading"),
        Col("从业人数栏(人)", "organisation_code", of("organisation"), "heading"),
        Col("银行卡号栏", "none", moment("%Y-%m-%d %H:%M:%S"), "heading"),
        Col("宗教信仰栏", "none", pick("合格", "不合格", "待检"), "heading"),
        Col("诊断结果栏", "none", pick("A01", "B12", "C07", "C08"), "heading"),
        Col("犯罪记录栏", "none", blank, "empty"),
        Col("军官证栏", "none", blank, "empty"),
        Col("人脸特征值栏", "none", whole(1, 500), "heading"),
        Col("邮箱E", "business_licence", of("licence"), "heading"),
    ), about=firm, rows=32),
    Table("手工补录", (
        Col("乙", "bank_card", card("621785", "622202"), "small"),
        Col("丙", "housing_certificate", _deed, "small"),
        Col("丁", "political_status", pick(*words.POLITICS), "small"),
        Col("戊", "sex", of("sex"), "small"),
        Col("己", "date_of_birth", birth("%Y年%m月%d日"), "small"),
        Col("庚", "religion", pick("佛教", "基督教", "伊斯兰教"), "small"),
        Col("辛", "none", only(1, pick("√")), "small"),
    ), about=ADULTS, rows=7, persons=True),
    Table("扫描件识别", (
        Col("識別一", "resident_id", lambda r, row, i: str(row["id"]).replace("0",
            "O" if r.random() < 0.2 else "0"), "dirty"),
        Col("識別二", "bank_card", wide(card("622848", "621799")), "width"),
        Col("識別三", "housing_certificate", dirty(_deed), "dirty"),
        Col("識別四", "date_of_birth", mixed(birth("%Y.%m.%d"), birth("%Y年%m月"), birth("%y/%m/%d"),
            share=0.5), "mixed"),
        Col("識別五", "email", dirty(lambda r, row,
            i: f"user{r.randrange(1, 9999)}@{r.choice(('139.com', 'foxmail.com'))}"), "dirty"),
        Col("識別六社保编号", "social_security_number", dirty(number(10)), "dirty"),
    ), about=ADULTS, rows=30, persons=True),
)  # fmt: skip

SOURCES = {
    "parts_warehouse": WAREHOUSE,
    "citizen_hotline": HOTLINE,
    "sports_club": SPORTS,
    "swapped_exports": SWAPPED,
}
