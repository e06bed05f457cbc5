"""Foreign experts and talents, wages of building sites, training."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_EXPERTS: Final = Table(
    "wgr_gzxk",
    (
        n.own("xkz_no", "33010024######", challenge="lookalike"),
        c.pick("wwxm", "person_name", "SCHREIBER JONAS|ROSSI GIADA|WALKER TESSA|LINDGREN ELSA|TANAKA HIROMI"),
        m.passport("hz_no", twist=t.DIRTY),
        m.foreign("yjjl_no", missing=0.4),
        n.pick("gj", "德国|日本|意大利|美国|瑞典"),
        c.born("csny", "%Y-%m"),
        c.school("zgxl", "Bachelor*4|Master*4|PhD*2"),
        m.firm("pydw"),
        m.uscc("pydw_xym"),
        m.organisation("pydw_jgm"),
        m.licence("pydw_zch", missing=0.3),
        c.pay("yx_sq", 15000, 90000, "{:.0f}"),
        n.pick("lb", "A|B|C"),
        n.listed("zw", ["技术总监", "外教", "质量工程师", "主厨"]),
        m.mail("by2", "company.de gmail.com yahoo.co.jp", challenge="heading"),
        m.post("by1", challenge="heading"),
        c.crime("wfzjl", "无犯罪记录*9|未提供|DUI 2015"),
        n.pick("sc_jg", "通过*6|补正"),
        n.own("zbr", "wz0#", challenge="heading"),
        n.day("yxq_z", "%Y.%m.%d", 2024, 2027),
    ),
    rows=30,
    about=folk(born=(1962, 1995)),
    persons=True,
)

_TALENTS: Final = Table(
    "人才认定申报(E类以上)",
    (
        n.code("申报流水", "20240~##########", challenge="lookalike"),
        c.name("申报人", twist=t.NAME),
        n.pick("证件种类", "居民身份证*6|港澳通行证|台胞证|护照|永居证"),
        c.papers("证件号"),
        m.hk("港澳人员证件", missing=0.6),
        m.taiwan("台籍人员证件", "0#######", missing=0.6),
        m.foreign("永居证号", missing=0.6),
        c.party("党派"),
        c.school("最高学历学位", "博士研究生*3|硕士研究生*4|本科*2"),
        c.pay("上年度薪酬（万元）", 12, 98, "{:.1f}"),
        m.social("参保个人编号", "10########"),
        m.firm("申报单位全称"),
        m.uscc("单位信用码"),
        m.licence("原注册号"),
        n.num("认定层次分", 40, 100),
        c.tel("经办座机", "0571-8#######|0571—86######", personal=False),
        m.mail("接收结果邮箱", twist=t.FRONT),
        m.passport("护照(外籍填)", missing=0.5),
        n.sum_of("购房补贴(万元)", 30, 100, "{:.0f}"),
        m.deed("已购房产证号", missing=0.4),
        n.pick("初审", "通过|退回|补件"),
        n.empty("复审"),
    ),
    rows=35,
    about=folk(born=(1972, 1996)),
    persons=True,
)

_SITE: Final = Table(
    "GD_ROSTER",
    (
        n.code("PRJ_ID", "33010620240###"),
        n.listed("PRJ_NM", ["望潮路地下管廊", "石塘安置房二期", "市三院扩建"]),
        m.firm("SUB_CONTR", "建筑劳务 建筑工程"),
        m.organisation("SUB_ORG", ""),
        c.name("WKR_NM"),
        c.rid("WKR_ID", twist=t.ENDS),
        n.pick("WKR_TYP", "木工|钢筋工|泥工|架子工|塔吊"),
        c.ethnic("COL_18", "汉*9|彝*2|苗*2|布依", challenge="heading"),
        m.licence("SUB_LIC_NO"),
        c.school("COL_20", "初中*6|小学*3|高中*2", challenge="heading"),
        m.vector("FACE_VEC", 10),
        m.card("PAY_CARD", "621700 622848"),
        c.pay("MON_WAGE", 4500, 12800, "{:.0f}"),
        n.num("OT_H", 0, 60),
        n.num("ATT_DAYS", 0, 31),
        n.code("TEAM_CD", "BZ-##"),
        n.pick("SHIFT", "D|N"),
        m.point("CLOCK_IN_LNG", "{lon:.6f}", track=True),
        n.pick("CLOCK_MODE", "FACE|CARD|MANUAL"),
        n.day("CLOCK_IN_TM", "%H:%M:%S"),
        m.imei("CLOCK_IN_IMEI"),
        m.mac("GATE_MAC", personal=False),
        n.pick("CONTRACT", "Y*8|N"),
        n.own("BADGE_NO", "#####"),
    ),
    rows=50,
    about=folk("520103 510107 410102", born=(1966, 2003)),
    persons=True,
)

_COMPLAINT: Final = Table(
    "欠薪线索登记",
    (
        n.code("线索号", "QX〔2024〕###号"),
        c.name("反映人等", twist=t.DIRTY),
        c.mobile("反映人tel", twist=t.DIRTY),
        m.firm("被投诉公司", "建筑劳务 餐饮管理 装饰设计"),
        m.uscc("被投诉公司代码", missing=0.3),
        m.licence("被投诉公司执照号", missing=0.3),
        m.organisation("总包组织机构代码", missing=0.3),
        n.pick("行业", "建筑*6|餐饮|制造"),
        n.num("涉及人数", 1, 60),
        n.sum_of("涉及金额", 3000, 900000, "{:.0f}"),
        m.firm_card("工资专户账号"),
        c.text(
            "反映内容",
            [
                "{n}称在工地做木工，欠薪三个月，电话{m}",
                "老板{n}失联，车{p}",
                "工友{n}，身份证{i}，要求发放工资",
                "{n}住{h}，家庭困难",
            ],
            grade=3,
        ),
        c.seat("工地位置"),
        m.point("坐标", "{lat:.5f}，{lon:.5f}"),
        n.own("承办监察员", "监###", challenge="heading"),
        n.pick("进展", "已结*4|调查中|移送公安|不予受理"),
        n.day("结案时间", "serial", 2024, 2024),
    ),
    rows=30,
    about=folk(),
    persons=True,
)

_TRAINING: Final = Table(
    "px_xy_kq",
    (
        n.serial("id", first=20311),
        n.code("bc_code", "DG2024-##"),
        c.name("xy_name"),
        c.rid("xy_card_no"),
        n.pick("ksjg", "合格*7|不合格|缺考"),
        c.mobile("xy_sj", twist=t.PHONE),
        n.listed("gz", ["育婴员", "电工", "养老护理员", "叉车司机", "保健按摩师"], challenge="lookalike"),
        n.pick("dj", "五级|四级|三级"),
        m.mail("ext_json_k1", challenge="heading"),
        c.school("whcd", "cz*4|gz*4|dz*3|bk"),
        m.ip("ext_json_k2", challenge="heading"),
        m.mac("dl_mac", missing=0.3),
        m.wallet("btzh_zfb"),
        n.sum_of("bt_je", 800, 2600, "{:.0f}"),
        m.social("sbk", "A########|B########|E########"),
        m.vector("rlbd_tzz", 6),
        n.num("xs", 20, 160),
        n.sum_of("cj_ll", 40, 99, "{:.0f}"),
        n.day("kq_sj", "%Y-%m-%d %H:%M", 2024, 2024),
        m.local_permit("jzz", "33010600########", missing=0.4),
    ),
    rows=38,
    about=folk("330106 360102", born=(1968, 2004)),
    persons=True,
)

SOURCES: Final = {
    "rencai_waizhuan": (_EXPERTS, _TALENTS),
    "gongdi_shiming": (_SITE, _COMPLAINT),
    "jineng_buttie": (_TRAINING,),
}
