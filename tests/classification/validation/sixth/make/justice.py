"""Courts, prosecutors' exchange, correction in the community, legal aid."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_DEBTORS: Final = Table(
    "T_ZX_BZXR",
    (
        n.code("C_AH", "(2024)浙0106执####号"),
        n.code("C_BH_AJ", "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"),
        c.name("C_MC"),
        n.pick("N_LX", "09_01001-1*8|09_01001-2"),
        c.papers("C_ZJHM"),
        c.sex("N_XB", "09_00003-1|09_00003-2"),
        c.ethnic("C_EXT03", "09_00005-1*9|09_00005-3", challenge="heading"),
        c.born("D_CSRQ", "%Y/%m/%d"),
        c.home("C_EXT02", "full", challenge="heading"),
        c.mobile("C_EXT01", challenge="heading"),
        m.card("C_CKZH"),
        n.listed("C_KHH", ["工行望潮支行", "农行石塘支行", "建行文昌支行"]),
        m.wallet("C_WLZJ_ZH", "2088############"),
        m.plate("C_CLHP", twist=t.WIDE),
        m.vin("C_CLSBM"),
        m.deed("C_FCZH"),
        m.driver("C_JSZ_DABH", missing=0.4),
        m.licence("C_GQ_ZCH", missing=0.4),
        n.sum_of("N_BDJE", 5000, 3000000),
        n.day("DT_LASJ", "%Y-%m-%d"),
        n.own("C_CBR", "3306####", challenge="heading"),
        c.text(
            "C_YYCS",
            [
                "被执行人{n}下落不明，车辆{p}未扣到",
                "{n}户籍{h}，已搬走",
                "扣划{n}账户{c}存款",
                "{n}将{c}交其妻使用",
            ],
            sensitive=True,
        ),
        n.pick("N_JAFS", "09_05011-1|09_05011-3"),
    ),
    rows=40,
    about=folk("330106 320102", born=(1958, 2001)),
    persons=True,
)

_EXCHANGE: Final = Table(
    "XT_GYSS_RYXX",
    (
        n.code("XTBH", "XT330106########"),
        n.code("TYSAH", "浙杭西检刑诉受〔2024〕###号"),
        c.name("FZXYR_XM", twist=t.NAME),
        c.rid("FZXYR_ZJHM"),
        n.listed("FZXYR_BM", ["阿毛", "老三", "胖子", "无"], challenge="lookalike"),
        c.crime("SXZM"),
        c.crime("AY_DM", "050100|050300|060900|040200|060134"),
        c.crime("QKLX", "初犯*5|累犯|再犯|有前科"),
        c.ethnic("MZ_DM", "01*9|05|13"),
        c.faith("ZJXY_DM", "0*7|1|2|5"),
        c.party("ZZMM_DM", "13*8|01|03"),
        c.school("WHCD_DM", "70*4|80*3|60|20"),
        c.wed("HYZK_DM", "1|2|4"),
        n.pick("AJLY", "公安移送*7|监委移送"),
        m.face("ZWTZ_R", 64),
        c.code("DNA_BH", "biometric", "D3S1358:1#,1~;vWA:1#,1~;FGA:2#,2~"),
        m.soldier("JR_ZJHM", "军字第20####~号|武字第0######号", missing=0.6),
        m.hk("GATXZ", missing=0.6),
        m.taiwan("TWTXZ", missing=0.7, challenge="small"),
        c.crime("QZCS", "拘留*3|逮捕*2|取保候审*4"),
        n.day("JYRQ", "%Y%m%d"),
        n.own("CBJCG", "330106###", challenge="heading"),
        n.empty("YLZD1"),
    ),
    rows=36,
    about=folk(born=(1968, 2005)),
    persons=True,
)

_CORRECTED: Final = Table(
    "sqjz_obj",
    (
        n.own("jzdx_bm", "SQJZ3301######"),
        c.name("xingm"),
        c.rid("gmsfhm", twist=t.DIRTY),
        c.crime("zuim"),
        c.crime("ypxq", "有期徒刑一年缓刑二年|拘役三个月缓刑六个月|有期徒刑三年缓刑四年"),
        c.crime("jzlb", "缓刑*7|假释|暂予监外|管制"),
        n.day("jzqx_z", "%Y-%m-%d", 2024, 2026),
        c.mobile("dw_shouji", twist=t.PHONE),
        m.imei("dw_chuanma"),
        m.point("zj_jd", "{lon:.7f}", track=True),
        n.pick("dw_fs", "GPS|LBS|WIFI"),
        n.day("zj_sj", "%Y-%m-%d %H:%M:%S", 2024, 2024),
        m.vector("swlb_mb", 7),
        c.faith("zjxy", "无*7|基督教*2|佛教"),
        m.uscc("gzdw_xydm", missing=0.4),
        m.firm("gzdw", missing=0.4),
        m.driver("jsz_dabh", "3301########", missing=0.4),
        c.pay("tmp_1", 0, 9000, "{:.0f}", challenge="heading"),
        c.pick("xinli_cp", "medical", "正常*6|轻度焦虑|中度抑郁"),
        n.num("jycs", 0, 24),
        n.pick("fenji", "严管|普管|宽管"),
        n.num("kouf", 0, 12),
        c.text("zf_jl", ["{n}请假外出至{h}", "走访{n}母亲，电话{m}", "{n}手机关机，驾{p}外出"]),
    ),
    rows=44,
    about=folk("330106 340104", born=(1965, 2004)),
    persons=True,
)

_AID: Final = Table(
    "法援受理簿",
    (
        n.code("援字", "(2024)西援民字第###号"),
        c.name("受援人"),
        c.rid("受援人证号", twist=t.SPACED),
        n.pick("类别", "农民工*4|残疾人|老年人|军属", challenge="lookalike"),
        n.pick("加急", "是|否*6"),
        m.soldier("军人证(军属填军人的)", missing=0.5),
        m.passport("外籍填护照", missing=0.7, challenge="small"),
        c.pay("（空白列）", 0, 4200, "约{:.0f}", challenge="heading"),
        c.tel("家里电话", "8#######|6#######"),
        m.taiwan("台胞填台胞证", missing=0.7, challenge="small"),
        n.listed("事项", ["工伤赔偿", "讨薪", "抚养费", "人身损害"], challenge="lookalike"),
        n.num("排期", 1, 30),
        n.pick("所", "浙江启明律所|浙江宏泽律所|区法援中心", challenge="lookalike"),
        n.sum_of("补贴", 800, 2600, "{:.0f}"),
        n.day("批准日", "%-m.%-d", 2024, 2024),
        n.num("卷号", 1, 300),
    ),
    rows=34,
    about=folk("330106"),
    persons=True,
)

_CHILD_CASES: Final = Table(
    "WCN_BHAJ",
    (
        n.code("LSH", "WB2024###"),
        c.name("WCNR_XM", twist=t.NAME),
        c.years("WCNR_NL", "{}岁", at=2024),
        c.child("WCNR_SR", "%Y%m"),
        n.pick("AJLX", "监护侵害|家暴|失管*3"),
        n.school("XX"),
        c.name("FDDLR", "b"),
        c.mobile("FDDLR_DH"),
        c.home("JTDZ", "town"),
        c.pick("SHJD", "medical", "轻微伤|无|心理创伤|轻伤二级"),
        c.text("JZQK", ["母亲{n}离家，随祖父生活", "班主任{n}报告，电话{m}", "寄养于{h}{n}家"]),
        n.pick("JZFS", "司法救助|心理疏导|家庭教育令"),
        n.sum_of("JZJE", 1000, 20000, "{:.0f}"),
        n.own("CBR", "W0##", challenge="heading"),
    ),
    rows=26,
    about=folk("330106", born=(2012, 2018), child=True),
    persons=True,
    children=True,
)

SOURCES: Final = {
    "zhixing_chakong": (_DEBTORS,),
    "zhengfa_xietong": (_EXCHANGE, _CHILD_CASES),
    "shequ_jiaozheng_sf": (_CORRECTED,),
    "fayuan_yuanzhu": (_AID,),
}
