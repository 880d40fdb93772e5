// SPDX-License-Identifier: Apache-2.0
// problem_table: PROBLEM(code, English, Chinese, hint in English, hint in Chinese); included where
// PROBLEM is defined.
//
// "%s" stands for the column's title. A code, once published, keeps its meaning.

// --- the row as a whole --------------------------------------------------------------------------

PROBLEM(encoding, "%s is not readable text", "%s含有无法识别的字符（编码错误）",
    "Save the file as \"CSV UTF-8\" in Excel, or send UTF-8, and push it again.",
    "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”格式，或改用 UTF-8 编码后重新提交。")
PROBLEM(row_form, "The row cannot be read", "该行无法读取",
    "Look for an unclosed quotation mark, or for too many columns, in this row or the one before "
    "it.",
    "请检查该行及上一行：引号是否成对、列数是否与表头一致。")
PROBLEM(json_form, "The line is no JSON", "该行不是有效的 JSON",
    "Write one JSON object a line, without line breaks inside; look for a comma or a bracket too "
    "many or missing.",
    "每行写一个完整的 JSON 对象，对象内部不要换行；请检查逗号、引号和括号。")
PROBLEM(duplicate_member, "The same field stands in the row twice", "同一字段在该行中出现两次",
    "Keep the right one and take the other out.", "请核对后只保留正确的一项，删除另一项。")
PROBLEM(long_number,
    "A number has more digits than JSON carries safely: an ID number was sent without quotation "
    "marks?",
    "有数字位数过长：可能是证件号码未加引号、按 JSON 数字提交",
    "Send ID numbers, and every other long number, as text: \"id_number\": \"320582...\".",
    "证件号码等长数字请按文本提交，两侧加英文引号，如 \"id_number\": \"320582...\"。")
PROBLEM(row_encoding, "The row holds bytes that are no text", "该行含有无法识别的字符（编码错误）",
    "Send UTF-8; of a spreadsheet, save it as \"CSV UTF-8\" in Excel. A character may have been "
    "cut in half by the export.",
    "请改用 UTF-8 编码（在 Excel 中另存为“CSV UTF-8（逗号分隔）”）；也可能是导出时截断了汉字。")
PROBLEM(too_large, "The row is larger than the limit", "该行内容超出大小上限",
    "Shorten the long columns, or split the row.", "请缩短过长的内容，或拆分为多行后重新提交。")
PROBLEM(not_an_object, "The row is not a JSON object", "该行不是 JSON 对象",
    "Send each row as {\"field\": value, ...}.", "每条数据请写成 {\"字段名\": 值, ...} 的形式。")
PROBLEM(missing_column, "The column %s is missing", "缺少“%s”列",
    "Add the column, or give an existing one this header; the catalogue lists the headers that are "
    "understood.",
    "请补上该列，或将对应列的表头改为此名称；可用的表头名称见数据目录。")
PROBLEM(unknown_member, "%s is not a field of this record", "“%s”不是该类数据的字段",
    "Take it out, or write it as the catalogue does.", "请删除该字段，或按数据目录更正字段名。")
PROBLEM(given_twice, "%s is given twice, with different values", "“%s”重复填写且内容不一致",
    "Keep the right one of the columns and clear the other.",
    "请核对后只保留正确的一项，清空另一项。")
PROBLEM(unknown_kind, "There is no such kind of record", "没有这一数据类别",
    "See the catalogue for the kinds that this department publishes.",
    "本部门可提交的数据类别见数据目录。")
PROBLEM(foreign_kind, "This is not this department's to say", "该类数据不属于本部门职责范围",
    "Leave it to the department that is responsible for it.", "请由负责该事项的部门提交。")
PROBLEM(unknown_operation, "The operation is not known", "操作类型无法识别",
    "Use \"put\" to add or change a record and \"retract\" to withdraw it.",
    "新增或变更请用 put，撤回请用 retract。")
PROBLEM(version_form, "The version is neither a number nor a time", "版本号既不是整数也不是时间",
    "Give the source's own counter, or its time of change as 2026-11-23T08:15:02+08:00.",
    "请提供来源系统的递增序号，或形如 2026-11-23T08:15:02+08:00 的更新时间。")
PROBLEM(future_version, "The version is a time more than a day ahead of now",
    "版本时间比当前时间晚一天以上",
    "Check the source's clock and the year. It is refused because no later change of this record "
    "could be newer.",
    "请核对来源系统的时钟和年份。如果接收，该记录以后的变更都会被当作旧版本而拒绝。")
PROBLEM(stale_version, "A newer version of this record is already known",
    "已有该记录的更新版本，本次内容较旧",
    "Nothing to mend if this was a late retry; else export the current state again.",
    "如为迟到的重复提交，无需处理；否则请重新导出最新数据。")
