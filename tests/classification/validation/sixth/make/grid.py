"""Streets and their grids, the hotline, letters and visits, shops of a street."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_RESIDENTS: Final = Table(
    "wg_renkou",
    (
        n.code("wgbh", "WG-0#-##"),
        n.own("hbh", "~##~##~"),
        c.name("rkxm"),
        c.rid("rkzjhm"),
        n.pick("yhzgx", "户主|配偶|子|女|父|租客"),
        c.sex("rkxb", "1|2"),
        c.ethnic("rkmz", "汉*9|回|朝鲜|维吾尔"),
        c.party("zzmm"),
        c.faith("kz_c", "无*8|佛教*3|基督教|伊斯兰教", challenge="heading"),
        c.wed("kz_a", challenge="heading"),
        c.school("kz_b", challenge="heading"),
        c.home("jzdxz", "flat"),
        c.mobile("lxsj", twist=t.DIRTY),
        m.foreign("wgr_yjz", missing=0.75, challenge="small"),
        n.pick("rylb", "户籍|流动|境外|空挂"),
        c.pick("zdry", "criminal_record", "无*7|社区矫正|刑满释放|吸毒人员", challenge="mixed"),
        c.pick("mbry", "medical", "无*5|高血压|糖尿病|重精", missing=0.2),
        n.num("fwjs", 1, 5),
        m.hk("ga_tongxz", missing=0.75, challenge="small"),
        m.taiwan("tw_tongxz", missing=0.75, challenge="small"),
        m.local_permit("jzz_no", "33010600######", missing=0.5),
        n.day("zfsj", "%Y-%m-%d %H:%M", 2024, 2025),
        n.own("wgy", "WGY####", challenge="heading"),
    ),
    rows=60,
    about=folk("330106 340104 410102"),
    persons=True,
)

_SHOPS: Final = Table(
    "SHOP_BASE",
    (
        n.code("SP_ID", "S00####"),
        n.made(
            "SIGN_BOARD",
            lambda r, row, i: r.choice(("老陈面馆", "阿萍理发", "佳禾便利", "小李水果", "石塘药房")),
            challenge="lookalike",
        ),
        m.firm("LEGAL_ENT", twist=t.DIRTY),
        m.uscc("CREDIT_CD", "92"),
        m.licence("OLD_REGNO", missing=0.3, twist=t.HALF_WIDE),
        m.organisation("ORGCD9", missing=0.4),
        c.name("OPER_NM"),
        c.rid("OPER_ID", missing=0.2, twist=t.ID),
        c.mobile("OPER_TEL"),
        c.tel("SHOP_TEL", "8#######"),
        c.seat("SHOP_ADDR"),
        m.post("SHOP_PC"),
        m.region("GRID_DIV", "0030##", base=m.CITY),
        m.firm_card("RENT_ACCT"),
        m.wallet("QR_PAYEE", "2088############", personal=False, sensitive=False),
        n.sum_of("AREA_M2", 8, 300, "{:.1f}"),
        n.pick("RISK_LV", "红|黄|绿*5"),
        n.code("FIRE_CERT", "杭公消安检字〔201#〕第0###号"),
        n.pick("三合一", "是|否*8"),
        m.point("P1", "{lon:.6f}", challenge="heading"),
        n.pick("HAS_GAS", "0|1|2"),
    ),
    rows=36,
    about=folk(),
)

_CAMERAS: Final = Table(
    "雪亮点位",
    (
        n.code("国标编码", "3301060000132#######", challenge="lookalike"),
        n.made(
            "点位名",
            lambda r, row, i: r.choice(("文昌路口东", "金秋花园北门", "石塘菜场内", "望潮小学门口")),
            challenge="lookalike",
        ),
        m.ip("IPV4", "10.", personal=False),
        m.mac("物理地址", personal=False),
        m.ip("网关", "10.", personal=False),
        m.point("经度E", "{lon:.6f}"),
        m.point("纬度N", "{lat:.6f}"),
        m.region("所属区划", "003", base=m.CITY),
        n.listed("型号", ["DS-2CD7A", "IPC-HFW5", "HC-640"]),
        n.code("出厂序列", "@@#######%%"),
        m.firm("承建", "电子科技 信息技术 智能工程"),
        n.day("上线", "%Y%m%d", 2017, 2024),
        n.pick("在线", "1*9|0"),
        n.code("维护合同", "WH-2023-###"),
        n.num("存储天数", 30, 90),
        m.login("平台账号", "admin##|wh_####", personal=False),
        m.imei("4G模块IMEI", personal=False, missing=0.4),
    ),
    rows=30,
    about=folk(),
)

_CALLS: Final = Table(
    "gd_main",
    (
        n.code("work_sn", "HZ2501########", challenge="lookalike"),
        n.day("call_in", "%Y-%m-%d %H:%M:%S", 2025, 2025),
        c.mobile("caller_no", "{}", twist=t.PHONE),
        c.pick("appeal_nm", "person_name", "王先生|李女士|陈女士|不愿透露|周师傅", challenge="masked"),
        c.sex("appeal_gd", "先生|女士"),
        c.tel("var_11", "0571-8#######", missing=0.6, challenge="heading"),
        c.text(
            "appeal_txt",
            [
                "市民{n}反映{h}楼下噪音扰民，联系{m}",
                "来电人称其父{n}（{i}）社保卡丢失",
                "{n}反映车牌{p}占用盲道",
                "{n}要求退款至{c}",
                "退费错付到{c}，户主{n}",
                "市民{n}咨询公积金，证号{i}",
            ],
            sensitive=True,
        ),
        n.listed("class_1", ["城市管理", "社会保障", "住房", "交通", "教育"]),
        n.listed(
            "class_2", ["医保报销", "噪音污染", "低保申请", "入学政策", "宗教活动场所"], challenge="lookalike"
        ),
        c.seat("event_addr"),
        m.region("event_area", base=m.CITY),
        m.imei("app_dev_imei", missing=0.5),
        n.office("assign_to"),
        n.num("deadline_h", 2, 120),
        n.pick("satisfy", "满意*6|基本满意|不满意"),
        n.listed("reply_txt", ["已电话答复", "已转属地处理", "经核实情况不属实", "政策已解释清楚"]),
        n.own("seat_agent", "####", challenge="heading"),
        n.code("seat_ext", "8###"),
        n.code("rec_file", "/rec/2025012#/^^^^^^^^.wav"),
        m.mail("appeal_mail", missing=0.6),
        m.ip("web_ip", missing=0.4),
    ),
    rows=52,
    about=folk(),
    persons=True,
)

_PETITIONS: Final = Table(
    "XF_JBXX",
    (
        n.code("XFJBH", "33010620250#####"),
        c.name("XFRXM"),
        c.papers("XFRZJH"),
        m.foreign("WJYJZH", missing=0.75, challenge="small"),
        c.mobile("XFRDH", twist=t.DIRTY),
        n.pick("XFXS", "来信|来访|网上|电话"),
        n.num("XFRS", 1, 40),
        n.pick("SFCF", "0*6|1"),
        c.text(
            "NRZY",
            ["{n}反映村干部占地，联系人{m}", "{n}等反映{p}渣土车夜间作业", "{n}（{i}）要求落实退役待遇"],
            grade=3,
        ),
        n.listed("NRFL", ["农村农业", "涉法涉诉", "军转安置", "民族宗教", "卫生健康"], challenge="lookalike"),
        n.office("QXDW"),
        n.num("QXDW_TS", 1, 60),
        c.crime("WFFZJL", "无*8|曾被行政拘留|寻衅滋事罪"),
        n.pick("YJ_JB", "0*7|1|2"),
        m.soldier("TYZH", "退字第2012######号|士字第2015######号", missing=0.6),
        n.day("DJRQ", "%Y%m%d", 2025, 2025),
        n.pick("BLZT", "11|12|20|31"),
        m.ip("ZDYX1", missing=0.5, challenge="heading"),
        m.mail("ZDYX2", missing=0.5, challenge="heading"),
    ),
    rows=34,
    about=folk("330106"),
    persons=True,
)

SOURCES: Final = {
    "wangge_renkou": (_RESIDENTS,),
    "jiedao_shangpu": (_SHOPS, _CAMERAS),
    "rexian_zuoxi": (_CALLS,),
    "xinfang_oracle": (_PETITIONS,),
}
