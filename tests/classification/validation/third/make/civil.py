"""Civil affairs: marriages, relief, disability, veterans and religious affairs."""

from . import values as v
from . import words
from .cells import birth, count, day, fill, join, kin, mask, mixed, nothing, num, one, pat, real, some, wide
from .frame import Column as Col
from .frame import Source, Table

MARRIAGE = [
    Col("登记字号", "none", pat("J420502-2023-00####", "J420503-2023-00####"), "", "p2"),
    Col("业务类型", "none", one("结婚登记", "结婚登记", "离婚登记", "补领结婚证")),
    Col("男方姓名", "person_name", v.name),
    Col("男方身份证件号", "resident_id", mixed(v.idn, v.idn, v.idn, v.idn, v.idn, v.idn, v.hk_pass), "mixed"),
    Col("男方出生日期", "date_of_birth", birth()),
    Col("男方民族", "ethnic_group", v.ethnic),
    Col("男方文化程度", "education", v.schooling),
    Col("男方婚姻状况", "marital_status", one("未婚", "未婚", "离婚", "丧偶")),
    Col("女方姓名", "person_name", kin(v.name)),
    Col("女方身份证件号", "resident_id", kin(v.idn)),
    Col("女方出生日期", "date_of_birth", kin(birth("%Y年%m月%d日"))),
    Col("女方职业", "none", v.job, "", "p2"),
    Col("女方常住户口所在地", "address", kin(v.address)),
    Col("印制号", "none", pat("4200023#####", "4200024#####"), "lookalike"),
    Col("登记员", "person_name", one("彭丽华", "秦正国", "袁小芹")),
    Col("登记日期", "none", day()),
    Col("指纹采集", "biometric", some(v.finger, 0.9)),
]

RELIEF = [
    Col("ID", "none", count(100231)),
    Col("JTBH", "none", pat("4205020030##DB##"), "", "p2"),
    Col("HZXM", "person_name", v.name),
    Col("HZSFZH", "resident_id", v.idn),
    Col("XB", "sex", v.sex_code),
    Col("MZ", "ethnic_group", v.ethnic),
    Col("JTRKS", "none", num(1, 6), "", "p2"),
    Col("JKZK", "medical", one("健康", "重病", "残疾", "体弱", "慢性病")),
    Col(
        "ZPYY",
        "medical",
        one("因病", "因残", "恶性肿瘤术后", "尿毒症透析", "精神分裂症", "缺乏劳动力", "因病"),
    ),
    Col("RJYSR", "income", real(180, 790)),
    Col("SPND", "none", one("2022", "2023", "2024")),
    Col("YHZH", "bank_card", v.card),
    Col("HKSZD", "address", v.address),
    Col("LXDH", "mobile", some(v.spaced_mobile, 0.85), "dirty"),
    Col("SPRQ", "none", mixed(day("%Y%m%d"), day("%Y/%m/%d")), "lookalike"),
    Col("BZ2", "none", nothing, "empty"),
]

DISABLED = [
    Col("残疾人证号", "resident_id", fill("{}{}", v.idn, pat("43", "12", "64B1", "31")), "dirty"),
    Col("姓名", "person_name", v.name),
    Col("性别", "sex", v.sex),
    Col("残疾类别", "medical", one("肢体", "视力", "听力", "言语", "智力", "精神", "多重")),
    Col("残疾等级", "medical", one("一级", "二级", "三级", "四级")),
    Col("致残原因", "medical", one("脑血管疾病", "工伤", "先天性", "交通事故", "小儿麻痹后遗症", "不详")),
    Col("评定医院", "none", one("市中心人民医院", "市优抚医院", "市第二人民医院")),
    Col("辅具适配", "medical", some(one("轮椅", "助听器(双耳)", "腋拐", "假肢(左小腿)", "盲杖"), 0.6)),
    Col("监护人", "person_name", some(kin(v.name), 0.7)),
    Col("监护人电话", "mobile", some(kin(v.mobile), 0.7)),
    Col("婚姻", "marital_status", mixed(v.wedlock, one("已", "未", "Y", "离")), "dirty"),
    Col("受教育程度", "education", v.schooling),
    Col("惠民惠农一卡通账号", "bank_card", v.card),
    Col("居住地", "address", v.short_address),
    Col("邮编", "postcode", v.postcode),
]

VETERANS = [
    Col("veteranId", "none", count(880001), "", "p2"),
    Col("veteranName", "person_name", v.name),
    Col("idCardNo", "resident_id", v.idn),
    Col("birthDate", "date_of_birth", mixed(birth("%Y/%m/%d"), birth("%Y%m%d"), birth("%Y.%m")), "dirty"),
    Col("nation", "ethnic_group", v.ethnic_code),
    Col("officerCardNo", "military_id", some(v.army_id, 0.8)),
    Col("退役证编号", "military_id", pat("士退字第2019####号", "义退字第2021####号", "军退字第2018####号")),
    Col("enlistDate", "none", day("%Y-%m", 1985, 2008), "", "p2"),
    Col("disabilityLevel", "medical", some(one("因战八级", "因公六级", "因公十级", "因病五级"), 0.5)),
    Col("politicalStatus", "political_status", v.party),
    Col("eduLevel", "education", v.schooling),
    Col("pensionMonthly", "income", real(1200, 6800)),
    Col("bankCardNo", "bank_card", v.card),
    Col("contactPhone", "mobile", v.spaced_mobile, "dirty"),
    Col("residence", "address", v.address),
    Col("faceImg", "biometric", v.face_file),
    Col("remark", "free_text", some(fill("家属{}代办，联系电话{}", kin(v.name), kin(v.mobile)), 0.4)),
]

