"""Public security: residents, migrants, cases, hotels, vehicles and the border."""

from . import values as v
from . import words
from .cells import birth, count, day, dirty, fill, join, kin, mask, mixed, nothing, num, one, pat, some, wide
from .frame import Column as Col
from .frame import Source, Table

RESIDENTS = [
    Col("RYID", "none", pat("4205020000##########"), "lookalike", "p2"),
    Col("GMSFHM", "resident_id", v.idn),
    Col("XM", "person_name", v.name),
    Col("CYM", "person_name", some(kin(v.name), 0.12), "small"),
    Col("XBDM", "sex", v.sex_code),
    Col("MZDM", "ethnic_group", v.ethnic_code),
    Col("CSRQ", "date_of_birth", birth("%Y%m%d")),
    Col("CSDSSXQDM", "division_code", v.division),
    Col("HYZKDM", "marital_status", one("10", "20", "21", "30", "40", "90")),
    Col("XLDM", "education", one("10", "20", "31", "41", "61", "71", "81")),
    Col("ZZXYDM", "religion", one("00", "00", "00", "10", "20", "30", "40", "50")),
    Col("ZZMMDM", "political_status", one("01", "03", "13", "13", "13", "04")),
    Col("SG", "none", num(150, 188), "", "p2"),
    Col("XX", "medical", one("A型", "B型", "O型", "AB型", "不明")),
    Col("FWCS", "enterprise_name", some(v.firm, 0.7)),
    Col("HH", "none", pat("0052#####"), "", "p2"),
    Col("YHZGX", "none", one("01", "10", "20", "30", "户主", "妻"), "", "p2"),
    Col("ZP", "biometric", v.face_file),
    Col("DZMC", "address", v.address),
    Col("BZDZXZQH", "division_code", v.division),
    Col("QFJG", "none", one("宜昌市公安局西陵区分局", "夷陵区公安局")),
]

CASE_PERSONS = [
    Col("ajbh", "none", pat("A42050241000020230####88", "A42050331000020231####01")),
    Col("rybh", "none", pat("R4205024100002023######"), "", "p2"),
    Col("xm", "person_name", v.name),
    Col("bm_ch", "none", some(one("老三", "黑皮", "眼镜", "胖子", "强哥"), 0.5), "", "p2"),
    Col("zjhm", "resident_id", mixed(v.idn, v.idn, v.idn, v.idn, v.old_id), "dirty"),
    Col("sary_lx", "criminal_record", one("犯罪嫌疑人", "违法行为人", "在逃人员", "吸毒人员", "前科人员")),
    Col("aylb", "criminal_record", one("盗窃案", "殴打他人案", "吸毒案", "诈骗案", "赌博案", "危险驾驶案")),
    Col(
        "cljg",
        "criminal_record",
        one("行政拘留十日", "刑事拘留", "取保候审", "强制隔离戒毒二年", "罚款五百元", "逮捕"),
    ),
    Col("zwbh", "biometric", pat("R4205020000002023######-FP10")),
    Col("dnabh", "biometric", pat("DNA4205#########")),
    Col(
        "jyaq",
        "free_text",
        fill("{}，{}（{}）在{}门口被抓获，现场查获手机一部。", day("%Y年%m月%d日"), v.name, v.idn, v.estate),
        "",
        "p3",
    ),
    Col("wxh", "account", some(v.wechat, 0.7), flag="p2"),
    Col("sjchm", "imei", some(v.imei, 0.6)),
    Col("hjdz", "address", v.address),
    Col("badw", "none", one("学院派出所", "云集派出所", "大公桥派出所")),
    Col("bamj", "person_name", one("龚志刚", "向海", "秦峰")),
]

