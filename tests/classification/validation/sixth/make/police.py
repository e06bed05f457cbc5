"""Public security: seized devices, accidents, the exit and entry counter, newcomers."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_SEIZED: Final = Table(
    "ev_device",
    (
        n.code("ev_uid", "EV-202$-######"),
        n.code("case_ref", "A3301060~0000202$0#####"),
        c.name("holder_nm"),
        c.rid("holder_idno"),
        n.pick("dev_cls", "PHONE*7|TABLET*2|LAPTOP|USB"),
        n.listed("dev_model", ["HUAWEI P40", "vivo X80", "iPhone 12", "Redmi K50", "OPPO A93"]),
        m.imei("imei_slot0"),
        m.imei("imei_slot1", missing=0.3),
        n.own("iccid", "898600~#############", challenge="lookalike"),
        c.mobile("msisdn", "86{}"),
        m.mac("wlan_hw"),
        m.mac("bt_hw", "%%-%%-%%-%%-%%-%%", missing=0.2),
        m.ip("last_login_v4"),
        m.login("wx_acct", "wxid_^^^^^^^^^^^^|@####^^^"),
        m.wallet("alipay_bind", "13########~|15########~"),
        n.code("img_sha1", "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^", challenge="lookalike"),
        n.num("cap_gb", 32, 512),
        n.day("seized_ts", "%Y-%m-%dT%H:%M:%S"),
        n.own("examiner_no", "1######"),
        n.code("seal_bag", "FT########"),
        m.point("last_fix", track=True, missing=0.25),
        n.pick("extract_mode", "LOGICAL|PHYSICAL|CLOUD"),
    ),
    rows=48,
    about=folk("330106 330203"),
    persons=True,
)

_CHATS: Final = Table(
    "im_login_trace",
    (
        n.serial("seq"),
        m.login("acct_a", "~########", challenge="lookalike"),
        n.listed("nick", ["风中的叶", "老船长", "小鱼儿", "A建材批发", "等风来", "往事随风"]),
        m.ip("param_3", challenge="heading"),
        n.num("src_port", 1024, 65535),
        m.mac("gw_mac", "^^^^^^^^^^^^"),
        m.imei("term_id"),
        n.day("login_at", "%s", challenge="lookalike"),
        m.wallet("opp_id", challenge="heading"),
        n.sum_of("amt", 50, 20000),
        n.code("trans_no", "10000~##################", challenge="lookalike"),
        m.card("payee_card", twist=t.CARD),
        m.ip("dst", "10.", personal=False),
        m.mail("reg_mail", twist=t.FRONT),
        n.pick("app", "WX|QQ|ZFB|DY"),
    ),
    rows=40,
    about=folk(),
    persons=True,
)

_ACCIDENT: Final = Table(
    "ACD_FILE",
    (
        n.code("SGBH", "330106202$######"),
        n.day("SGFSSJ", "%Y/%m/%d %H:%M"),
        n.code("LH", "G####|S###|X2~##"),
        c.seat("SGDD"),
        n.num("GLS", 0, 320),
        n.num("MS", 0, 999),
        n.num("SWRS", 0, 1),
        n.num("SSRS", 0, 4),
        n.sum_of("ZJCCSS", 100, 80000, "{:.0f}"),
        n.pick("TQ", "1|2|3|4"),
        n.pick("SGXT", "11|12|19|21|31"),
        m.point("SGDDJD", "{lon:.5f}"),
        n.num("CLSL", 1, 4),
        m.region("XZQH", base=m.CITY),
        n.code("GLBM", "3301060#0000", challenge="lookalike"),
        n.own("JBR1", "0#####"),
        n.pick("DLLX", "10|21|30"),
        c.text(
            "JYAQ",
            [
                "{n}驾驶{p}小型轿车沿路行驶，与行人发生碰撞",
                "当事人{n}（电话{m}）驾驶电动自行车闯红灯，与{p}相撞",
                "{p}追尾前车，驾驶人{n}负全责",
            ],
        ),
    ),
    rows=36,
    about=folk(),
)

_DRIVERS: Final = Table(
    "ACD_FILEHUMAN",
    (
        n.code("SGBH", "330106202$######"),
        n.num("RYBH", 1, 4),
        c.name("XM", twist=t.ENDS),
        c.sex("XB", "1|2"),
        c.papers("SFZMHM"),
        c.age("NL"),
        m.foreign("YJJLSFZ", missing=0.7, challenge="small"),
        c.mobile("DH"),
        n.pick("JTFS", "K33|H31|M21|F1|B11"),
        m.plate("HPHM", twist=t.DIRTY),
        n.pick("HPZL", "01|02|52"),
        m.vin("CLSBDH"),
        m.driver("DABH"),
        n.num("JL", 0, 35),
        n.pick("JSZZL", "1*7|2|9"),
        n.pick("SGZR", "1|3|5|6"),
        n.num("SCS", 0, 120),
        n.listed("BXGS", ["人保财险", "太平洋产险", "平安产险", "大地保险"]),
        n.code("BXPZH", "PDAA202$33010000######"),
        c.pick("SSCD", "medical", "1|2*3|3*3"),
        n.empty("BY3"),
    ),
    rows=50,
    about=folk(born=(1960, 2004)),
    persons=True,
)

_LODGING: Final = Table(
    "境外人员住宿登记202407",
    (
        n.serial("序号"),
        c.pick(
            "英文姓名",
            "person_name",
            "MORALES LUIS|TANAKA HIROMI|OKAFOR CHIDI|ROSSI GIADA|SINGH HARPREET|PETROV ANTON",
        ),
        c.name("中文名(港澳台必填)", missing=0.4),
        n.pick("国家/地区", "USA|JPN|KOR|HKG|TWN|DEU|NGA"),
        c.sex("性别 Sex", "M|F"),
        c.born("Date of Birth", "%d/%m/%Y"),
        m.passport("护照号 Passport No."),
        m.taiwan("台胞证", missing=0.5),
        m.hk("回乡证", missing=0.5),
        n.pick("签证种类", "F|L|M|Z|X1"),
        n.own("签证号码", "~########", challenge="lookalike"),
        n.day("停留有效期至", "%Y.%m.%d", 2024, 2025),
        c.seat("住宿地址（酒店/出租房）", "short", personal=True),
        n.num("房费(元)", 120, 900),
        n.pick("早餐", "含|不含"),
        n.day("入住", "%m-%d"),
        n.num("拟住天数", 1, 180),
        n.listed("受理单位", ["石塘派出所", "望潮派出所", "出入境接待厅"]),
        c.faith("宗教信仰(选填)", missing=0.4),
    ),
    rows=30,
    about=folk(),
    persons=True,
)

_PERMITS: Final = Table(
    "T_JZQK",
    (
        n.code("BUSI_ID", "JZ33012024######"),
        c.pick(
            "EN_SUR_GIVEN",
            "person_name",
            "KOVALENKO IRYNA|PARK SEO JUN|DUBOIS CAMILLE|HADDAD KARIM|WALKER TESSA",
        ),
        m.foreign("YJJLZ_HM"),
        m.passport("HZHM_OLD", missing=0.3),
        m.passport("HZHM_NEW"),
        n.own("JLXK_STICKER", "B########", challenge="lookalike"),
        c.born("BIRTH8", "%Y%m%d"),
        c.wed("MARI", "10*3|20*6|40"),
        c.school("EDU_LVL", "11|21|31*3|60"),
        c.faith("RELIG_CD", "00*6|10|20|30|40"),
        m.firm("SPONSOR_NM"),
        m.uscc("SPONSOR_TYXYDM"),
        n.code("SPONSOR_SEQ", "#####"),
        c.home("ABODE_ADDR", "full"),
        m.post("ABODE_ZIP"),
        n.pick("REASON_CD", "01|02|07|11"),
        n.day("VALID_TO", "%Y%m%d", 2024, 2028),
        m.face("FP_TEMPLATE_R1", 72),
        n.pick("STAT", "0|1|9"),
    ),
    rows=32,
    about=folk(),
    persons=True,
)

_NEWCOMERS: Final = Table(
    "流口_居住登记",
    (
        n.own("登记编号", "LK330106########"),
        c.name("来杭人员"),
        c.rid("公民身份号", twist=t.WIDE),
        m.local_permit("居住证编号"),
        n.day("签注至", "%Y-%m-%d", 2024, 2026),
        c.ethnic("其他", challenge="heading"),
        c.party("面貌"),
        m.hk("往来内地证(港澳)", missing=0.6),
        c.home("备注1", "flat", twist=t.DIRTY, challenge="heading"),
        n.num("同住人数", 0, 5),
        m.taiwan("台湾同胞证件", missing=0.6),
        n.num("月租", 600, 4200),
        c.mobile("本人号码", twist=t.SPACED),
        m.firm("务工处"),
        m.plate("电瓶车牌", "杭州A######|杭州D######"),
        c.wed("婚否"),
        c.school("学历层次"),
        n.pick("来此事由", "务工*6|经商|随迁|就学"),
        m.region("派出所区划", "0##"),
        m.permit("港澳台居民居住证号", missing=0.5),
        c.crime("前科", "无*7|盗窃（2016）|诈骗（2019）|吸毒史"),
    ),
    rows=45,
    about=folk("340104 410102 520103 360102"),
    persons=True,
)

SOURCES: Final = {
    "dianzi_quzheng": (_SEIZED, _CHATS),
    "jiaojing_shigu": (_ACCIDENT, _DRIVERS),
    "jingwai_tai": (_LODGING, _PERMITS),
    "liukou_dengji": (_NEWCOMERS,),
}
