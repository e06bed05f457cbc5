"""Justice, police, entry and exit, traffic, courts."""

TEXT = r"""
@ sifa_jiaozheng
# sqjz_dx person 55
矫正对象 | person_name | name
矫正类别 | criminal_record | pick 缓刑;假释;管制;暂予监外执行
罪名 | criminal_record | w CRIME
原判刑期 | criminal_record | w PENALTY
判决法院文号 | criminal_record | serial (2024)赣0403刑初###号
矫正起 | none | day i
SFZ | resident_id | id dirty | ~dirty
居住核查地 | address | home
手环IMEI | imei | imei
定位经度 | coordinates | place lon
定位纬度 | coordinates | place lat
报到声纹 | biometric | bio voice
病情(暂外) | medical | w DIAG | b60
就业情况 | none | w JOBS
婚姻 | marital_status | w MARRIAGE
司法所 | none | pick 城东司法所;城西司法所;新港司法所;石桥司法所 | np
社工备注 | free_text | free tel
# dwgj person 80
ts | none | day t
xm_hash | none | serial $$$$$$$$$$$$$$$$
gj | coordinates | place track
yujing | none | pick 越界;未越界;脱管;人机分离
dev | imei | imei
@ zhian_chufa
# xzcf person 60
违法人 | person_name | name
zjlx_zjhm | resident_id | id typed | ~mixed
csny | date_of_birth | birth cp
案由 | criminal_record | w OFFENCE
决定 | criminal_record | w SANCTION
罚款缴纳账户 | account | account pay | s4
办案单位 | none | pick 湓浦派出所;北苑派出所;治安大队;龙开河派出所 | np
文书 | none | serial 公(北)行罚决字〔2025〕#####号
涉案驾驶档 | driver_file_number | dfn | b60
涉案车牌 | plate | plate dot | b70
现场坐标 | coordinates | place
笔录摘要 | free_text | free id | p3
是否累犯 | criminal_record | pick Y;N
国籍 | none | pick 中国;中国;中国;越南
@ churujing_banzheng
# chuguo_zj person 60
applicantCn | person_name | name
applicantEn | person_name | name pinyin
oldPassport | passport | passport | b40
newPassport | passport | passport
gaFlag | hk_macao_permit | hk out
twPass | taiwan_permit | tw out | b30
identity | resident_id | id
birthday | date_of_birth | birth d
birthplace | address | home birthplace
sexCode | sex | sex 1/2
photo_path | biometric | bio face
finger_left | biometric | bio
workUnit | enterprise_name | firm
postAddress | address | home
ems_no | none | serial EY#########CN
phoneNo | mobile | mobile
approvalOffice | none | pick 出入境管理支队;行政审批大厅;浔阳分局窗口 | np
payOrder | none | serial 4200##############
# neidi_fei_zwqz person 40
证件1 | hk_macao_permit | hk | ~heading
证件2 | taiwan_permit | tw | b30 ~heading
港澳证件备案 | hk_macao_permit | hk mask | ~masked
英文姓名 | person_name | name pinyin
来内地事由 | none | pick 探亲;商务;就读;旅游
住宿登记 | address | home
入境口岸 | none | pick 拱北;罗湖;厦门高崎;青茂 | np
入境日 | none | day c
@ gangaotai_jzz
# jzz_sl person 50
CYRXM | person_name | name
JZZHM | residence_permit | permit
回乡证号 | hk_macao_permit | hk long | b40
台胞证 | taiwan_permit | tw | b50
CSRQ | date_of_birth | birth c
XB | sex | sex M/F
JZDXZ | address | home
FWCS | none | pick 派出所;出入境大厅;自助机 | np
SJHM | mobile | mobile
JYDW | enterprise_name | firm
JYDW_XYDM | uscc | uscc
QFRQ | none | day c
# cbjl person 40
参保台胞港胞 | person_name | name
港澳台居住证 | residence_permit | permit
旧证(81/82/83) | residence_permit | permit mask | ~masked
社会保险编号 | social_security_number | ssn
缴费工资 | income | num 3500 26000 2
险种 | none | pick 城职医保;养老;失业
# xuesheng_taiji child:6-12 32
学童 | person_name | name
学童居住证 | residence_permit | permit
学童台证 | taiwan_permit | tw
学童岁数 | minor | age s
就读 | none | pick 实验小学;滨江小学;外国语附小 | np
接送家长 | person_name | name2
家长微信号 | account | account wechat
@ waiguoren_yongju
# yj_card person 45
cardNumber | foreign_resident_permit | frp both
surnameGiven | person_name | name foreign
nationality | none | w NATIONS
oldCardNo | foreign_resident_permit | frp old | b40
passportNo | passport | passport foreign
dateOfBirth | date_of_birth | birth i
employer | enterprise_name | firm
employerReg | business_licence | licence
taxableIncomeYear | income | num 90000 900000 2
spouseName | person_name | name2
marriage | marital_status | pick Married;Single;Divorced
mailBox | email | email
faceTpl | biometric | bio vec
residingAt | address | home
criminalCert | criminal_record | pick 无犯罪记录;无犯罪记录;曾因酒驾被罚
# waijiao_rc person 36
外专姓名 | person_name | name foreign
永居证 | foreign_resident_permit | frp
工作许可 | none | serial 36########
岗位薪酬(月) | income | num 12000 80000
学位 | education | pick PhD;Master;Bachelor
体检 | medical | pick 合格;合格;乙肝表面抗原阳性;结核菌素强阳性
住处 | address | home
五星卡旧号 | foreign_resident_permit | frp old | b30
@ cheguan_weifa
# jsr person 60
DABH | driver_file_number | dfn
驾驶人 | person_name | name
准驾 | none | pick C1;C1;B2;A2;D;C2;E
身体条件证明 | medical | pick 合格;左眼矫正4.9;色弱;听力辅助
累积记分 | none | num 0 12
酒精含量 | medical | serial #3mg/100ml | b55
血检结论 | medical | pick 未检出;醉酒;饮酒;未检出 | b50
处罚情况 | criminal_record | pick 暂扣6个月;吊销;罚1000元;拘留10日;警告 | b30
家庭电话 | landline | tel | b40
移动电话 | mobile | mobile
初领 | none | day hi
# jdc person 50
hphm | plate | plate
clsbdm | vin | vin
fdjh | none | serial G4@@$#####
syr | person_name | name
syr_dabh | driver_file_number | dfn | b10
syr_sfz | resident_id | id mask wide | ~masked
zsxxdz | address | home
kk_ip | ip_address | ip | np
kk_jd | coordinates | place lon
kk_wd | coordinates | place lat
gcsj | none | day t
@ jiaoyun_congye
# wyc_jsy person 44
驾驶证档案编号 | driver_file_number | dfn fw | fw
网约司机 | person_name | name
从业证 | none | serial 3604########
车架 | vin | vin
车号 | plate | plate mask | ~masked
平台公司 | enterprise_name | firm 出行科技
背景核查 | criminal_record | pick 无;无;危险驾驶;吸毒史
提现支付宝 | account | account pay | s4
上月流水收入 | income | num 2100 14000 2
政治 | political_status | w POLITY
设备串号 | imei | imei
# gj_jsy person 34
sjxm | person_name | name
jsz_dabh | driver_file_number | dfn
xl_pai | none | pick 7路;19路;101;夜1
bus_vin | vin | vin | np
zjcx | plate | plate | np
shift_wage | income | num 3200 7800 2
tjjl | medical | pick 合格;血压偏高;合格;视力复查
"""