HOTEL = [
    Col("NO", "none", count(1)),
    Col("客人姓名", "person_name", mixed(v.name, v.name, v.name, v.foreign_name), "mixed"),
    Col("证件类型", "none", one("身份证", "身份证", "护照", "回乡证")),
    Col("证件号码", "resident_id", mixed(v.idn, v.idn, v.idn, v.foreign_passport, v.hk_pass), "mixed"),
    Col("房号", "none", num(301, 1828), "", "p2"),
    Col("入住时间", "none", day("%Y-%m-%d %H:%M"), "", "p2"),
    Col("离店时间", "none", day("%m/%d %H:%M"), "", "p2"),
    Col("联系电话", "mobile", some(v.spaced_mobile, 0.8), "dirty"),
    Col("车牌", "plate", some(v.plate, 0.4)),
    Col("抓拍照", "biometric", fill("D:\\Hotel\\cap\\{}_live.bmp", pat("2023########"))),
    Col("人证比对", "none", one("一致", "一致", "一致", "98.2", "未比对")),
    Col("押金卡号", "bank_card", some(v.card, 0.5)),
    Col("开票抬头", "enterprise_name", some(v.firm, 0.4)),
    Col("税号", "uscc", some(v.uscc, 0.4)),
    Col("备注", "free_text", some(fill("同住{} {}", kin(v.name), kin(v.idn)), 0.5), "", "p3"),
]

DRIVERS = [
    Col("SFZMHM", "resident_id", v.idn),
    Col("DABH", "driver_file_number", v.driver_file),
    Col("XM", "person_name", v.name),
    Col("ZJCX", "none", one("C1", "C1", "C2", "B2", "A1A2", "C1E"), "", "p2"),
    Col("CCLZRQ", "none", day("%Y-%m-%d", 1998, 2020), "", "p2"),
    Col("LJJF", "none", num(0, 12), "", "p2"),
    Col("SJHM", "mobile", v.mobile),
    Col("LXDZ", "address", mask(v.address, 9, 0), "masked"),
    Col("DZYX", "email", some(v.email, 0.15), "small"),
    Col(
        "TJXX",
        "medical",
        one("听力正常,裸眼4.9", "矫正视力", "右耳需戴助听器", "合格,红绿色盲:无", "左眼4.2需戴镜"),
    ),
    Col("JSZZT", "none", v.status),
    Col("JZQ", "none", day("%Y-%m-%d", 2024, 2030)),
    Col("BZ", "none", nothing, "empty"),
]

VEHICLES = [
    Col("号牌号码", "plate", v.plate),
    Col("号牌种类", "none", one("02", "02", "52", "01")),
    Col("车辆识别代号", "vin", v.vin),
    Col("发动机号", "none", pat("@#######", "CFN######"), "lookalike"),
    Col("所有人", "person_name", mixed(v.name, v.name, v.name, v.name, v.firm), "mixed"),
    Col("身份证明号码", "resident_id", mixed(v.idn, v.idn, v.idn, v.idn, v.uscc), "mixed"),
    Col("档案编号", "driver_file_number", v.driver_file),
    Col("住所地址", "address", v.address),
    Col("邮政编码", "postcode", v.postcode),
    Col("品牌型号", "none", one("大众牌SVW71412", "比亚迪牌BYD6480", "东风牌EQ1041")),
    Col("初次登记", "none", day("%Y%m%d", 2008, 2023)),
    Col("保单号", "none", pat("PDZA20234205########", "805072023420500######")),
]

FINES = [
    Col("xh", "none", pat("420502100########"), "lookalike"),
    Col("hphm", "plate", mixed(v.plate, mask(v.plate, 4, 1)), "masked"),
    Col("jdsbh", "none", pat("4205021#########"), "lookalike"),
    Col("dabh", "driver_file_number", some(v.driver_file, 0.8)),
    Col("dsr", "person_name", v.name),
    Col("jszh", "resident_id", v.id_lower, "dirty"),
    Col("clsbdh", "vin", v.vin),
    Col("wfdz", "none", fill("{}与{}交叉口", one(*words.ROADS), one(*words.ROADS)), "lookalike"),
    Col("wfxw", "none", one("1344", "1625", "驾驶中型以下载客汽车超速20%", "违反禁止标线指示")),
    Col("dh", "mobile", v.mobile),
    Col("fkje", "none", one("50", "100", "200", "0")),
]

