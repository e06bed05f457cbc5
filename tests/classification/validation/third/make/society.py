"""The grid, the hotline, children in need, recruits, cadres, foreign experts and files that wander about."""

from . import values as v
from . import words
from .cells import (
    birth,
    by_luhn,
    count,
    day,
    fill,
    join,
    kin,
    mask,
    mixed,
    nothing,
    num,
    one,
    pat,
    real,
    some,
    wide,
)
from .frame import Column as Col
from .frame import Source, Table

GRID = [
    Col("wgbm", "none", pat("420502003001###")),
    Col("hzxm", "person_name", v.name),
    Col("hzsfz", "resident_id", v.idn),
    Col("jzdz", "address", v.short_address),
    Col("lxdh", "mobile", mixed(v.mobile, v.mobile, join("、", v.mobile, kin(v.mobile))), "mixed"),
    Col("zjxy", "religion", one("无", "无", "佛", "基督", "伊斯兰", "道")),
    Col("tsrq", "criminal_record", one("刑满释放", "社区矫正", "吸毒人员", "邪教人员", "无", "前科:盗窃")),
    Col("jsb", "medical", one("否", "精神分裂症(3级)", "双相情感障碍", "否", "偏执性精神障碍", "癫痫")),
    Col("byqk", "none", one("未服兵役", "退出现役", "服预备役"), "", "p2"),
    Col("tyjrzh", "military_id", some(v.army_id, 0.4)),
    Col("zfxz", "none", one("自有", "租赁", "借住", "公租房"), "", "p2"),
    Col("fczh", "housing_certificate", some(v.house, 0.5)),
    Col("ynrk", "none", num(1, 5), "", "p2"),
    Col("wxh", "account", some(fill("微信:{}", v.wechat), 0.6), "dirty", flag="p2"),
    Col("zzmm", "political_status", v.party),
    Col("zfjl", "free_text", fill("走访{}家，其子{}在外务工，电话{}。", v.name, kin(v.name), kin(v.mobile))),
]

PATROLS = [
    Col("workerName", "person_name", v.name),
    Col("workerPhone", "mobile", v.mobile),
    Col("checkInLng", "coordinates", v.lon),
    Col("checkInLat", "coordinates", v.lat),
    Col("checkInTime", "none", day("%Y-%m-%d %H:%M"), "", "p2"),
    Col(
        "eventDesc", "none", one("楼道堆放杂物", "电动车飞线充电", "消防通道占用", "未发现异常"), "lookalike"
    ),
    Col("selfie", "biometric", fill("https://oss.example.cn/face/{}.jpg", pat("~~~~~~~~~~~~"))),
    Col("deviceId", "imei", mixed(v.imei, v.imei, pat("~~~~~~~~~~~~~~~~")), "mixed"),
    Col("communityName", "none", v.community),
]

ELDERS = [
    Col("老人姓名", "person_name", v.name),
    Col("身份证", "resident_id", wide(v.idn), "width"),
    Col("慢病", "medical", join("、", v.diagnosis, v.diagnosis)),
    Col("长期用药", "medical", join("+", v.drug, v.drug)),
    Col("自理能力", "medical", one("自理", "半失能", "失能", "Barthel 45分")),
    Col("手环IMEI", "imei", v.imei),
    Col("最近定位", "coordinates", v.point),
    Col("定位2", "coordinates", fill("N{} E{}", v.lat, v.lon), "dirty"),
    Col("子女电话", "mobile", kin(v.mobile)),
    Col("医保卡", "social_security_number", v.ssn),
    Col("退休金", "income", one("约3000", "2,850.00", "4200元", "无", "1500左右"), "dirty"),
    Col(
        "民族/信仰", "religion", fill("{}/{}", v.ethnic, one("佛教", "无", "基督教", "无", "天主教")), "mixed"
    ),
]

