"""Streets, parks, telecom, culture and things."""

TEXT = r"""
@ chongdian_tingche
# cd_order person 55
userPhone | mobile | mobile
carNo | plate | plate
carVin | vin | vin
pileId | none | serial 3604##########
kwh | none | num 4 70 2
payAccount | account | account pay | s4
wxOpenId | account | account openid
startPos | coordinates | place
clientIp | ip_address | ip
terminal | imei | imei | b40
invoiceMail | email | email | b50
invoiceTitle | enterprise_name | firm | b50
# tc_jilu person 60
cph | plate | plate mask | ~masked
jcsj | none | day t
bayonet | none | pick 东口;西口;地下B2 | np
driver_face | biometric | bio face
yajin_card | bank_card | bank mask | ~masked
X1 | vin | vin | ~heading
# zhuang_tz thing 36
桩号 | none | serial ZD-####
运营 | enterprise_name | firm 新能源
lon | coordinates | place lon
lat | coordinates | place lat
模块MAC | mac_address | mac
网关 | ip_address | ip
SIM模组串号 | imei | imei
枪线温度 | none | num 18 65 1
@ tongxin_shiming
# kh_jihuo person 50
MSISDN | mobile | mobile
ICCID | none | serial 898600##############
IMEI | imei | imei
IMSI | none | serial 46000##########
custName | person_name | name
custCertNo | resident_id | id mixed | ~mixed
frpCert | foreign_resident_permit | frp | b60
livePhoto | biometric | bio face
voicePrint | biometric | bio voice
cellLoc | coordinates | place
wlanMac | mac_address | mac
ipv6 | ip_address | ip 6
bindBank | bank_card | bank | b30
broadbandAcct | account | account
installAddr | address | home
installZip | postcode | post
riskReason | criminal_record | pick 无;涉诈被拘留;出租电话卡被行政处罚;无
# wulian_sn thing 40
f1 | imei | imei | ~heading
f2 | mac_address | mac bare | ~heading
f3 | ip_address | ip | ~heading
f4 | none | serial ############### | ~lookalike
fw | none | pick v1.2.7;v2.0.0.14;10.3.2.1 | ~lookalike
gps | coordinates | place
vendor | enterprise_name | firm 物联科技
@ gongjiao_yika
# lnk_shua old 60
卡面号 | none | serial 3100##########
持卡老人 | person_name | name
持卡人年龄 | none | age
上车站点经度 | coordinates | place lon
上车站点纬度 | coordinates | place lat
下车点 | coordinates | place5
刷卡时间 | none | day t
线路 | none | pick 7路;19路;101内环;K3
自编车号 | plate | plate | np
绑定手机 | mobile | mobile mask | ~masked
退卡账户 | bank_card | bank | b60
离休军人证 | military_id | mil | b60
爱心卡类别 | medical | pick 盲人;肢残;离休;普通老年
# danche person 50
uid | none | serial u########
unlock_wkt | coordinates | place wkt
route | coordinates | place track
lat_e6 | coordinates | place int
lng_e6 | coordinates | place int e
fee | none | num 0 6 1
wallet | account | account ewallet | s4
ua_ip | ip_address | ip
@ binguan_qitui
# lk_dengji person 50
旅客 | person_name | name
旅客证件号码 | resident_id | id mixed fw | fw
旅客民族 | ethnic_group | w ETHNIC | b15
户址 | address | home
房号 | none | num 201 1808
同住 | person_name | name2 | b50
车辆 | plate | plate dot | b60
抓拍 | biometric | bio face
国家地区 | none | pick 中国;中国;台湾;香港;日本
军人旅客证 | military_id | mil | b70
WiFi终端 | mac_address | mac
押金方式账号 | account | account pay | s4 b20
# jingwai_lk person 40
Surname | person_name | name foreign
PassNo | passport | passport foreign
TWPermit | taiwan_permit | tw
HMPermit | hk_macao_permit | hk long
PRCard | foreign_resident_permit | frp both | b40
BirthDate | date_of_birth | birth d
Gender | sex | sex M/F
Inn | enterprise_name | firm 酒店管理
InnTel | landline | tel | np
@ tushu_wenbo
# dz_zheng person 50
readerName | person_name | name
readerBarcode | none | serial 0360########
readerID | resident_id | id | ws
birth_excel | date_of_birth | birth x | ~lookalike
edu | education | w SCHOOLING
address | email | email | ~heading
loginName | account | account
qq | account | account qq | b30
mail | email | email mask | ~masked
home_tel | landline | tel short | b40
lastIP | ip_address | ip
depositAlipay | account | account pay | s4
lastBook | none | pick 《圣经故事》;《糖尿病饮食》;《百年孤独》;《刑法学》 | ~lookalike
@ fulian_qingnian
# weiquan person 36
来访妇女 | person_name | name3
称呼 | person_name | name3 tag
丈夫 | person_name | name4
施暴情形 | criminal_record | pick 殴打;非法拘禁;威胁恐吓;未定
伤情鉴定 | medical | pick 轻微伤;轻伤二级;未鉴定;软组织挫伤
婚况 | marital_status | w MARRIAGE
信仰 | religion | w FAITH
诉求 | free_text | free home
联络微信 | account | account wechat
安置点 | address | home other
# zhiyuanzhe person 44
volunteer_no | none | serial 3604################ | ~lookalike
nick | account | account
real | person_name | name
polity | political_status | w POLITY
degree | education | w SCHOOLING
ethnic | ethnic_group | w ETHNIC
hours | none | num 0 900 1
mobile_no | mobile | mobile fw | fw
checkin_loc | coordinates | place
@ rexian_gongdan
# gd_12345 person 55
诉求单 | none | serial DH2025######
来电 | mobile | mobile mixed | ~mixed
回拨手机 | landline | tel ext | ~heading b20
称谓 | person_name | name tag
内容 | free_text | free tel
附加描述 | free_text | free id | p3
退款诉求 | free_text | free bank | s4
答复 | none | pick 已转交通局核实;已整改;不属受理范围;重复件
事发地 | address | home other
坐席IP | ip_address | ip | np
承办 | none | pick 市城管局;区住建局;甘棠街道;市场监管局;交警支队 | np
被诉企业 | enterprise_name | firm | b40
满意 | none | pick 5;4;3;1
@ wuye_menjin
# yz_xx person 50
业主 | person_name | name
账单邮编 | postcode | post
房产凭证 | housing_certificate | house both
室号 | address | home
门禁人脸特征 | biometric | bio
门禁指纹 | biometric | bio finger
车1 | plate | plate | b30
车2 | plate | plate | b80
座机 | landline | tel short | b50
手机1 | mobile | mobile
手机2 | mobile | mobile2 dirty | ~dirty
可视对讲MAC | mac_address | mac
物业费代扣 | bank_card | bank dirty | ~dirty
独居/宗教 | religion | w FAITH | b60
欠费 | none | num 0 6000 2
@ huanwei_cheliang
# zyc thing 40
车牌号(作业) | plate | plate
底盘 | vin | vin
GPS模块 | imei | imei
驾驶 | person_name | name
驾驶档 | driver_file_number | dfn | b20
实时 | coordinates | place
吨位 | none | num 2 18 1
归属公司 | enterprise_name | firm 环境服务
油卡 | none | serial 1000113600########
# zhongzhuan thing 30
站名 | none | pick 龙开河站;北苑站;纺织路站;凤台站
东经北纬 | coordinates | place dms
站址 | address | seat
邮 | postcode | post
行政区 | division_code | div 9
@ xumu_fangyi
# dw_jz thing 40
耳标 | none | serial 13604##########
畜种 | none | pick 猪;牛;羊;犬
病名 | none | pick 口蹄疫;布鲁氏菌病;狂犬病;小反刍兽疫 | ~lookalike
兽药 | none | pick 伊维菌素;阿莫西林;氟苯尼考 | ~lookalike
养殖企业 | enterprise_name | firm 畜牧养殖
场址 | address | seat
营执 | business_licence | licence
畜主 | person_name | name
畜主手机 | mobile | mobile
运输车 | plate | plate
车架码 | vin | vin | b30
# quanzheng person 40
犬主 | person_name | name
犬名 | none | pick 旺财;大黄;LUCKY;球球
犬龄 | none | num 0 14
犬主公民证 | resident_id | id
免疫 | none | pick 狂犬疫苗;犬瘟热;六联 | ~lookalike
芯片 | none | serial 156000######### | ~lookalike
养犬处 | address | home
被咬伤者病历 | medical | pick Ⅲ级暴露;Ⅱ级暴露;无 | b50
@ rencai_dangan
# gbda person 44
rc_name | person_name | name
rc_birth | date_of_birth | birth izcs | ~dirty
rc_sex | sex | sex 男性/女性
rc_mz | ethnic_group | w ETHNIC
rc_xl | education | pick 博士;硕士;本科;大专
rc_zzmm | political_status | w POLITY
rc_hy | marital_status | pick 已婚;未婚;离婚
rc_jgz | military_id | mil plain | b30
rc_canjun | military_id | mil | b50
rc_anjie | income | pick 30000;50000;100000
rc_dw | enterprise_name | firm
rc_dwdm | organisation_code | org
rc_yx | email | email
rc_hz | passport | passport | b40
rc_jz | residence_permit | permit | b50
# zhaopin person 36
求职 | person_name | name
性别(男/女) | sex | sex
出生(年月) | date_of_birth | birth p
qq邮箱 | email | email
港澳台居住 | residence_permit | permit | b30
永久居留 | foreign_resident_permit | frp | b40
期望 | none | pick 面议;5000-7000;8k
驾照档案 | driver_file_number | dfn | b50
目前月收入 | income | num 3000 20000
最高学历 | education | w SCHOOLING
兵役证件 | military_id | mil plain | b30
@ renwu_minbing
# mb_bd person 44
民兵 | person_name | name
军属持证 | military_id | mil | b30
证件(军) | military_id | mil
编制 | none | pick 应急连一排;防空分队;通信分队;海上搜救分队
退伍证字 | military_id | mil plain | b20
性 | sex | sex
体格 | medical | pick 甲;乙;视力不合格;扁平足
政审 | political_status | pick 中共党员;共青团员;群众
奖惩 | criminal_record | pick 无;行政拘留3日;无;嘉奖
误工补助 | income | num 100 900
补助账户 | bank_card | bank
打卡坐标 | coordinates | place
户籍码 | division_code | div
家住 | address | home
"""