BORDER = [
    Col("英文姓名", "person_name", v.foreign_name),
    Col("中文姓名", "person_name", some(v.name, 0.6)),
    Col("护照号", "passport", v.foreign_passport),
    Col("国家/地区", "none", one("美国USA", "日本JPN", "韩国KOR", "法国FRA", "越南VNM"), "", "p2"),
    Col("出生日期(DOB)", "date_of_birth", birth("%d %b %Y")),
    Col("性别", "sex", v.sex_letter),
    Col("永久居留证号", "foreign_resident_permit", mixed(v.permit_old, v.permit_9)),
    Col("签证种类", "none", one("Z", "X1", "Q1", "M", "S2"), "", "p2"),
    Col("签证号", "none", pat("@#######"), "lookalike", "p2"),
    Col("在华住址", "address", v.address),
    Col("留宿单位或户主", "person_name", kin(v.name)),
    Col("户主证件", "resident_id", kin(v.idn)),
    Col("邮箱", "email", dirty(v.email), "dirty"),
    Col("宗教", "religion", some(one("Christian", "Muslim", "Buddhist", "Catholic", "None"), 0.8)),
    Col("入境口岸", "none", one("上海浦东", "北京首都", "广州白云", "武汉天河")),
]

TRAVEL = [
    Col("zwxm", "person_name", v.name),
    Col("sfzh", "resident_id", v.idn),
    Col("hz_no", "passport", v.passport),
    Col("gatxz", "hk_macao_permit", mixed(pat("C########", "CA#######", "W########"))),
    Col("twtxz", "taiwan_permit", pat("T########", "L########")),
    Col("ywx", "none", one("ZHANG", "WANG", "LI", "CHEN", "LIU"), "", "p2"),
    Col("lxfs", "mobile", mixed(v.mobile, join(",", v.mobile, kin(v.mobile))), "mixed"),
    Col("xpwj", "biometric", fill("/crj/photo/{}.jp2", pat("2023~~~~~~~~"))),
    Col("zwtz", "biometric", v.finger),
    Col("sqsy", "none", one("旅游", "探亲", "商务", "留学")),
    Col("slbh", "none", pat("420500#########", "4205002023####")),
]

COMPATRIOTS = [
    Col("Name", "person_name", v.name),
    Col("居住证号", "residence_permit", v.permit_8x),
    Col("回乡证", "hk_macao_permit", some(v.hk_pass, 0.7)),
    Col("台胞证", "taiwan_permit", some(v.tw_pass, 0.6)),
    Col("原证号(掩码)", "hk_macao_permit", mask(v.hk_pass, 3, 2), "masked"),
    Col("DOB", "date_of_birth", birth("%Y.%m.%d")),
    Col("手机/邮箱", "mobile", mixed(v.mobile, v.mobile, v.email), "mixed"),
    Col("f_permit", "residence_permit", wide(v.permit_8x), "width"),
    Col("投靠人", "person_name", kin(v.name)),
    Col("扩展3", "taiwan_permit", some(v.tw_pass, 0.9), "heading"),
]

SOURCES = [
    Source("population_base", [Table("T_RK_CZRK", "person", 80, RESIDENTS)]),
    Source("case_handling", [Table("t_sary", "person", 60, CASE_PERSONS)]),
    Source("river_view_hotel", [Table("入住登记", "person", 55, HOTEL)]),
    Source(
        "traffic_office",
        [
            Table("DRV_DRIVINGLICENSE", "person", 60, DRIVERS),
            Table("机动车", "person", 45, VEHICLES),
            Table("vio_force", "person", 40, FINES),
        ],
    ),
    Source(
        "exit_entry",
        [
            Table("wgr_lsd", "person", 40, BORDER),
            Table("crj_apply", "person", 40, TRAVEL),
            Table("港澳台居民", "person", 36, COMPATRIOTS),
        ],
    ),
]