HOTLINE = [
    Col("工单号", "none", pat("DH42050023090#####"), "lookalike"),
    Col("来电号码", "mobile", mixed(v.mobile, v.mobile, v.mobile, v.landline), "mixed"),
    Col("来电人", "person_name", some(fill("{}{}", lambda r: r.p.surname, one("先生", "女士", "")), 0.9)),
    Col(
        "诉求内容",
        "free_text",
        fill(
            "市民{}（电话{}）反映{}小区停水两天，住{}，请核实。", v.name, v.mobile, v.estate, v.short_address
        ),
    ),
    Col("回访记录", "free_text", fill("{} 回访{}，市民表示满意", day("%m-%d"), v.mobile)),
    Col(
        "内容摘要",
        "none",
        one("反映小区停水", "咨询医保报销比例", "投诉公交车不停站", "建议增设路灯"),
        "lookalike",
    ),
    Col("退款账号", "bank_card", some(fill("户名:{} 卡号:{}", v.name, v.card), 0.4), "mixed"),
    Col("事发地", "none", fill("{}{}", v.street, one(*words.ROADS)), "lookalike"),
    Col("承办单位", "none", one("市水务集团", "市医保局", "市公交集团")),
    Col("分类码", "none", pat("0#0#0#")),
]

CHILDREN = [
    Col("etxm", "person_name", v.name),
    Col("etsfzh", "resident_id", v.idn),
    Col("etcsrq", "minor", birth("%Y%m%d")),
    Col("xb", "sex", v.sex),
    Col("mz", "ethnic_group", v.ethnic),
    Col("nl", "minor", v.age),
    Col("lb", "none", one("孤儿", "事实无人抚养", "重病重残家庭", "弃婴"), "", "p4"),
    Col("fqqk", "criminal_record", one("父亲服刑", "死亡", "母亲失联", "父亲强制戒毒", "父母服刑")),
    Col("hbqk", "medical", one("脑瘫", "唇腭裂", "健康", "先心病", "地中海贫血", "自闭症")),
    Col("jhr", "person_name", kin(v.name)),
    Col("jhrdh", "mobile", kin(v.mobile)),
    Col("ffzh", "bank_card", kin(v.card)),
    Col("xzz", "address", v.address),
    Col("xzqh", "division_code", v.division),
    Col("csrq2", "minor", birth("{0.year}.{0.month}.{0.day}"), "dirty"),
    Col("xx", "none", one("黄家坪小学", "石板溪小学", "学龄前"), "", "p4"),
    Col("tp", "biometric", v.face_file),
]

RECRUITS = [
    Col("应征公民姓名", "person_name", v.name),
    Col("身份证号", "resident_id", v.idn),
    Col(
        "出生年月",
        "date_of_birth",
        mixed(birth("%Y-%m"), birth("%Y.%m"), birth("{0.year}年{0.month}月")),
        "dirty",
    ),
    Col("文化程度", "education", v.schooling),
    Col("政治面貌", "political_status", v.party),
    Col("宗教信仰情况", "religion", one("不信仰", "不信仰", "佛教", "伊斯兰教", "基督教")),
    Col("体检结论", "medical", one("合格", "视力不合格", "文身不合格", "血压偏高复查", "扁平足")),
    Col(
        "政考结论",
        "criminal_record",
        one("无违法犯罪记录", "有治安处罚记录", "直系亲属涉刑", "无违法犯罪记录"),
    ),
    Col("预备役证件号", "military_id", pat("预字第########号", "预字第0#######号")),
    Col("预定部队保障卡", "military_id", some(pat("军保81########"), 0.6)),
    Col("父兄军官证号", "military_id", some(v.army_id, 0.4)),
    Col("QQ/微信", "account", mixed(v.qq, v.wechat), "mixed", flag="p2"),
    Col("家庭固话", "landline", some(v.landline, 0.15), "small"),
    Col("电子邮箱", "email", v.email),
]

RESERVE = [
    Col("a1", "person_name", v.name, "heading"),
    Col("a2", "military_id", v.army_id, "heading"),
    Col("a3", "military_id", wide(pat("军字第#######", "士字第#######")), "width"),
    Col("a4", "none", pat("军运(2023)####号", "鄂军发〔2022〕##号"), "lookalike"),
    Col("a5", "mobile", mask(v.mobile, 3, 4), "masked"),
    Col("a6", "enterprise_name", v.firm, "heading"),
    Col("a7", "none", nothing, "empty"),
]

