"""Civil affairs, the disabled, veterans, faiths and peoples."""

TEXT = r"""
@ changhuxian_pinggu
# sn_pgsq old 60
受评人姓名 | person_name | name
受评人证件号 | resident_id | id
SHENQING_RQ | none | day i
失能等级评估结论 | medical | pick 重度失能Ⅰ级;重度失能Ⅱ级;中度失能;轻度失能;基本正常 | b5
ADL得分 | medical | num 0 100 | ~heading
主要疾病 | medical | ws DIAG
近三月用药 | medical | ws DRUGS | b30 nul
代理人 | person_name | name2
代理人与其关系 | none | w RELATION
代理人手机 | mobile | mobile2 dirty | ~dirty
护理服务机构 | enterprise_name | firm 康养服务
评估地点 | address | home
月度支付标准(元) | income | num 800 2900
待遇发放银行卡 | bank_card | bank | b10
参保地医保编号 | social_security_number | ssn number
评估员工号 | none | serial PG####
# fw_gd old 45
gdbh | none | serial CH2025%
lrxm | person_name | name mask | ~masked
sb_card_no | social_security_number | ssn card
lng | coordinates | place lon
lat | coordinates | place lat
qdsj | none | day t
fwry | person_name | name3
fwxm | none | pick 助浴;压疮护理;翻身拍背;协助进食;理发
xueya | medical | serial 1##/8#
jl | free_text | free home | ~mixed
@ minzheng_shouyang
# shouyang_dengji child 40
被收养人 | person_name | name
被收养人出生 | minor | birth iz | ~dirty
登记时年纪 | minor | age m
gender | sex | sex
原送养机构 | none | pick 市儿童福利院;区社会福利中心;县救助管理站 | np
健康状况 | medical | pick 健康;先天性心脏病术后;唇腭裂;听力障碍;脑瘫;早产
收养人(父) | person_name | name4
父证件号 | resident_id | id4
收养人(母) | person_name | name3
母护照或证件 | passport | passport foreign3 | b20
收养后住所 | address | home
收养登记证字号 | none | serial (2025)收字第###号
家庭年收入 | income | num 60000 400000
收养人婚况 | marital_status | w MARRIAGE
捡拾经过 | none | pick 某日清晨于医院门口发现;派出所移送;福利院收养;生父母无力抚养 | b20
登记人员审核结果 | none | pick 通过;通过;补正
@ bianzhu_hunyin
# hy_dj_cj person 55
nan_name | person_name | name4
nan_zjhm | resident_id | id4 mixed | ~mixed
nan_minzu | ethnic_group | w ETHNIC
nan_hyzk_before | marital_status | w MARRIAGE
nan_wenhua | education | w SCHOOLING
nan_zhiye | none | w JOBS
nv_name | person_name | name3 ethnic
nv_zjhm | resident_id | id3
nv_csrq | date_of_birth | birth3 z
nv_guoji | none | pick 中国;中国;中国;越南;缅甸
nv_tel | mobile | mobile3
djjg | none | pick 区婚姻登记处;民政服务大厅;区民政局 | np
zhengzihao | none | serial J360403-2025-%
dengji_riqi | none | day c
bz | none | none | np ~empty
lihun_xieyi | free_text | free tel | b30
@ binyiguan_yewu
# huohua_dj old 50
逝者 | person_name | name tag | ~dirty
逝者身份证 | resident_id | id old | b8
享年 | none | age
死因 | medical | pick 心源性猝死;肺癌;脑出血;交通事故;多器官衰竭;老衰;溺水 | b6
死亡地点 | address | home
族别 | ethnic_group | w ETHNIC
家属(联系人) | person_name | name2
家属tel | mobile | mobile2 multi
接运车号 | plate | plate | np
火化炉号 | none | pick 1;2;3;5 | np
骨灰寄存格位 | none | serial @区##排##号
减免金额 | none | num 0 1500
惠民丧葬补贴收款账户 | bank_card | bank2 dirty | ~dirty b20
死亡证明编号 | none | serial 36######
# mudi_xs org 30
陵园单位 | enterprise_name | firm 陵园管理
陵园统一代码 | uscc | uscc
陵园坐落 | address | seat
墓区经纬 | coordinates | place
购墓人 | person_name | name
购墓人电话 | mobile | mobile mask | ~masked
业务咨询 | landline | tel
价格 | none | num 8000 60000
邮政编码 | postcode | post
@ canlian_fuju
# cl_shipei person 60
disabledName | person_name | name
disabledCard | resident_id | id dis
levelType | medical | w DISABLED
guardianPhone | mobile | mobile2 | b15
hukouType | none | pick 农业;非农业
deviceName | none | pick 轮椅;助听器;大腿假肢;盲杖;坐便椅;防褥疮垫
leftEarLoss | medical | num 40 110
hasJob | none | pick 0;1
medicareNo | social_security_number | ssn number
familyIncome | income | num 4000 60000
homeAddr | address | home
householdZip | postcode | post
livingAllowanceCard | bank_card | bank
subsidyMonthly | income | pick 60;80;100;120
maritalCode | marital_status | pick 10;20;30;40
cultureCode | education | pick 10;20;30;40;60;70;80;90
supplier | enterprise_name | firm 康复辅具
supplierCreditCode | uscc | uscc
handleResult | none | pick 已适配;待取件;退换
# kangfu_ertong child:2-12 36
儿童 | person_name | name
年龄(周岁) | minor | age
残疾儿童证号 | resident_id | id dis
康复类别 | medical | pick 孤独症;脑瘫;听障;智障;肢体矫治
主要照料人 | person_name | name2
照料人手机号 | mobile | mobile2
训练机构 | enterprise_name | firm 康复服务
训练照片存放 | biometric | bio face | ~heading
补助额度 | income | pick 12000;15000;18000
@ tuiyi_youfu
# yf_dx person 60
DXXM | person_name | name
JRZH | military_id | mil
退役证编码 | military_id | mil plain | b25 nul
SFZHM | resident_id | id mask | ~masked
RUWU_SJ | none | day hm
YUAN_JGZ | military_id | mil mask | ~masked b20
SHANGCAN_DJ | medical | pick 因战六级;因公八级;因病五级;无
YOUFU_LB | none | pick 伤残军人;在乡复员;参战;参试;烈属
DQ_DZBZ | income | num 9000 62000 2
FF_KH | bank_card | bank mask | ~masked
KHH | enterprise_name | w BANKS
ZZMM | political_status | w POLITY
XUELI_CC | education | w SCHOOLING
LIANXI | mobile | mobile mixed | ~mixed
ZHUZHI | address | home
SHEQU_DM | division_code | div 12
# jiuye_zpk person 38
老兵姓名 | person_name | name pinyin | ~heading
老兵邮箱 | email | email
军官证或士兵证 | military_id | mil mask | ~masked
期望月薪 | none | pick 4-6K;6-8K;面议;8-10K
应聘单位 | enterprise_name | firm
原证件(服役期) | military_id | mil plain | b25
健康体检 | medical | pick 合格;高血压;听力下降;合格
微信 | account | account wechat
@ minzongju_guanli
# jzry person 48
法名或教名 | person_name | pick 释慧照;释明净;清虚;若瑟;保罗;伊德里斯;玛利亚;释了尘
俗名 | person_name | name
所属教别 | religion | pick 佛教;道教;伊斯兰教;天主教;基督教
教职 | religion | pick 住持;执事;阿訇;神父;牧师;长老;道长
认定书号 | none | serial 宗教教职字@####号
公民号码 | resident_id | id
族 | ethnic_group | w ETHNIC
神学学历 | education | pick 佛学院本科;经学院大专;神学院本科;无
任职场所 | none | pick 甘露寺;天主堂;清真大寺;白云观;福音堂 | np
常住 | address | home
医社保参加 | none | pick 是;否
社保账号 | social_security_number | ssn | b12
每月单资(元) | income | num 500 4000
手机 | mobile | mobile
# cs_venue thing 32
venueName | none | pick 甘露寺;东岳观;天主堂;西关清真寺;福音堂
faithType | none | pick 佛教;道教;伊斯兰教;基督教 | ~lookalike
orgCode | organisation_code | org dash
venueTel | landline | tel ext
seatOn | address | seat
WGS84_point | coordinates | place wkt
buildYear | none | num 1640 2008
principal | person_name | name
principalBelief | religion | pick 佛教;道教;伊斯兰教;基督教
# chaojin_baoming person 34
报名人 | person_name | name ethnic
经名 | person_name | pick 尤素福;法图麦;伊布拉欣;阿伊莎
护照 | passport | passport
信教年限 | religion | num 5 50 | ~lookalike
朝觐次数 | religion | pick 0;0;1;2
回族/其他 | ethnic_group | pick 回族;东乡族;维吾尔族;撒拉族
出生 | date_of_birth | birth z
紧急联络 | mobile | name2 phone | ~mixed
疫苗接种 | medical | pick 流脑ACYW135;流感;新冠加强;黄热病
预付款卡 | bank_card | bank
@ minzu_biangeng
# mz_bg_sp person 40
申请人 | person_name | name
原民族成份 | ethnic_group | w ETHNIC
拟变更 | ethnic_group | w ETHNIC
民族代码 | ethnic_group | pick 01;03;08;11;15;06
生身父亲信仰 | religion | w FAITH | b20
祭祀活动参加 | religion | pick 开斋节;佛诞法会;无;复活节礼拜 | b40
出生地 | address | home birthplace
签发居民证 | resident_id | id fw | fw
理由 | free_text | free id | p3
审批 | none | pick 同意;不同意;退回
"""
