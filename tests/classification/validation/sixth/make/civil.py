"""Civil affairs: the funeral house, low incomes, children's welfare, homes for the old."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Table
from tests.classification.validation.sixth.make import cols as c
from tests.classification.validation.sixth.make import marks as m
from tests.classification.validation.sixth.make import plain as n
from tests.classification.validation.sixth.make import twists as t
from tests.classification.validation.sixth.make.people import folk

_CREMATED: Final = Table(
    "BZ_HHDJ",
    (
        n.code("HHBH", "2024-####"),
        c.name("SZXM"),
        c.sex("SZXB"),
        c.age("SZNL", "{}岁"),
        c.old_rid("SZSFZ"),
        c.home("SZZZ", "village"),
        c.pick("ZD12", "medical", "肺部感染|脑溢血|心脏病|癌症|衰老|车祸", challenge="heading"),
        n.day("SWRQ", "%y.%m.%d", 2024, 2024),
        c.ethnic("SZMZ", "汉*9|回|畲"),
        c.faith("BZ3", "无*6|佛*3|基督|道", challenge="heading"),
        c.name("JSXM", "b"),
        n.pick("YSZGX", "子|女|配偶|侄|村委"),
        c.mobile("BZ4", twist=t.DIRTY, challenge="heading"),
        n.num("FHSL", 1, 4),
        m.plate("LCCH", "浙A·B##~#|浙AB~###", personal=False),
        n.code("LH", "普#号|高#号"),
        n.pick("GHH", "檀木|陶瓷|玉石|自带"),
        n.sum_of("YSJE", 300, 9800, "{:.0f}"),
        n.code("PJHM", "0########", challenge="lookalike"),
        n.own("CZY", "0#", challenge="heading"),
        n.empty("BZ1"),
        n.listed("BZ2", ["骨灰寄存一年", "树葬", "海撒报名", "惠民减免"], missing=0.5),
    ),
    rows=48,
    about=folk("330106 330203", born=(1928, 1965)),
    persons=True,
)

_CHECKED: Final = Table(
    "dbhd_result",
    (
        n.code("hd_pch", "HD2024####"),
        n.own("jt_bh", "330106DB######"),
        c.name("val_1", challenge="heading"),
        c.rid("val_2", twist=t.ID, challenge="heading"),
        n.num("jtrks", 1, 6),
        c.pay("jt_ysr", 0, 4800),
        n.num("ldl_rs", 0, 3),
        c.pay("yanglaojin_y", 0, 2900),
        n.pick("ff_fs", "社会化发放*8|现金"),
        n.sum_of("yhck_hj", 0, 90000),
        m.deed("fc_zsh"),
        m.deed("fc_zsh2", missing=0.5),
        n.sum_of("fc_mj", 30, 140),
        m.plate("cl_cph", missing=0.5),
        m.licence("gsdj_zch", missing=0.5),
        m.uscc("gsdj_xydm", "92", missing=0.5),
        n.sum_of("gjj_ye", 0, 60000),
        c.disability("cj_dj", missing=0.5),
        n.pick("hd_ly", "新申请|年审|抽查"),
        c.text(
            "hd_sm",
            ["{n}名下有{p}小客车", "配偶{n}（{i}）社保在缴", "未申报女儿{n}收入", "查得卡{c}有余额"],
            sensitive=True,
            missing=0.1,
        ),
        n.pick("hd_jl", "符合|超标|待复核"),
        m.vin("cl_sbdm", missing=0.5),
        m.region("xz_dm", "003###", base=m.CITY),
    ),
    rows=46,
    about=folk("330106"),
    persons=True,
)

_ORPHANS: Final = Table(
    "CWI_CHILD",
    (
        n.own("CHILD_NO", "FLY201~###"),
        c.name("CHILD_NAME"),
        c.sex("SEX_FLG", "0|1"),
        c.child("EST_BIRTH"),
        c.years("AGE_AT_ENTRY", at=2022),
        c.rid("CHILD_IDCARD"),
        n.pick("ENTRY_TYPE", "弃婴|孤儿|事实无人抚养|临时监护"),
        n.day("FOUND_DT", "%Y-%m-%d", 2015, 2021, challenge="lookalike"),
        c.seat("FOUND_PLACE", "short", personal=True, sensitive=True),
        c.pick("HEALTH_STS", "medical", "健康*3|唇腭裂|先天性心脏病|脑瘫|唐氏综合征"),
        n.pick("CUST_AGREE", "Y|N"),
        c.ethnic("ATTR7", "汉族*8|回族|不详", challenge="heading"),
        m.face("DNA_STR_B64", 56),
        c.pick("ATTR8", "religion", "无|未知*4|伊斯兰教|基督教", missing=0.3, challenge="heading"),
        c.name("FOSTER_FATHER", "c"),
        n.num("VISIT_CNT", 0, 24),
        n.code("FILE_BOX", "A-##"),
        n.sum_of("ALLOWANCE_AMT", 1600, 2400, "{:.0f}"),
        n.num("ROOM_FLOOR", 1, 4),
        n.code("BED_NO", "B#-##"),
    ),
    rows=30,
    about=folk("330106 340104", child=True),
    persons=True,
    children=True,
)

_OLD: Final = Table(
    "入住老人信息（打印版）",
    (
        n.code("床号", "~0~-#"),
        c.name("长者"),
        c.born("农历生日", "%m月%d日", challenge="heading"),
        c.rid("身份证（复印件已收）", twist=t.HALF_WIDE),
        m.social("医保卡面号", "33########~|B########"),
        c.pick("护理级", "medical", "自理|介助1|介助2|介护"),
        c.pick("有什么病", "medical", "高血压|糖尿病|老年痴呆|中风后遗|无大病"),
        n.num("请假天数", 0, 30),
        c.drug("常备药"),
        c.faith("信仰", "不信*6|信佛*4|信耶稣*2"),
        c.party("党员?", "是*3|否*7"),
        c.wed("老伴", "健在*4|丧偶*6|离异"),
        c.school("文化", "文盲*3|小学*5|初中*3|大学"),
        m.soldier("离休干部军官证", "军字第#######号|政字第#####~号", missing=0.6),
        c.mobile("委托人📞", twist=t.HALF_WIDE),
        n.pick("合同", "已签*7|续签中"),
        c.pay("退休金/月", 1800, 7200, "{:.0f}"),
        n.sum_of("月费", 2200, 6800, "{:.0f}"),
        n.pick("忌口", "无*5|辣|香菜|海鲜"),
        m.face("刷脸特征串", 48),
        c.tel("房间分机", "6~##", personal=False),
    ),
    rows=34,
    about=folk("330106", born=(1930, 1956)),
    persons=True,
)

SOURCES: Final = {
    "binyi_foxpro": (_CREMATED,),
    "dibao_hedui": (_CHECKED,),
    "ertong_fuliyuan": (_ORPHANS,),
    "yanglao_dayin": (_OLD,),
}