EXPERTS = [
    Col("姓名（护照）", "person_name", v.foreign_name),
    Col("护照号码", "passport", v.foreign_passport),
    Col("Passport_2", "passport", some(v.foreign_passport, 0.2), "small"),
    Col("工作许可号", "none", pat("420500######", "20014205000####")),
    Col("永居卡", "foreign_resident_permit", some(v.permit_9, 0.8)),
    Col("旧永居证", "foreign_resident_permit", some(v.permit_old, 0.6)),
    Col("聘用单位", "enterprise_name", v.firm),
    Col("单位信用代码", "uscc", v.uscc),
    Col("年薪(万元)", "income", real(12, 90, 1)),
    Col("最高学位", "education", one("PhD", "Master", "Bachelor", "博士")),
    Col("婚姻", "marital_status", one("Married", "Single", "Divorced", "已婚")),
    Col(
        "随行子女",
        "free_text",
        some(fill("{}，护照{}", kin(v.foreign_name), v.foreign_passport), 0.5),
        "",
        "p3",
    ),
    Col("e_mail", "email", v.email),
    Col("col9", "foreign_resident_permit", v.permit_9, "heading"),
]

EXCHANGE = [
    Col("xsxm", "person_name", v.name),
    Col("gatjzz", "residence_permit", v.permit_8x),
    Col("tbz", "taiwan_permit", some(v.tw_pass, 0.7)),
    Col("hxz", "hk_macao_permit", some(v.hk_pass, 0.7)),
    Col("hz", "passport", some(pat("K########", "H########", "3########"), 0.4)),
    Col("zjh", "residence_permit", mixed(v.permit_8x, v.permit_8x, v.permit_8x, v.idn), "mixed"),
    Col("zj_mask", "residence_permit", mask(v.permit_8x, 6, 2), "masked"),
    Col("jzz2", "residence_permit", some(v.permit_8x, 0.5)),
    Col("hxz_old", "hk_macao_permit", some(pat("H##########", "M##########"), 0.4)),
    Col("tbz_old", "taiwan_permit", some(pat("0#########(A)", "0#######"), 0.4), "dirty"),
    Col("xb", "sex", v.sex_code),
    Col("sushe", "none", fill("留园{}", num(101, 420)), "", "p2"),
]

WANDERING = [
    Col("手机号码", "resident_id", v.idn, "heading"),
    Col("身份证号", "mobile", v.mobile, "heading"),
    Col("性别", "none", day("%Y/%m/%d"), "heading"),
    Col("邮箱", "none", one("已提交", "未提交", "退回"), "heading"),
    Col("数据1", "bank_card", v.card, "heading"),
    Col("数据2", "passport", v.passport, "heading"),
    Col("未命名", "vin", v.vin, "heading"),
    Col("备注", "none", one("无", "已核", "", "待补材料")),
    Col("订单号", "none", pat("42050219870#######", "2023110512########"), "lookalike"),
    Col("快递单号", "none", by_luhn("62137##########", "6228###########"), "lookalike"),
    Col("车况", "driver_file_number", v.driver_file, "heading"),
    Col("c12", "organisation_code", v.organ_dashed, "heading"),
    Col("c13", "business_licence", v.licence, "heading"),
    Col("公积金", "none", nothing, "empty"),
    Col("户型", "none", one("三室两厅", "两室一厅", "复式"), "lookalike"),
    Col("车架", "vin", some(v.vin, 0.15), "small"),
    Col("_id", "none", count(1)),
    Col("组织机构", "organisation_code", mixed(v.organ, v.organ, v.organ_dashed), "dirty"),
    Col("月入", "income", num(3, 30, "{}k"), "dirty"),
]

SOURCES = [
    Source("grid_service", [Table("wg_hj", "person", 60, GRID), Table("patrol_log", "person", 45, PATROLS)]),
    Source("elder_care", [Table("老人台账", "person", 45, ELDERS, (62, 92))]),
    Source("hotline_12345", [Table("gd", "person", 50, HOTLINE)]),
    Source("children_in_need", [Table("kjet", "child", 40, CHILDREN, (1, 12))]),
    Source(
        "armed_forces_office",
        [Table("yzgm", "person", 45, RECRUITS, (18, 24)), Table("yby", "person", 32, RESERVE)],
    ),
    Source(
        "foreign_affairs",
        [
            Table("wgzj", "person", 36, EXPERTS, (26, 68)),
            Table("gat_students", "person", 34, EXCHANGE, (18, 28)),
        ],
    ),
    Source("wandering_files", [Table("新建工作表", "person", 40, WANDERING)]),
]
