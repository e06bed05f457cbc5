"""Sources of persons before an authority: police, courts, borders, religion, welfare, soldiers."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.classification.making import Col, Table
from tests.classification.validation.second.make import words
from tests.classification.validation.second.make.values import (
    birth,
    card,
    decimal,
    dirty,
    file_ref,
    firm,
    foreign_permit,
    hidden,
    imei,
    landline,
    legal_permit,
    mixed,
    mobile,
    moment,
    num,
    number,
    of,
    only,
    other_name,
    passport,
    person,
    phrase,
    pick,
    place,
    plate,
    serial,
    template,
    whole,
    wide,
)  # fmt: skip

ADULTS = person()
CHILDREN = person(2014, 2019)
WRIST = place(113.26, 23.13)
PATROL = place(108.94, 34.26, 0.03)


def _mobile(r: Random, row: Mapping[str, Any], i: int) -> str:
    return mobile(r)


def _officer(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{r.choice('军南东北武空')}字第{num(r, 7)}号"


def _soldier(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"士字第{num(r, 8)}号"


def _case(r: Random, row: Mapping[str, Any], i: int) -> str:
    return (
        f"（{r.randrange(2019, 2025)}）{r.choice(('粤0106', '苏0506', '浙0212'))}刑初{r.randrange(1, 999)}号"
    )


def _enforced(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"（{r.randrange(2019, 2025)}）闽0203执{r.randrange(1, 9999)}号"


def _sentence(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{r.choice(words.CRIMES)}，判处有期徒刑{r.choice('一二三')}年，缓刑{r.choice('二三四')}年"


def _firm_name(r: Random, row: Mapping[str, Any], i: int) -> str:
    return str(firm(r, i)["firm"])


def _old_foreign(r: Random, row: Mapping[str, Any], i: int) -> str:
    state, town = r.choice(("USA", "CAN", "JPN", "KOR")), r.choice(("3100", "1100", "4403"))
    return f"{state}{town}{row['born']:%y%m%d}{num(r, 2)}"


def _home_return(r: Random, row: Mapping[str, Any], i: int) -> str:
    return r.choice("HHM") + num(r, 8)


def _monk(r: Random, row: Mapping[str, Any], i: int) -> str:
    return "释" + r.choice("延宏妙净了明") + r.choice("心慧空远静觉")


def _corners(r: Random, row: Mapping[str, Any], i: int) -> str:
    return ";".join(PATROL[2](r, row, i) for _ in range(3))


def _case_plate(r: Random, row: Mapping[str, Any], i: int) -> str:
    return plate(r, row, i)


POLICE = (
    Table("czrk_kz", (
        Col("RKXM_ZH", "person_name", of("name")),
        Col("GMSFZBH", "resident_id", of("id")),
        Col("CYM_BM", "person_name", other_name, missing=0.7),
        Col("XX_ABO", "medical", pick("A型", "B型", "O型", "AB型", "不明")),
        Col("ZJXY_GB", "religion", pick("00", "10", "20", "30", "40", "00")),
        Col("WHCD_GB", "education", pick("10", "20", "30", "40", "60", "70", "90")),
        Col("QKLD_MS", "criminal_record", mixed(lambda r, row, i: r.choice(("无",)), _sentence, share=0.4)),
        Col("SZZW_KH", "biometric", file_ref("R#.bmp")),
        Col("DNA_YBTM", "biometric", number(10, "DN")),
        Col("HJDXZ", "address", of("address")),
        Col("XZQH_PCS", "division_code", of("code")),
        Col("YHZGX", "none", pick("户主", "妻", "长子", "女儿", "孙子", "母亲"), "lookalike"),
    ), about=ADULTS, persons=True),
    Table("wcn_jl", (
        Col("RXM", "person_name", of("name"), "small"),
        Col("RNL", "minor", lambda r, row, i: str(2025 - row["born"].year), "small"),
        Col("JHR_DH", "mobile", _mobile, "small"),
        Col("BLXWLB", "criminal_record", pick("盗窃（不予行政处罚）", "殴打他人（警告）", "强拿硬要财物",
            "寻衅滋事（不执行拘留）"), "small"),
    ), about=CHILDREN, rows=6, persons=True, children=True),
)  # fmt: skip

CORRECTION = (
    Table("矫正对象台账", (
        Col("社矫对象", "person_name", of("name")),
        Col("罪名及刑期", "criminal_record", _sentence),
        Col("判决文号", "criminal_record", _case),
        Col("腕带串号", "imei", imei),
        Col("定位X(GCJ02)", "coordinates", WRIST[0], personal=True, sensitive=True, grade=4),
        Col("定位Y(GCJ02)", "coordinates", WRIST[1], personal=True, sensitive=True, grade=4),
        Col("走访纪要", "free_text", phrase("到{street}走访，见其母{other}，留电话{phone}。",
            "{name}称近期在{estate}做工，身份证{id}已复印。", "电话{phone}通话{n}分钟，情绪稳定。"), grade=3),
        Col("监护/担保人手机", "mobile", dirty(_mobile), "dirty"),
        Col("从宽奖惩", "criminal_record", pick("训诫一次", "表扬", "警告（越界）", "提请撤销缓刑"),
            missing=0.2),
        Col("司法所", "none", pick("石龙司法所", "棠下司法所", "员村司法所"), "lookalike"),
    ), about=ADULTS, persons=True),
)  # fmt: skip

COURT = (
    Table("失信公示", (
        Col("被执行人（姓名/名称）", "person_name", mixed(of("name"), _firm_name, share=0.35), "mixed"),
        Col("证件号码(隐去)", "resident_id", hidden(of("id"), 10, 4), "masked"),
        Col("执行案件编号", "none", _enforced, "lookalike"),
        Col("标的额(元)", "none", decimal(2000, 3000000, 2), "lookalike"),
        Col("承办法官助理", "person_name", other_name),
        Col("法庭电话", "landline", landline, personal=False),
        Col("公示日", "none", moment("%Y年%m月%d日"), "lookalike"),
    ), about=ADULTS, persons=True),
    Table("刑案移送", (
        Col("嫌犯化名", "person_name", hidden(of("name"), 1, 0, "某"), "masked"),
        Col("涉嫌何罪", "criminal_record", pick(*words.CRIMES)),
        Col("前科次数及事由", "criminal_record", lambda r, row,
            i: f"{r.randrange(1, 4)}次：{r.choice(words.CRIMES)}", missing=0.3),
        Col("强制措施", "criminal_record", pick("刑事拘留", "取保候审", "逮捕", "监视居住")),
        Col("涉案车", "plate", _case_plate, missing=0.4),
        Col("退赃账户", "bank_card", card("622848", "622202")),
    ), about=ADULTS, rows=24, persons=True),
)  # fmt: skip

VETERANS = (
    Table("优抚台账", (
        Col("优抚对象名", "person_name", of("name")),
        Col("军官证编号", "military_id", _officer),
        Col("士兵证/退伍证", "military_id", mixed(_soldier, lambda r, row, i: f"退字第{num(r, 6)}号",
            share=0.4)),
        Col("评残等级性质", "medical", pick("因公七级", "因战五级", "因病六级", "因公十级")),
        Col("优待金打卡账号", "bank_card", card("622848", "623058")),
        Col("抚恤金(月/元)", "income", whole(860, 6900)),
        Col("入伍", "none", moment("%Y年%m月", 1975, 2010), "lookalike"),
        Col("文化水平", "education", pick(*words.DEGREES)),
        Col("遗属一栏", "person_name", other_name, missing=0.5),
        Col("联系(座机/手机)", "mobile", mixed(_mobile, landline), "mixed"),
    ), about=person(1940, 1985), persons=True),
    Table("军转面试", (
        Col("军人编号", "military_id", number(10, "A"), "small"),
        Col("本人签名", "person_name", of("name"), "small"),
        Col("身份证件字号", "military_id", _officer, "small"),
        Col("党派", "political_status", pick("中共党员", "中共预备党员", "群众"), "small"),
    ), about=person(1975, 1995), rows=5, persons=True),
)  # fmt: skip

HOTEL = (
    Table("境外旅客", (
        Col("Guest (as in passport)", "person_name", of("latin")),
        Col("Travel doc / 护照", "passport", passport, missing=0.45),
        Col("回乡证 HRP", "hk_macao_permit", _home_return, missing=0.45),
        Col("台胞证 MTP", "taiwan_permit", number(8), missing=0.45),
        Col("港澳台居住证RP", "residence_permit", legal_permit, missing=0.45),
        Col("外国人永居身份证", "foreign_resident_permit", foreign_permit, missing=0.45),
        Col("DOB(dd/mm/yy)", "date_of_birth", birth("%d/%m/%y")),
        Col("Nationality", "none", pick("JPN", "KOR", "USA", "RUS", "VNM", "HKG")),
        Col("Room", "none", pick("801", "1206", "1510", "2203")),
        Col("人证核验抓拍", "biometric", file_ref("cap_#_face.jpg")),
        Col("旧版永居卡15位", "foreign_resident_permit", _old_foreign, missing=0.45),
        Col("Confirmation#", "none", number(8), "lookalike"),
        Col("押金卡", "bank_card", card("411111", "540012", length=16)),
    ), about=person(1955, 2000), persons=True),
    Table("kiosk_log", (
        Col("doc", "hk_macao_permit", mixed(_home_return, passport, share=0.35), "mixed"),
        Col("tw_doc2", "taiwan_permit", dirty(number(8)), "dirty"),
        Col("doc3", "residence_permit", hidden(legal_permit, 6, 2), "masked"),
        Col("doc4", "passport", wide(passport), "width"),
        Col("doc5", "foreign_resident_permit", dirty(foreign_permit), "dirty"),
        Col("doc6", "none", only(0, number(8)), "empty"),
        Col("gate", "none", pick("A01", "A02", "B07")),
        Col("score", "none", decimal(71, 99, 2), "lookalike"),
    ), about=person(1955, 2000), rows=30, persons=True),
)  # fmt: skip

COUNTER = (
    Table("sqr_zj", (
        Col("ga_txzhm", "hk_macao_permit", _home_return),
        Col("tw_txzhm", "taiwan_permit", number(8)),
        Col("gat_jzz18", "residence_permit", legal_permit),
        Col("yj_sfz_xin", "foreign_resident_permit", foreign_permit),
        Col("ptong_hz", "passport", passport),
        Col("sqr_ywm", "person_name", of("latin")),
        Col("sqr_csrq", "date_of_birth", birth("%Y/%m/%d")),
        Col("slbh_13", "none", number(13), "lookalike"),
        Col("qzzl", "none", pick("L", "M", "Q2", "S1", "Z", "X2"), "lookalike"),
        Col("zzp_wjm", "biometric", file_ref("ZP_#.jp2")),
    ), about=person(1950, 2004), persons=True),
    Table("当日叫号", (
        Col("通行证（回乡）", "hk_macao_permit", hidden(_home_return, 3, 3), "small"),
        Col("护照末页号", "passport", passport, "small"),
        Col("台籍证", "taiwan_permit", number(8), "small"),
        Col("居住证8打头", "residence_permit", legal_permit, "small"),
        Col("窗口", "none", pick("1", "2", "5"), "small"),
    ), about=person(1950, 2004), rows=8, persons=True),
)  # fmt: skip

FAITHS = (
    Table("教职人员备案", (
        Col("俗名", "person_name", of("name")),
        Col("法名教名", "person_name", mixed(_monk, pick("若瑟", "玛利亚", "保禄"), share=0.3)),
        Col("所属教别", "religion", pick(*words.FAITHS[:5])),
        Col("教职称号", "religion", pick("比丘", "比丘尼", "阿訇", "神父", "牧师", "全真派道士", "长老")),
        Col("受戒/按立", "religion", pick("1998年受具足戒", "2006年按立", "穿衣2011", "2015年晋铎",
            "冠巾2003")),
        Col("族属", "ethnic_group", pick(*words.ETHNIC)),
        Col("备案文书号", "none", serial("民宗备〔2024〕", 1, 3), "lookalike"),
        Col("生活补贴(元)", "income", pick("800", "1200", "1500", "2000")),
        Col("寺观教堂来电", "landline", landline, personal=False),
    ), about=ADULTS, rows=30, persons=True),
    Table("活动场所", (
        Col("场所类别", "none", pick("佛教", "道教", "伊斯兰教", "天主教", "基督教"), "lookalike"),
        Col("场所名", "none", pick("报恩寺", "清真西寺", "城隍庙", "圣若瑟堂", "玄妙观", "灵岩寺"),
            "lookalike"),
        Col("场所坐落处", "address", of("seat"), personal=False),
        Col("场所登记号", "none", number(9, "B"), "lookalike"),
        Col("可容(人)", "none", whole(40, 1500)),
    ), about=firm, rows=22),
)  # fmt: skip

WELFARE = (
    Table("低保在册", (
        Col("申请户主", "person_name", of("name")),
        Col("户主公民号", "resident_id", dirty(of("id")), "dirty"),
        Col("家庭月人均收入", "income", decimal(0, 890, 2)),
        Col("主要致困病种", "medical", pick("尿毒症透析", "脑瘫", "肺癌晚期", "精神分裂症", "类风湿关节炎",
            "白血病")),
        Col("惠民一卡通号", "bank_card", dirty(card("621799", "623059")), "dirty"),
        Col("婚否", "marital_status", pick("未", "已", "离", "丧")),
        Col("现住房", "address", of("address")),
        Col("权证号(房)", "housing_certificate", lambda r, row,
            i: f"房权证{r.choice(('雁字', '长安区字', '高新字'))}第{num(r, 10)}号"),
        Col("核查入户说明", "free_text", phrase("入户见{other}（{phone}）卧床",
            "{name}与邻居{other}合住{estate}", "户主自述每月打零工", "证号{id}已核对，联系{phone}"), grade=3),
        Col("备查", "none", pick("已公示", "待复核", "无异议"), "lookalike"),
    ), about=ADULTS, persons=True),
    Table("困境儿童", (
        Col("儿童", "person_name", of("name")),
        Col("生于", "minor", birth("%Y.%m")),
        Col("困境情形", "medical", pick("重度残疾（脑瘫）", "先天性心脏病", "血友病", "自闭症谱系障碍",
            "重症肌无力")),
        Col("监护人账户", "bank_card", card("622848")),
        Col("走访民警电话", "mobile", _mobile),
    ), about=CHILDREN, rows=22, persons=True, children=True),
)  # fmt: skip

GRID = (
    Table("巡查轨迹", (
        Col("网格员", "person_name", of("name")),
        Col("lon_84", "coordinates", PATROL[0], personal=True, sensitive=True, grade=4),
        Col("lat_84", "coordinates", PATROL[1], personal=True, sensitive=True, grade=4),
        Col("拐点串", "coordinates", _corners, personal=True, sensitive=True, grade=4),
        Col("上报终端", "mac_address", lambda r, row,
            i: "-".join(f"{r.randrange(256):02x}" for _ in range(6))),
        Col("指静脉打卡", "biometric", template(36)),
        Col("步数", "none", whole(900, 22000)),
        Col("电量%", "none", whole(3, 100)),
    ), about=ADULTS, rows=40, persons=True),
)  # fmt: skip

SOURCES = {
    "precinct_population": POLICE,
    "community_correction": CORRECTION,
    "court_bulletin": COURT,
    "veterans_bureau": VETERANS,
    "harbour_hotel": HOTEL,
    "visa_counter": COUNTER,
    "faith_affairs": FAITHS,
    "welfare_rolls": WELFARE,
    "grid_patrol": GRID,
}
