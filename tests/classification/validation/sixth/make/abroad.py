"""Desks that see papers of many sorts: hotels, marriages across borders, insurance of newcomers, vehicles."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_MARRIED: Final = Table(
    "SWHY_DJ",
    (
        n.code("ZSZH", "J330106-2024-00####", challenge="lookalike"),
        c.name("NFXM"),
        c.papers("NFSFZJH"),
        m.passport("NFHZ", missing=0.5),
        m.hk("NFGATXZ", missing=0.5),
        m.taiwan("NFTBZ", missing=0.5),
        m.foreign("NFYJZ", missing=0.6),
        c.pick("VFXM", "person_name", "NGUYEN THI HOA|PARK SEO JUN|KOVALENKO IRYNA|ALVES MARINA"),
        m.passport("VFHZ"),
        m.hk("VFGATXZ", missing=0.5),
        m.taiwan("VFTBZ", missing=0.5),
        m.foreign("VFYJZ", missing=0.6),
        n.listed("NFGJ", ["中国", "中国香港", "中国台湾", "美国"]),
        c.wed("NFHQZK", "未婚*5|离异*3|丧偶"),
        n.day("DJSJ", "%Y%m%d", 2024, 2024),
        n.pick("YWLX", "IA|IB|ICA"),
        n.code("YSBH", "330106########", challenge="lookalike"),
        n.num("FS", 1, 2),
        n.pick("ZPCL", "已传|未传"),
        n.empty("CXYY"),
    ),
    rows=28,
    about=folk("330106", born=(1970, 2001)),
    persons=True,
)

_INSURED: Final = Table(
    "境外人员参保申报表",
    (
        n.serial("行号", first=1),
        n.code("单位社保号*", "33010###"),
        c.name("参保人中文名"),
        n.pick("证件类型代码*", "06|07|08|14"),
        m.permit("居住证号(港澳台)", missing=0.4),
        m.hk("H/M开头证件", missing=0.4),
        m.taiwan("8位台胞证", missing=0.4),
        m.foreign("永居身份证", missing=0.4),
        m.social("境外人员社保号", "USA330106########|KOR330106########|HKG330106########"),
        m.social("社保卡发卡号", "G########|H########"),
        c.party("境内党派(没有填无)", "无*8|民革党员|群众*3"),
        n.pick("险种勾选", "养老+工伤*6|工伤"),
        n.day("起缴月", "%Y%m", 2024, 2025),
        n.num("缴费月数", 1, 60),
        n.pick("双边协定豁免", "否*8|是"),
        n.pick("户籍性质", "93|94|95"),
        n.code("就业证号(已取消)", "/*6|2016330000####"),
        n.listed("导入结果", ["成功", "第5列格式错误", "重复参保", "成功"]),
        m.organisation("老组织机构码", twist=t.DIRTY),
        m.uscc("用工主体统一码"),
    ),
    rows=30,
    about=folk(born=(1966, 2000)),
    persons=True,
)

_HOTEL: Final = Table(
    "GUEST_FOLIO",
    (
        n.code("FolioNo", "F25######"),
        n.code("RmNo", "~0##|8##"),
        c.name("GstNm"),
        m.passport("Pspt_No", missing=0.4),
        n.pick("CertTp", "11*5|14|21|22|25"),
        m.hk("GATxz_No", "H########|M########|C########", missing=0.5),
        m.taiwan("TWtxz_No", "0#######|T########", missing=0.5),
        m.permit("HMTres_No", missing=0.5, twist=t.ID),
        m.foreign("PRC_PR_No", missing=0.6),
        m.plate("ParkedCar", missing=0.5, twist=t.DIRTY),
        n.day("ArrTm", "%y%m%d%H%M", 2025, 2025, challenge="lookalike"),
        n.num("Nts", 1, 9),
        n.sum_of("RmRate", 158, 980),
        n.pick("PayTp", "CASH|WX|AL|CC"),
        n.code("Upl_Seq", "3301060001202501######", challenge="lookalike"),
        n.pick("Upl_Sts", "00*9|E3"),
        n.code("AuthNo", "######"),
        n.num("Adult", 1, 3),
        n.empty("Rmk2"),
    ),
    rows=36,
    about=folk(),
    persons=True,
)

_BUSES: Final = Table(
    "校车备案(教育局-交警共用)",
    (
        n.school("配备学校"),
        m.plate("校车号牌", "浙A·X###~|浙A1###~", personal=False),
        m.vin("车架号17位", personal=False),
        m.vin("发动机号/车架号(旧表)", personal=False, challenge="heading"),
        n.code("发动机号", "YC4#######|4H######", challenge="lookalike"),
        n.num("核载", 19, 56, "{}座"),
        c.name("驾驶人"),
        m.driver("驾驶人档案编码", twist=t.WIDE),
        c.name("替班"),
        m.driver("替班档案编码", twist=t.SPACED, challenge="dirty"),
        m.imei("定位终端号", personal=False),
        m.imei("视频终端IMEI码", personal=False),
        m.firm("承运企业", "客运 旅游客运 巴士"),
        m.licence("承运企业注册号(旧)"),
        m.uscc("承运企业信用代码"),
        m.organisation("学校机构码"),
        n.code("线路", "#号线|支线#"),
        n.num("乘坐人数", 8, 52),
        n.day("标牌有效期", "%Y/%m/%d", 2025, 2026),
        n.pick("逆行许可", "有|无"),
        m.post("列21", challenge="heading"),
    ),
    rows=28,
    about=folk(),
)

_CARS: Final = Table(
    "vio_unhandled",
    (
        n.code("vio_sn", "33010679########", challenge="lookalike"),
        m.plate("hp"),
        m.vin("cjh_full"),
        m.vin("cjh_masked", twist=t.CARD),
        m.driver("file_no12"),
        m.driver("file_no_alt", "3206########|3401########", missing=0.4),
        c.name("owner", twist=t.NAME),
        n.pick("notice_way", "短信*6|邮寄|APP"),
        n.pick("vio_cd", "1344|1208|1039|6022"),
        n.listed("vio_txt", ["违反禁令标志", "不按导向车道行驶", "违停", "闯红灯"], challenge="lookalike"),
        n.num("score", 0, 12),
        n.num("fine", 0, 2000),
        n.day("vio_at", "%Y-%m-%d %H:%M:%S", 2025, 2025),
        n.code("cam_id", "3301060####"),
        n.num("spd", 0, 130, "{}km/h"),
        n.pick("handled", "0|1"),
        m.imei("app_dev"),
        m.mac("unk_8", challenge="heading"),
        m.soldier("mil_driver_cert", "军驾字第######号|武驾字第######号", missing=0.6),
    ),
    rows=40,
    about=folk(),
    persons=True,
)

_HOMES: Final = Table(
    "FC_LSXX",
    (
        n.code("FWDM", "330106003###0###", challenge="lookalike"),
        m.deed("QZH_OLD", "杭房权证下移字第0#######号|杭西国用（200#）第######号"),
        m.deed("BDCQZH", twist=t.HALF_WIDE),
        m.deed("GYZH", missing=0.4),
        c.name("QLR"),
        c.party("ZDY3", missing=0.5, challenge="heading"),
        m.soldier("JGZH", "军字第########号", missing=0.6),
        m.permit("GATJZZ_QLR", missing=0.6),
        m.local_permit("JZZH_QLR", "3301062########", missing=0.5),
        m.licence("QY_YYZZ", missing=0.4),
        m.uscc("QY_TYDM", missing=0.4),
        n.sum_of("JZMJ", 30, 220),
        n.pick("GHYT", "住宅*8|商铺|车位"),
        n.num("SZC", 1, 32),
        n.num("ZCS", 6, 33),
        n.day("DJRQ_OLD", "%Y.%m.%d", 1998, 2022, challenge="lookalike"),
        n.pick("DYZT", "已抵押|无"),
        n.code("TFH", "D-##-~"),
        n.sum_of("PGJ_W", 80, 900, "{:.1f}"),
    ),
    rows=34,
    about=folk("330106"),
    persons=True,
)

SOURCES: Final = {
    "shewai_hunyin": (_MARRIED,),
    "jingwai_canbao": (_INSURED,),
    "lvguan_kaidan": (_HOTEL,),
    "cheliang_beian": (_BUSES, _CARS),
    "fangchan_lishi": (_HOMES,),
}
