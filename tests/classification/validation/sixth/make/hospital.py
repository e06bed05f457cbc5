"""Hospitals' databases, laboratories, health checks, ambulances."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_ADMISSIONS: Final = Table(
    "ZYB_BRRYK",
    (
        n.own("ZYHM", "0000######"),
        n.own("MZHM", "~#######"),
        n.num("ZYCS", 1, 6),
        c.name("BRXM"),
        c.sex("BRXB", "1|2"),
        c.born("CSNY", "%Y-%m-%d 00:00:00"),
        c.old_rid("SFZH", twist=t.DIRTY),
        m.passport("HZHM", missing=0.6),
        m.post("HKYB"),
        m.taiwan("TBZHM", missing=0.65),
        c.mobile("LXDH"),
        n.num("ZYTS", 1, 40),
        n.pick("LXGX", "1|2|3|8"),
        m.hk("GATXZHM", missing=0.65),
        n.pick("RYTJ", "1|2|3|9"),
        c.ethnic("MZDM", "01*9|03|11|15"),
        c.wed("HYZK", "1*2|2*6|3|4"),
        c.faith("ZJXY", "0*8|1|2|3"),
        c.icd("RYZD"),
        c.ill("ZDMC"),
        n.code("BRKS", "1##|2##"),
        n.code("BRCH", "~#|+~"),
        n.pick("BRXZ", "1001|1002|2003|6016"),
        n.own("ZYYS", "0###"),
        n.day("RYRQ", "%Y-%m-%d %H:%M:%S"),
        n.pick("CYPB", "0|1|8"),
        n.sum_of("YJK", 0, 20000),
        n.code("PJHM", "0########", challenge="lookalike"),
    ),
    rows=55,
    about=folk("330106 340104"),
    persons=True,
)

_STOCK: Final = Table(
    "YK_TYPK",
    (
        n.code("YPXH", "1###"),
        n.listed(
            "药名(通用)",
            ["硝苯地平控释片", "头孢呋辛酯片", "布洛芬缓释胶囊", "奥美拉唑肠溶胶囊"],
            challenge="lookalike",
        ),
        n.code("PZWH", "国药准字H2005####|国药准字H2013####"),
        m.firm("CJMC", "制药 药业 生物医药"),
        m.licence("GYSYYZZ"),
        m.organisation("GYS_ZZJGDM"),
        m.firm_card("GYS_YHZH"),
        c.name("GYS_BZ", challenge="heading"),
        c.tel("GYS_DH", "0571-8#######|021-5#######", twist=t.DIRTY),
        n.code("PH", "2#0#0#|A2#####"),
        n.day("XQ", "%Y%m", 2024, 2027),
        n.sum_of("JHJG", 1, 300),
        n.sum_of("LSJG", 1, 400),
        n.pick("JLFL", "0*8|1|2"),
        n.code("TXM", "69###########", challenge="lookalike"),
    ),
    rows=30,
    about=folk(),
)

_RESULTS: Final = Table(
    "lab_result",
    (
        n.code("barcode", "12########", challenge="lookalike"),
        n.own("pat_no", "P0#######"),
        c.name("pat_name", twist=t.NAME),
        c.pick("pat_sex", "sex", "M|F|U"),
        c.age("age_y"),
        n.pick("dept_cd", "ICU|RESP|ENDO|OBGY"),
        c.pick("x1", "medical", "ALT|HbA1c|HBsAg|WBC|TSH|CRP", challenge="heading"),
        c.level("x2", 0.1, 180, challenge="heading"),
        n.pick("rslt_unit", "U/L|%|mmol/L|10^9/L"),
        c.pick("abn_flag", "medical", "H*2|L|N*5"),
        n.pick("ref_range", "0-40|3.9-6.1|4-10", challenge="lookalike"),
        n.pick("stat", "F*6|P|C"),
        n.code("instr_sn", "AU5800-####"),
        m.mac("instr_mac", personal=False),
        m.ip("instr_host", "192.168.", personal=False),
        n.own("tester", "T###", challenge="heading"),
        c.staff("verifier", twist=t.DIRTY),
        n.day("rpt_dt", "%Y%m%d%H%M%S", challenge="lookalike"),
        c.pick("flex_fld2", "medical", "A+|B+|O+|AB+|O-", challenge="heading"),
        n.code("tube", "红|紫|黄|蓝"),
    ),
    rows=60,
    about=folk(),
    persons=True,
)

_CHECKUP: Final = Table(
    "2024年度职工体检汇总",
    (
        n.serial("No"),
        m.firm("体检单位"),
        c.name("受检人"),
        c.rid("证件号(18位)", twist=t.DIRTY),
        c.sex("男/女"),
        c.born("生日", "%Y.%m"),
        c.mobile("短信接收手机"),
        m.mail("报告发送邮箱", twist=t.DIRTY),
        n.code("体检编号", "TJ24######"),
        c.level("体重(kg)", 45, 95),
        c.pick("血压mmHg", "medical", "128/82|145/95|118/76|132/88"),
        n.num("排队号", 1, 320),
        n.pick("缴费", "单位结算*6|自付"),
        c.pick("B超所见", "medical", "脂肪肝（轻度）|未见明显异常|胆囊息肉|肝囊肿"),
        c.pick("既往史*", "medical", "无*4|高血压病史5年|阑尾切除术后"),
        c.wed("婚育", "已婚已育*5|未婚*3|已婚未育"),
        n.sum_of("套餐价", 300, 1200, "{:.0f}元"),
        n.pick("套餐", "A男|A女已婚|B|C深度"),
        n.day("到检日", "%-m月%-d日", 2024, 2024),
        n.pick("报告领取", "自取|邮寄|电子"),
        n.pick("发票", "专票|普票|不开"),
        n.listed("备注", ["已补检", "改期", "漏检血脂", "拍片免"], missing=0.7),
    ),
    rows=42,
    about=folk(born=(1966, 2001)),
    persons=True,
)

_CALLS: Final = Table(
    "jj_call_event",
    (
        n.code("evt_id", "120-2024072$-####|120-2024101#-####"),
        n.day("hj_time", "%Y-%m-%d %H:%M:%S", 2024, 2024),
        c.mobile("hj_tel", twist=t.DIRTY),
        c.tel("hj_tel_gd", "0571-8#######|8#######", missing=0.5),
        c.home("xc_dz", "short"),
        m.point("xc_zb", "POINT({lon:.6f} {lat:.6f})", track=True),
        n.code("gps_dev", "GPS-####"),
        n.num("ccjl_m", 300, 18000),
        c.name("hz_xm", missing=0.2),
        n.made("hz_nl", lambda r, row, i: f"{r.randrange(30, 90)}岁左右", personal=True),
        c.sex("hz_xb"),
        c.pick(
            "ext_a", "medical", "胸痛半小时|车祸外伤|意识不清|呼吸困难|醉酒|产妇临产", challenge="heading"
        ),
        c.pick("cbzd", "medical", "急性冠脉综合征?|多发伤|脑卒中?|酒精中毒|心脏骤停"),
        m.plate("ccp", "浙A12##H|浙A·Q1##", personal=False),
        m.vin("clcjh", personal=False),
        n.own("sj", "J0##", challenge="heading"),
        n.own("hs", "H0##", challenge="heading"),
        n.listed("sdyy", ["市三院", "市一医院", "澄江镇卫生院", "省人民医院"], challenge="lookalike"),
        n.num("fysc", 20, 400, "{}秒"),
        c.text(
            "tdhs", ["来电人{n}称住{h}，老人摔倒", "报警人{m}，患者{n}昏迷", "家属{n}要求送市三医院，回电{m}"]
        ),
        n.pick("ccjg", "送院*6|拒送|空车|中途退车"),
    ),
    rows=44,
    about=folk(),
    persons=True,
)

SOURCES: Final = {
    "zhuyuan_his": (_ADMISSIONS, _STOCK),
    "lab_english": (_RESULTS,),
    "tijian_zhongxin": (_CHECKUP,),
    "jijiu_diaodu": (_CALLS,),
}