PROBLEM(duplicate_in_file,
    "The same record stands in this file more than once, with different content",
    "同一记录在本文件中重复出现且内容不一致", "Keep the row that is right and delete the others.",
    "请核对后只保留正确的一行，删除其余各行。")
PROBLEM(nothing_to_retract, "There is no such record to withdraw", "没有可撤回的记录",
    "Check the number and the key columns; or it was withdrawn before.",
    "请核对证件号码和各关键列；也可能此前已经撤回。")
PROBLEM(key_too_long, "The columns that tell this record from others are too long together",
    "关键列合计过长", "Check whether other text has slipped into these columns.",
    "请检查关键列中是否误填了其他内容。")

// --- any column ----------------------------------------------------------------------------------

PROBLEM(missing_value, "%s is empty", "“%s”未填写", "Fill it in; it is required.",
    "该项为必填项，请补填。")
PROBLEM(text_form, "%s holds control characters", "“%s”含有换行或其他控制字符",
    "Take out line breaks, tabs and invisible characters, then push it again.",
    "请删除单元格内的换行、制表符等不可见字符后重新提交。")
PROBLEM(too_long, "%s is too long", "“%s”内容过长",
    "Shorten it. The limit counts bytes: a Chinese character is three, a letter or digit is one.",
    "请精简内容。上限按字节计：一个汉字计 3，一个字母或数字计 1。")
PROBLEM(unknown_code, "%s is not one of the permitted values", "“%s”不在可选范围内",
    "Use a code or a title of the code list in the catalogue.", "请填写数据目录所列代码或其名称。")
PROBLEM(code_not_in_force, "%s is a code that is not in force yet", "“%s”所填代码尚未启用",
    "Use the code that is in force today.", "请改用目前有效的代码。")
PROBLEM(boolean_form, "%s is neither yes nor no", "“%s”应填“是”或“否”",
    "Write yes or no (是 or 否).", "请填写“是”或“否”。")
PROBLEM(contradicts_row, "%s contradicts another column of the row", "“%s”与该行其他列的内容矛盾",
    "Check the columns against each other; one of them is wrong.",
    "请核对该行各列，其中有一项填写有误。")
PROBLEM(list_form, "%s is not a list of rows", "“%s”不是明细列表",
    "Send it as [{\"field\": value, ...}, ...], or one row for each entry.",
    "请写成 [{\"字段名\": 值, ...}, ...] 的形式，或每条明细单独一行提交。")
PROBLEM(list_too_long, "%s has too many rows", "“%s”的明细条数过多",
    "Check whether rows of another record slipped in.", "请检查是否混入了其他记录的明细。")
PROBLEM(list_duplicate, "%s: an earlier row of the list is for the same one",
    "“%s”与前面的明细重复", "Keep the row that is right and delete the other.",
    "请核对后只保留正确的一条。")

// --- numbers of people, enterprises and papers ---------------------------------------------------

PROBLEM(id_number_form, "%s has not the form of an ID number", "“%s”不符合证件号码的格式",
    "Check the number against the document: 18 characters for a resident, the last one a digit or "
    "X.",
    "请与证件核对：居民身份证号码为 18 位，末位为数字或 X。")
PROBLEM(check_digit, "%s: the check digit does not fit, so a digit is wrong",
    "“%s”校验码不符，号码有误", "Check every digit against the document.", "请对照证件逐位核对。")
PROBLEM(id_number_date, "%s holds a date of birth that cannot be",
    "“%s”中的出生日期不存在或晚于今天", "Check digits 7 to 14 against the document.",
    "请对照证件核对第 7 至 14 位。")
PROBLEM(excel_damage, "%s was damaged by Excel, which keeps 15 digits only",
    "“%s”已被 Excel 改动（Excel 只保留 15 位数字）",
    "The lost digits cannot be restored from this file. Export again with this column formatted as "
    "Text before the data are put in.",
    "丢失的数字无法从本文件恢复。请先把该列设为“文本”格式，再从原系统重新导出。")
PROBLEM(id_number_in_text, "%s holds an ID number, which must not stand there",
    "“%s”中含有身份证号码，此处不得填写",
    "Take the ID number out; a person is named in the ID number column only.",
    "请删除其中的身份证号码；证件号码只填在对应的证件号码列。")
PROBLEM(contradicts_id_number, "%s contradicts the ID number", "“%s”与身份证号码不一致",
    "Check both against the document.", "请对照证件核对两项内容。")
PROBLEM(same_person, "%s is the ID number of the very person whom the row is about",
    "“%s”与本人身份证号码相同", "Give the other person's number.",
    "请填写对方的证件号码，不要填写本人的。")