CADRES = [
    Col("XM", "person_name", v.name),
    Col("JGZH", "military_id", v.army_id),
    Col("军人保障卡号", "military_id", pat("81##########", "80##########")),
    Col("士兵证号", "military_id", pat("士字第00#####号", "士字第2#######号")),
    Col("文职证", "military_id", some(pat("文字第#######号"), 0.5)),
    Col("JXSJ", "none", day("%Y.%m", 1990, 2015), "", "p2"),
    Col("AZDW", "enterprise_name", v.firm),
    Col("PO_XM", "person_name", kin(v.name)),
    Col("PO_ZJ", "resident_id", kin(v.idn)),
    Col("备用1", "military_id", mask(v.army_id, 3, 3), "masked"),
    Col("备用2", "military_id", some(fill("证{}", pat("军字第#######")), 0.9), "heading"),
]

FAITH = [
    Col(
        "备案编号",
        "none",
        pat("(鄂)佛证字(2020)第0###号", "(鄂)道证字(2019)第0###号", "(鄂)基证字(2021)第0###号"),
        "",
        "p2",
    ),
    Col("姓名", "person_name", v.name),
    Col(
        "教名/法名",
        "religion",
        one("释明悟", "释宗慧", "约翰", "玛利亚", "信诚子", "释果净", "保罗", "尤素福"),
    ),
    Col("教别", "religion", one("佛教", "道教", "伊斯兰教", "基督教", "天主教")),
    Col("教职身份", "religion", one(*words.CLERGY)),
    Col("公民身份号码", "resident_id", v.idn),
    Col("任职场所", "none", one("龙泉寺", "黄陵庙", "福音堂", "清真寺", "古佛寺", "天主堂")),
    Col(
        "受戒/按立日期",
        "religion",
        fill("{}{}", day("%Y-%m-%d", 1998, 2018), one("受具足戒", "传度", "按立", "穿衣", "祝圣")),
        "mixed",
    ),
    Col("学历", "education", one("佛学院本科", "神学院专科", "高中", "初中", "经学院大专")),
    Col("手机", "mobile", v.mobile),
    Col("社会保障号", "resident_id", v.idn),
]

SITES = [
    Col(
        "场所名称",
        "none",
        one("龙泉寺", "黄陵庙", "福音堂", "环城清真寺", "古佛寺", "天主堂", "玉泉寺"),
        "lookalike",
    ),
    Col("所属宗教", "none", one("佛教", "道教", "基督教", "伊斯兰教", "天主教"), "lookalike"),
    Col("登记证号", "none", pat("宗场证字(鄂)F05000###", "宗场证字(鄂)D05000###")),
    Col("统一社会信用代码", "uscc", v.uscc),
    Col("负责人", "person_name", v.name),
    Col("负责人所属教派", "religion", one("汉传佛教", "正一派", "全真派", "家庭聚会", "格底目", "三自教会")),
    Col("地址", "address", v.seat),
    Col("办公电话", "landline", v.landline),
    Col("对公账号", "bank_card", v.firm_account),
    Col("建筑面积(㎡)", "none", real(120, 5600)),
    Col("LNG", "coordinates", v.lon),
    Col("LAT", "coordinates", v.lat),
]

BELIEVERS = [
    Col("name", "person_name", v.name),
    Col("sex", "sex", wide(v.sex_letter), "width"),
    Col("faith_code", "religion", one("1-佛教", "2-道教", "3-伊斯兰教", "4-天主教", "5-基督教")),
    Col("baptism", "religion", some(fill("{}受洗", day("%Y年%m月", 1990, 2022)), 0.7)),
    Col(
        "gatherings",
        "religion",
        one("每周主日崇拜", "初一十五进香", "每周五主麻", "偶尔参加法会", "查经小组"),
    ),
    Col("hajj_year", "religion", some(day("%Y年朝觐", 2012, 2019), 0.3), "small"),
    Col("col7", "religion", one("居士", "信众", "慕道友", "义工(佛协)", "教徒"), "heading"),
    Col("contact", "mobile", join(" / ", v.mobile, v.local_line), "mixed"),
    Col("village", "none", v.community),
]

SOURCES = [
    Source("marriage_registry", [Table("marriage_reg", "person", 60, MARRIAGE, (22, 60))]),
    Source("relief_rolls", [Table("T_DB_JTXX", "person", 70, RELIEF, (30, 84))]),
    Source("disabled_federation", [Table("cjrxx", "person", 55, DISABLED)]),
    Source(
        "service_corps",
        [
            Table("veteran_info", "person", 60, VETERANS, (30, 80)),
            Table("JZGB", "person", 40, CADRES, (38, 62)),
        ],
    ),
    Source(
        "faith_registry",
        [
            Table("jzry", "person", 45, FAITH, (30, 80)),
            Table("zjhdcs", "thing", 35, SITES),
            Table("believers_survey", "person", 40, BELIEVERS),
        ],
    ),
]
