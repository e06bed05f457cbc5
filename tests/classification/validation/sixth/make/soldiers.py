"""Veterans, the disabled persons' federation, rescue teams, stray persons."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_VETERANS: Final = Table(
    "TYJR_DAXX",
    (
        n.own("DA_NUM", "TY3301######"),
        c.name("TY_NAME"),
        c.rid("TY_SFZ"),
        m.soldier("OFFICER_CERT", "军字第#######号|南字第######号", missing=0.3),
        m.soldier("SOLDIER_CERT", "士字第2008######号|兵字第######号", missing=0.3),
        m.soldier("UNIT_CODE", "731##部队|324##部队|中国人民解放军921##部队"),
        n.day("ENLIST_YM", "%Y%m", 1990, 2008, challenge="lookalike"),
        n.day("DISCH_YM", "%Y%m", 2009, 2022, challenge="lookalike"),
        n.pick("SERV_ARM", "陆军|海军|空军|武警|火箭军"),
        n.pick("RANK_AT_DISCH", "上等兵|下士|中士|上尉|少校"),
        c.pick("DISAB_MIL", "medical", "无*6|因战八级|因公六级|因病十级"),
        c.party("PARTY", "中共党员*7|群众*2|团员"),
        c.faith("RSV_2", "无*9|佛教", challenge="heading"),
        n.pick("RSV_3", "A|B|C*3", challenge="heading"),
        c.pay("PENSION_MON", 600, 5400),
        m.card("PENSION_CARD", "622848"),
        m.social("SSCARD", "B########|C########"),
        c.mobile("MOB"),
        n.num("FAM_CNT", 1, 6),
        m.driver("LIC_FILE_CIV", missing=0.4),
        m.region("TOWN_CD", "###", base=m.CITY),
        n.pick("CARE_CARD", "已制*7|未领|挂失"),
    ),
    rows=46,
    about=folk("330106", born=(1968, 1987)),
    persons=True,
)

_RECRUITS: Final = Table(
    "退役报到登记（2024秋）",
    (
        n.serial("编"),
        c.name("退役士兵"),
        m.soldier("退出现役证/士兵证号", "士字第2019######号|义字第2022######号"),
        m.soldier("原部队（代号）", "731##部队##分队|9210#部队"),
        c.born("生", "%Y.%-m"),
        c.ethnic("民"),
        c.school("入伍前学历", "高中*3|大专*5|本科*4"),
        c.mobile("电话", twist=t.HALF_WIDE),
        c.party("党团"),
        m.driver("地方驾照档案号", "3301########|3302########", missing=0.4),
        n.pick("准驾", "C1|B2|A2|无"),
        c.home("落户地", "village"),
        n.pick("安置意愿", "自主就业*6|政府安排|复学"),
        n.sum_of("一次性补助（元）", 8000, 62000, "{:.0f}"),
        m.card("农商行卡", "622858 621058", twist=t.SPACED),
        n.own("经办", "退#号窗", challenge="heading"),
        n.listed("材料欠缺", ["齐", "缺照片", "缺户口本", "缺介绍信"]),
    ),
    rows=36,
    about=folk("330106", born=(1998, 2004)),
    persons=True,
)

_DISABLED: Final = Table(
    "cdpf_person",
    (
        c.of(
            "cjzh",
            "resident_id",
            lambda r, p: p.number + r.choice(("43", "44", "12", "21", "72")),
            challenge="mixed",
        ),
        c.name("citizen_nm", twist=t.NAME),
        c.rid("citizen_id", twist=t.ID),
        c.disability("dis_type_lvl"),
        n.pick("source_cd", "A|B|C"),
        n.num("visit_cnt", 0, 12),
        c.wed("marry_cd", "1*3|2*5|4"),
        c.school("edu_cd", "1*3|2*4|3*3|5"),
        c.ethnic("nation_cd", "HA*9|HU|SHE"),
        m.social("med_card"),
        c.name("guardian", "b"),
        m.post("zip_cd"),
        c.party("party_cd", "1*3|3*2|13*7"),
        c.pay("year_income", 6000, 68000, "{:.0f}"),
        m.plate("motor_wheelchair_plate", "杭残A####|浙A残####", missing=0.6),
        m.driver("c5_file_no", missing=0.6),
        m.vin("c5_car_vin", missing=0.6),
        n.sum_of("subsidy_amt", 100, 800, "{:.0f}"),
        n.num("pay_months", 1, 12),
        m.mail("e_addr", missing=0.5, twist=t.FRONT),
        n.pick("cert_state", "正常*8|迁出|注销"),
        n.num("version", 2, 3),
    ),
    rows=44,
    about=folk("330106"),
    persons=True,
)

_TRAINED: Final = Table(
    "儿童康复训练救助",
    (
        n.serial("排序"),
        c.name("患儿"),
        c.child("患儿出生", "%Y-%m"),
        c.years("评估时几个月", "{}月龄", at=2022, months=True),
        c.pick("障碍类别", "medical", "孤独症|脑瘫|听障|智力低下"),
        n.pick("训练形式", "全日|非全日|亲子"),
        n.made(
            "训练机构",
            lambda r, row, i: r.choice(("区妇幼康复中心", "启明儿童康复站")),
            challenge="lookalike",
        ),
        n.num("课时", 20, 200),
        n.sum_of("救助标准", 12000, 24000, "{:.0f}"),
        c.name("家长", "b"),
        c.rid("家长身份号码", "b"),
        n.sum_of("已拨付", 2000, 24000, "{:.0f}"),
        c.home("户口在", "village"),
        n.pick("低保户", "是|否"),
        m.passport("护照（外籍）", missing=0.85, challenge="small"),
    ),
    rows=28,
    about=folk("330106", born=(2017, 2021), child=True),
    persons=True,
    children=True,
)

_TEAM: Final = Table(
    "YJ_JYDY",
    (
        n.own("队员编号", "JY-0##"),
        c.name("MEMBER"),
        c.rid("IDCARD_NO"),
        c.pick("Z1", "medical", "A|B|O|AB", challenge="heading"),
        c.mobile("CELL1", twist=t.WIDE),
        n.pick("DUTY_GRP", "红|蓝|绿"),
        n.num("SORTIES", 0, 60),
        m.vin("PRIV_CAR_VIN", missing=0.3),
        m.soldier("MIL_SERVICE_NO", "士字第2010######号|义字第2014######号", missing=0.5),
        m.driver("DRV_DOSSIER"),
        n.pick("SKILL", "潜水|绳索|破拆|无人机|医疗"),
        m.plate("PRIV_CAR", missing=0.3),
        m.mac("BEACON_MAC"),
        m.point("GPS_LAST", "{lat:.5f}N {lon:.5f}E", track=True),
        n.pick("SIZE", "M|L|XL|XXL"),
        n.num("YRS", 0, 20),
        n.code("INS_POLICY", "PEAC2024330106#####", challenge="lookalike"),
        m.face("Z2", 60, challenge="heading"),
        n.day("CERT_EXP", "%d/%m/%Y", 2025, 2027),
    ),
    rows=28,
    about=folk(born=(1972, 2000)),
    persons=True,
)

_TRUCKS: Final = Table(
    "YJ_CLZB",
    (
        n.code("资产编码", "ZC330106####"),
        n.pick("车型", "水罐|云梯|抢险|照明|指挥"),
        m.plate("车牌", "浙A·X###~应急|浙A12##~应急", personal=False),
        m.vin("底盘号", personal=False),
        m.firm("生产厂", "消防装备 专用汽车"),
        m.imei("车载终端IMEI", personal=False),
        m.ip("图传IP", "10.", personal=False),
        m.mac("图传模块", "%%%%-%%%%-%%%%", personal=False),
        c.staff("驾驶员A"),
        m.driver("驾驶员A档案"),
        n.num("载水吨", 0, 18),
        n.num("里程km", 3000, 90000),
        n.day("下次年检", "%Y年%m月", 2025, 2026),
        c.seat("驻点", "short"),
        m.point("驻点坐标", "[{lon:.4f},{lat:.4f}]"),
        c.tel("驻点值班", "0571-8#######|8#######转119"),
        n.pick("状态", "执勤*7|维修|报废"),
    ),
    rows=26,
    about=folk(),
)

_STRAY: Final = Table(
    "JZZ_QZRY",
    (
        n.code("JZBH", "JZ24####"),
        c.name("ZBXM", missing=0.25),
        c.age("GCNL", "约{}"),
        c.sex("XB", "男|女"),
        c.old_rid("SHENFZH", missing=0.4),
        c.pick("JSZT", "medical", "正常*4|疑似精神障碍*2|智障|醉酒"),
        n.num("ZZTS", 1, 10),
        m.face("K16", 52, challenge="heading"),
        c.faith("K15", "无*5|不明*4|佛教|清真", challenge="heading"),
        c.home("ZBZZ", "village"),
        m.region("LCDQH"),
        n.pick("SFYQS", "有|无|拒绝提供"),
        c.text("QZJG", ["由女儿{n}接回，电话{m}", "自述{n}，住{h}", "公安比对为{n}，证号{i}"], grade=3),
        n.pick("LZFS", "乘车返乡*4|亲属接|护送|自行离站"),
        n.code("CPH", "G####|D###|K####", challenge="lookalike"),
        n.sum_of("CPJE", 10, 400),
        n.own("ZBY", "0##", challenge="heading"),
        n.day("RZSJ", "%y/%m/%d %H:%M", 2024, 2024),
    ),
    rows=40,
    about=folk("410102 340104 520103 620102"),
    persons=True,
)

SOURCES: Final = {
    "tuiyi_dangan": (_VETERANS, _RECRUITS),
    "canlian_system": (_DISABLED, _TRAINED),
    "jiuyuan_dui": (_TEAM, _TRUCKS),
    "jiuzhu_qizhe": (_STRAY,),
}