PROBLEM(credit_code_form, "%s is not a unified social credit code",
    "“%s”不符合统一社会信用代码的格式",
    "18 digits and capital letters without I, O, S, V and Z; or the 15 digits of an old business "
    "licence.",
    "应为 18 位数字或大写字母（不含 I、O、S、V、Z），旧版营业执照注册号为 15 位数字。")

// --- days, months, years -------------------------------------------------------------------------

PROBLEM(date_form, "%s is not a date", "“%s”不是有效日期",
    "Write it as 2026-11-23; in Excel, format the column as a date of that form.",
    "请按 2026-11-23 的形式填写；在 Excel 中可将该列设为此日期格式。")
PROBLEM(date_range, "%s lies outside the permitted time", "“%s”超出允许的时间范围",
    "Check the year.", "请核对年份是否填错。")
PROBLEM(future_date, "%s lies in the future", "“%s”晚于今天",
    "Check the date; only what has happened is taken.", "请核对日期；只接收已发生的事项。")
PROBLEM(month_form, "%s is not a month", "“%s”不是有效月份",
    "Write it as 2026-11; in Excel, format the column as Text first, or 2026.10 becomes 2026.1.",
    "请按 2026-11 的形式填写；在 Excel 中请先将该列设为“文本”格式，以免 2026.10 变成 2026.1。")
PROBLEM(month_in_future, "%s is a month that has not begun", "“%s”为尚未到来的月份",
    "Check the year and the month.", "请核对年份和月份。")
PROBLEM(year_form, "%s is not a year", "“%s”不是有效年份", "Write it with four digits: 2026.",
    "请填写四位年份，如 2026。")
PROBLEM(before_birth, "%s lies before the person's birth", "“%s”早于本人出生日期",
    "Check the date and the ID number.", "请核对日期和身份证号码。")
PROBLEM(interval_order, "%s lies before the beginning", "“%s”早于起始时间",
    "Check whether beginning and end were exchanged.", "请核对起止时间是否填反。")

PROBLEM(too_young, "The person's age in years is too low on the day of %s",
    "按“%s”计算，本人当时的周岁年龄过小", "Check the date and the ID number.",
    "请核对日期和身份证号码。")
PROBLEM(juvenile_window, "%s reaches back to before the person came of age",
    "“%s”包含了本人未成年的时期",
    "Penalties of minors must not be given. Count fewer years, from the eighteenth birthday on.",
    "未成年时期的处罚不得提供。请缩短统计年限，从本人年满 18 周岁起统计。")
PROBLEM(before_period, "%s lies before the beginning of the period that is paid for",
    "“%s”早于税款所属期的起始时间", "Check the date and the period.", "请核对日期和所属期。")
PROBLEM(outside_permit, "%s lies outside the time of the permit", "“%s”不在该证件的存续时间内",
    "Check the dates, and whether this entry belongs to another permit of the person.",
    "请核对日期，并核对该条记录是否属于本人的另一本证件。")

// --- numbers -------------------------------------------------------------------------------------

PROBLEM(number_form, "%s is not a number", "“%s”不是有效数字",
    "Write digits with a point for decimals and no unit: 4494.50.",
    "请只填数字，小数用小数点，不带“万元”等其他单位，如 4494.50。")
PROBLEM(decimals, "%s has too many decimals", "“%s”的小数位数过多",
    "Nothing is rounded here: give the exact value, with the decimals that are permitted.",
    "系统不作四舍五入，请按允许的小数位数填写准确数值。")
PROBLEM(numeric_damage,
    "%s was damaged by the spreadsheet (scientific notation, an error sign or a column too narrow)",
    "“%s”已被电子表格改动（科学计数法、错误值或列宽不足）",
    "Export again with this column formatted as Text, or as a number without exponent.",
    "请把该列设为“文本”格式（金额可设为“数值”格式）后重新导出。")
PROBLEM(number_range, "%s lies outside the permitted range", "“%s”超出允许的数值范围",
    "Check the digits and the unit of the column.", "请核对数字，并核对该列的计量单位。")
PROBLEM(negative_payment, "%s is negative", "“%s”为负数",
    "Send the corrected record as a whole instead of a negative payment.",
    "请直接提交更正后的完整记录，不要用负数冲减。")

PROBLEM(shares_exceed_whole, "%s: the shares add up to more than the whole",
    "“%s”的份额合计超过 100", "Check each share; all owners together have 100.",
    "请核对各人份额，全部权利人的份额合计为 100。")

// --- coverage ------------------------------------------------------------------------------------

PROBLEM(coverage_kind, "%s names no kind of record that this department publishes",
    "“%s”不是本部门发布的数据类别", "Use the name of a kind in this department's catalogue.",
    "请填写本部门数据目录中的数据类别名称。")
