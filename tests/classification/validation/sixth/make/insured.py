"""Medical insurance, social insurance, mothers and newborn, vaccination."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tests.classification.making import Col, Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk


def _coded(*cols: Col) -> tuple[Col, ...]:
    """Columns headed by codes of a standard, which say nothing to whoever does not know it."""
    return tuple(replace(col, challenge=col.challenge or "heading") for col in cols)


_SETTLED: Final = Table(
    "setl_d",
    (
        n.code("setl_id", "3301####################", challenge="lookalike"),
        n.code("mdtrt_id", "330100G000000########"),
        m.social("psn_no", "33000000000000000000000000~#########"),
        c.name("psn_name", twist=t.NAME),
        n.pick("psn_cert_type", "01*9|02|04"),
        c.papers("certno"),
        c.sex("gend", "1|2"),
        c.ethnic("naty", "01*9|02|15|11"),
        c.born("brdy", "%Y-%m-%d"),
        c.age("age", "{}.0"),
        n.pick("insutype", "310*3|390|340"),
        n.own("emp_no", "3300000000########"),
        m.foreign("frgn_prmnt_certno", missing=0.7, challenge="small"),
        m.region("insu_admdvs", base=m.CITY),
        n.code("fixmedins_code", "H3301060####"),
        n.pick("med_type", "11*5|21*2|14|51"),
        c.icd("dise_codg"),
        n.pick("clr_type", "11|21|41"),
        n.sum_of("medfee_sumamt", 20, 40000),
        n.sum_of("hifp_pay", 0, 20000),
        n.sum_of("acct_pay", 0, 900),
        n.sum_of("psn_cash_pay", 0, 9000),
        n.day("setl_time", "%Y-%m-%d %H:%M:%S"),
        n.pick("vali_flag", "1*9|0"),
        n.empty("exp_content"),
    ),
    rows=52,
    about=folk("330106 330102"),
    persons=True,
)

_CHRONIC: Final = Table(
    "opsp_reg",
    (
        m.social("psn_no_r", "330106~########"),
        c.name("psn_name_enc", twist=t.ENDS),
        c.rid("certno_mask", twist=t.ID),
        c.mobile("tel", twist=t.PHONE),
        c.ill("opsp_dise_name"),
        n.num("lmt_cnt", 1, 12),
        n.day("begndate", "%Y%m%d"),
        n.day("enddate", "%Y%m%d", 2025, 2027),
        n.pick("opsp_valid", "1*7|0"),
        n.own("diag_dr_code", "D3301######"),
        c.home("addr", "town", twist=t.FRONT),
        n.pick("send_way", "1|2"),
        n.num("prt_cnt", 0, 3),
        n.pick("agnter_rlts", "1|2|3|9"),
        c.text(
            "memo", ["代办人{n}，联系{m}", "原医保手册在{n}处", "本人{n}行动不便，住{h}，邮寄"], missing=0.2
        ),
        n.pick("evt_type", "1|2|3"),
        n.code("optins_no", "330199"),
    ),
    rows=30,
    about=folk(),
    persons=True,
)

_LEMIS: Final = Table(
    "AC01",
    _coded(
        m.social("AAC001", "0033########"),
        c.rid("AAC002"),
        c.name("AAC003"),
        c.sex("AAC004", "1|2"),
        c.ethnic("AAC005", "01*9|03|07"),
        c.born("AAC006", "%Y%m%d"),
        n.day("AAC007", "%Y%m%d", 2003, 2022, challenge="lookalike"),
        n.pick("AAC008", "1*6|2|4"),
        n.pick("AAC009", "10|20"),
        m.hk("BAC147", missing=0.7, challenge="heading"),
        c.school("AAC011", "10|20*3|30*3|40*2|60*2"),
        c.wed("AAC017", "10*2|20*6|30|40"),
        c.party("AAC024", "01*3|03*2|13*7"),
        m.social("AAC500", "A########|D########"),
        c.pay("AAC040"),
        n.code("AAB001", "1000######"),
        m.organisation("AAB003", ""),
        m.firm("AAB004"),
        n.pick("AAE140", "110|310|410"),
        n.pick("AAC012", "0|1|4"),
        c.mobile("AAE005"),
        m.post("AAE007"),
        m.card("AAE010", length=19),
        n.own("AAE011", "sb0###", challenge="heading"),
        n.day("AAE036", "%Y%m%d%H%M%S"),
        c.text(
            "AAE013", ["与{i}系同一人，{n}已并档", "原号{i}作废", "{n}迁入，凭证{i}"], grade=3, missing=0.3
        ),
    ),
    rows=50,
    about=folk("330203 330106", born=(1962, 1984)),
    persons=True,
)

_UNITS: Final = Table(
    "AB01",
    _coded(
        n.code("AAB001", "1000######"),
        m.uscc("AAB998"),
        m.organisation("AAB002"),
        m.licence("AAB007"),
        m.firm("AAB069"),
        m.region("AAB301", base=m.CITY),
        m.region("AAE508", "###", base=m.CITY),
        c.name("AAB013", twist=t.NAME),
        n.pick("AAB006", "10|21|31"),
        n.pick("BAB014", "1*4|2"),
        c.tel("AAB015", "88######|86######"),
        n.pick("AAB051", "1*8|2|3"),
        m.firm_card("AAB024"),
        n.pick("AAB019", "10|20|30"),
        n.pick("AAB020", "110|150|173"),
        n.code("AAB022", "~###"),
        c.seat("AAE006"),
        m.post("BAE007"),
        n.sum_of("BAB100", 1, 900, "{:.2f}"),
        n.day("AAB050", "%Y%m%d", 2001, 2021, challenge="lookalike"),
    ),
    rows=30,
    about=folk(),
)

_NEWBORN: Final = Table(
    "XSE_CSYXZM",
    _coded(
        n.own("DE01.00.006.00_出生证号", "@33#######", challenge="lookalike"),
        c.name("DE02.01.039.00"),
        c.sex("DE02.01.040.00", "1|2"),
        c.child("DE02.01.005.01", "%Y%m%dT%H%M%S"),
        c.level("DE04.10.019.00", 2400, 4200, "{:.0f}"),
        c.level("DE04.10.018.00", 46, 54, "{:.0f}"),
        n.pick("DE02.10.024.00", "1|2|3"),
        c.name("DE02.01.039.00_M", "b"),
        c.rid("DE02.01.030.00_M", "b"),
        c.ethnic("DE02.01.025.00_M", "01*9|11|15", sensitive=True, grade=4),
        n.pick("DE02.01.031.00_F", "01*8|03|99"),
        c.mobile("DE02.01.010.00"),
        c.home("DE02.01.009.00", "town"),
        n.pick("DE04.10.163.00", "1|2"),
        n.own("DE08.30.031.00", "10####"),
        m.organisation("DE08.10.013.00"),
        m.post("DE02.01.047.00"),
        c.pick("筛查结果(TSH/PKU)", "medical", "阴性*7|可疑|阳性"),
        c.level("DE05.10.002", 37, 41, "{:.0f}周"),
    ),
    rows=32,
    about=folk("330106", born=(2023, 2024), child=True),
    persons=True,
    children=True,
)

_VACCINES: Final = Table(
    "接种个案导出",
    (
        n.own("儿童编码", "330106####201~0~####", challenge="lookalike"),
        c.name("幼儿"),
        c.child("出生日", "%y-%m-%d"),
        c.years("接种时月龄", "{}月", at=2021, months=True),
        c.sex("性", "♂|♀"),
        c.name("F8", "b", challenge="heading"),
        c.mobile("F9", twist=t.HALF_WIDE, challenge="heading"),
        c.home("F10", "flat", challenge="heading"),
        c.pick("苗种", "medical", "百白破|麻腮风|乙肝|流脑A|水痘"),
        n.num("剂次", 1, 5),
        n.code("批次", "20230~-#|A2022####"),
        n.pick("部位", "左上臂|右上臂|大腿前外侧"),
        m.firm("产商", "生物制品 生物技术"),
        c.pick("不良反应", "medical", "无*8|低热|局部红肿"),
        n.pick("本外地", "本*6|外"),
        n.own("接种护士", "护#", challenge="heading"),
        n.day("接种日", "%Y%m%d"),
        n.listed("接种单位", ["澄江镇卫生院", "望潮社区卫生服务中心", "石塘门诊部"]),
    ),
    rows=40,
    about=folk("330106 340104", born=(2019, 2020), child=True),
    persons=True,
    children=True,
)

SOURCES: Final = {
    "yibao_guojia": (_SETTLED, _CHRONIC),
    "shebao_lemis": (_LEMIS, _UNITS),
    "fuyou_jiezhong": (_NEWBORN, _VACCINES),
}
