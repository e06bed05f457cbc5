"""Urban management and law enforcement, market supervision."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Col, Table
from tests.classification.validation.seventh.make import papers, phrases, words
from tests.classification.validation.seventh.make import world as w
from tests.classification.validation.seventh.make.plain import (
    code,
    day,
    dirt,
    empty,
    mix,
    moment,
    money,
    none,
    num,
    of,
    own,
    pick,
    real,
    serial,
    split,
    text,
    wide,
)  # fmt: skip

_CITY: Final = w.world("430102", (18, 68))
_MARKET: Final = w.world("410105", (22, 66))
_TRADE: Final = w.world("450103", (22, 66))

CITY: Final = (
    Table(
        "执法案件",
        (
            none("案号", code("芙城管罚字〔2025〕第####号")),
            none("案由", split("占道经营|未密闭运输渣土|违法搭建|擅自设置户外广告|乱倒垃圾")),
            Col("当事人（姓名/名称）", "person_name", mix(0.65, w.NAME, w.FIRM), "mixed"),
            Col("当事人性别", "sex", w.sex("男", "女"), missing=0.3),
            Col("证件号码", "resident_id", mix(0.65, w.RID, w.USCC), "mixed"),
            Col("住所（住址）", "address", mix(0.6, w.home("hukou"), w.seat)),
            Col("联系电话", "mobile", w.MOBILE),
            Col("案发地点", "address", text("{street}人行道", "{street}与车站路口东南角"), personal=False),
            none("立案日期", day("%Y年%m月%d日", 2024, 2025)),
            none("罚款金额（大写）", split("贰佰元整|伍佰元整|壹仟元整|叁万元整")),
            none("罚没收据号", code("湘财通字(2025)########")),
            Col("组织机构代码（单位填）", "organisation_code", papers.ORG, missing=0.5),
            own("执法证号", code("1901######"), "lookalike"),
            Col(
                "简要案情",
                "free_text",
                text(*phrases.CASES),
                grade=3,
            ),
            none("结案方式", split("罚款|不予处罚|警告|移送")),
        ),
        40,
        _CITY,
        persons=True,
    ),
    Table(
        "ZOMBIE_CAR",
        (
            none("CASE_NO", code("JS######")),
            Col("PLATE", "plate", dirt(w.plate(0.05), "无牌", "牌照缺失"), "dirty"),
            Col("VIN_CODE", "vin", papers.vin, missing=0.2),
            none("COLOR", split("白|银灰|黑|红")),
            Col("POS", "coordinates", w.point(112.95, 28.15, "wkt"), personal=False),
            Col("POS_DESC", "address", text("{street}非机动车道", "桥下空地靠{street}侧"), personal=False),
            Col("COL_08", "person_name", w.NAME, challenge="heading"),
            Col("OWNER_CALL", "mobile", w.MOBILE, missing=0.2),
            none("OWNER_IDNUM", split("已查|未查|查无"), "lookalike"),
            none("FOUND_DT", day("short", 2024, 2025)),
            none("TOW_DT", day("short", 2025, 2025)),
            none("IMG", code("/upload/2025/0#/IMG_####.jpg")),
            none("COL_13", num(31, 900), challenge="heading"),
            Col("SQDM", "division_code", w.division(9), personal=False),
            none("FLAG", split("已拖移|已自行驶离|待通知")),
        ),
        34,
        _CITY,
        persons=True,
    ),
    Table(
        "环卫作业车驾驶员",
        (
            none("编号", serial("", 1, 2)),
            Col("驾驶人", "person_name", w.NAME),
            Col("民族", "ethnic_group", pick(*words.NATIONS)),
            Col("籍贯", "none", split("湖南浏阳|湖南宁乡|湖北监利|江西萍乡")),
            Col("驾证档案号", "driver_file_number", dirt(code("4301########")), "dirty"),
            Col("所驾车辆", "plate", w.plate(0.2)),
            Col("车辆识别代号", "vin", papers.vin, personal=False),
            Col("购车发票抬头", "enterprise_name", w.FIRM),
            none("车型", split("洗扫车|压缩车|抑尘车|吸污车")),
            Col("社会保障卡", "social_security_number", code("@########")),
            Col("健康证查验", "medical", split("合格|合格|乙肝表面抗原阳性|转氨酶偏高|合格|肺部陈旧性结核")),
            Col("附2", "income", num(3200, 5600), challenge="heading"),
            none("宿舍", split("自住|集体宿舍|租房"), "lookalike"),
            none("班次", split("4:00-12:00|12:00-20:00|夜班")),
            none("油耗L/百km", real(18, 41, 1)),
        ),
        26,
        _CITY,
        persons=True,
    ),
)

MARKET: Final = (
    Table(
        "E_BASEINFO",
        (
            none("PRIPID", code("4101050##############?"), "lookalike"),
            Col("ENTNAME", "enterprise_name", w.FIRM),
            Col("UNISCID", "uscc", dirt(w.USCC), "dirty"),
            Col("REGNO", "business_licence", papers.LICENCE),
            Col("ORGCODES", "organisation_code", papers.ORG, missing=0.2),
            none("ENTTYPE", split("1130|1151|9500|1219")),
            Col("LEREP", "person_name", w.BOSS),
            Col("LEREP_CERNO", "resident_id", dirt(of("boss_rid")), "dirty"),
            Col("LEREP_TEL", "mobile", of("boss_mobile")),
            Col("DOM", "address", w.seat),
            Col("POSTALCODE", "postcode", w.post),
            Col("S_EXT_NODENUM", "landline", w.tel(), challenge="heading"),
            Col("DOMDISTRICT", "division_code", w.division()),
            none("REGCAP", split("50|100|500|1000|2000.000000")),
            none("REGCAPCUR", split("156|156|840")),
            none("ESTDATE", day("%Y-%m-%d", 2002, 2024)),
            none("OPFROM", day("%Y-%m-%d", 2002, 2024)),
            none("INDUSTRYCO", code("@##4")),
            none(
                "OPSCOPE",
                split("日用百货销售|药品零售；保健食品销售|道路货物运输|宠物诊疗；宠物用品|眼镜验配"),
                "lookalike",
            ),
            none("REGSTATE", split("1|1|2|3")),
            empty("REVDATE"),
        ),
        44,
        _MARKET,
    ),
    Table(
        "tsjb12315",
        (
            none("登记编号", code("1410105002025########"), "lookalike"),
            Col("投诉人", "person_name", dirt(w.NAME), "dirty"),
            Col("提供方性别", "sex", w.sex("先生", "女士")),
            none("年龄段", split("18-30|31-45|46-60|60以上")),
            Col("投诉人tel", "mobile", wide(w.MOBILE), "width"),
            Col("投诉人邮箱", "email", papers.mail(), missing=0.5),
            Col("被诉主体", "enterprise_name", w.FIRM),
            Col("被诉信用代码", "uscc", w.USCC, missing=0.3),
            Col("经营地址", "address", w.seat, personal=False),
            Col("平台店铺账号", "account", code("tb_########"), personal=False, grade=1, missing=0.3),
            Col(
                "投诉内容",
                "free_text",
                text(*phrases.COMPLAINTS),
                grade=2,
            ),
            none("争议金额", money(10, 9000)),
            none("接收时间", moment("%Y/%m/%d %H:%M:%S")),
            none("办结状态", split("已办结|调解成功|终止调解|不予受理")),
            Col("提交端IP", "ip_address", papers.ip),
        ),
        42,
        _MARKET,
        persons=True,
    ),
)

TRADERS: Final = (
    Table(
        "GTGSH",
        (
            Col("zihao", "enterprise_name", w.FIRM),
            Col("jyz_xm", "person_name", w.NAME),
            Col("jyz_sex", "sex", w.sex("1", "2")),
            Col("jyz_mz", "ethnic_group", split("01|01|01|03|11|02")),
            Col("jyz_csrq", "date_of_birth", w.born("%Y-%m-%d")),
            Col("jyz_whcd", "education", split("10|20|30|40|60|70")),
            Col("jyz_zzmm", "political_status", split("13|13|01|03")),
            Col("kz1", "resident_id", w.RID, challenge="heading"),
            Col("kz2", "address", w.home("hukou"), challenge="heading"),
            Col("yyzz_old", "business_licence", papers.LICENCE),
            none("jycs_mj", num(6, 320)),
            none("zjse_wy", split("0.5|1|3|5|10")),
            none("kz3", num(1, 8), challenge="heading"),
            none("hzrq", day("%Y%m%d", 2009, 2024)),
            none("gs_dm", code("450103###")),
            none("nb_zt", split("已报|未报|异常名录")),
        ),
        36,
        _TRADE,
        persons=True,
    ),
    Table(
        "限制任职名单",
        (
            none("序", serial("", 1, 1)),
            Col("人员", "person_name", w.BOSS),
            Col("公民身份号码", "resident_id", of("boss_rid")),
            Col("曾任职企业", "enterprise_name", w.FIRM),
            Col("企业代码证", "organisation_code", papers.organ_dash),
            none("职务", split("法定代表人|董事|监事|经理")),
            Col(
                "限制事由",
                "criminal_record",
                pick(*(f"因犯{c}，执行期满未逾五年" for c in words.CRIMES[3:]), "被吊销营业执照负有个人责任"),
            ),
            none("起算日", day("%Y-%m-%d", 2020, 2024)),
            none("解除日", day("%Y-%m-%d", 2025, 2029)),
            none("来源文号", code("(2019)桂0103刑初###号")),
        ),
        25,
        _TRADE,
        persons=True,
    ),
)

SOURCES: Final = {"city_patrol": CITY, "market_watch": MARKET, "small_traders": TRADERS}
