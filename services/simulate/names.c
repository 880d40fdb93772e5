// SPDX-License-Identifier: Apache-2.0
// names: surnames, characters for given names, and the rare ones that break other people's systems.
#include "names.h"

#include <stdio.h>

// Weights by the size of these surnames, in permille or so.
static const struct {
	const char *surname;
	unsigned weight;
} surnames[] = {
	{ "王", 72 },
	{ "李", 72 },
	{ "张", 68 },
	{ "刘", 54 },
	{ "陈", 46 },
	{ "杨", 31 },
	{ "赵", 22 },
	{ "黄", 22 },
	{ "周", 21 },
	{ "吴", 20 },
	{ "徐", 20 },
	{ "孙", 19 },
	{ "胡", 16 },
	{ "朱", 15 },
	{ "高", 14 },
	{ "林", 14 },
	{ "何", 14 },
	{ "郭", 14 },
	{ "马", 13 },
	{ "罗", 9 },
	{ "梁", 9 },
	{ "宋", 8 },
	{ "郑", 8 },
	{ "谢", 8 },
	{ "韩", 7 },
	{ "唐", 7 },
	{ "冯", 7 },
	{ "于", 6 },
	{ "董", 6 },
	{ "萧", 6 },
	{ "程", 5 },
	{ "曹", 5 },
	{ "袁", 5 },
	{ "邓", 5 },
	{ "许", 5 },
	{ "傅", 5 },
	{ "沈", 5 },
	{ "曾", 5 },
	{ "彭", 5 },
	{ "吕", 4 },
	{ "苏", 4 },
	{ "卢", 4 },
	{ "蒋", 4 },
	{ "蔡", 4 },
	{ "贾", 4 },
	{ "丁", 4 },
	{ "魏", 4 },
	{ "薛", 3 },
	{ "叶", 3 },
	{ "阎", 2 },
	{ "余", 3 },
	{ "潘", 3 },
	{ "杜", 3 },
	{ "戴", 3 },
	{ "夏", 3 },
	{ "钟", 3 },
	{ "汪", 3 },
	{ "田", 3 },
	{ "任", 3 },
	{ "姜", 3 },
	{ "欧阳", 2 },
	{ "诸葛", 1 },
	{ "司马", 1 },
	{ "上官", 1 },
	{ "皇甫", 1 },
	{ "令狐", 1 },
	{ "仝", 1 },
	{ "禤", 1 },
};

static const char *const characters[2][24] = {
	{ "芳", "丽", "敏", "静", "娟", "艳", "霞", "秀", "玲", "婷", "雪", "梅", "琴", "洁", "萍",
	    "红", "燕", "欣", "怡", "雨", "佳", "思", "梦", "慧" },
	{ "伟", "强", "军", "磊", "勇", "杰", "涛", "明", "超", "刚", "平", "辉", "鹏", "飞", "波",
	    "宇", "浩", "峰", "俊", "文", "志", "建", "国", "海" },
};

// GBK has none of these; GB 18030 has them all, the last with four bytes from another plane.
static const char *const rare[] = { "䶮", "㛃", "䥽", "𬱖", "𠅤" };

static const char *const steppe_given[2][6] = {
	{ "阿依古丽", "热依汗", "古丽娜尔", "帕提古丽", "迪丽娜", "阿孜古丽" },
	{ "艾力", "买买提", "玉素甫", "阿不都", "吐尔逊", "库尔班" },
};

const char *surname_draw(struct random *random)
{
	unsigned weights[COUNT_OF(surnames)];
	for (size_t i = 0; i < COUNT_OF(surnames); i++)
		weights[i] = surnames[i].weight;
	return surnames[random_weighted(random, weights, COUNT_OF(surnames))].surname;
}

#define DRAW(random, list) ((list)[random_between((random), 0, (int64_t)COUNT_OF(list) - 1)])

static const char *character_draw(struct random *random, bool male)
{
	if (random_chance(random, 4))
		return DRAW(random, rare);
	return DRAW(random, characters[male]);
}

void name_make(
    struct random *random, const char *surname, bool male, const char *ethnic, char name[NAME_SIZE])
{
	bool of_the_steppe = strcmp(ethnic, "05") == 0 || strcmp(ethnic, "17") == 0;
	const char *first = character_draw(random, male), *second = character_draw(random, male);
	if (of_the_steppe)
		snprintf(name, NAME_SIZE, "%s·%s", DRAW(random, steppe_given[male]),
		    DRAW(random, steppe_given[1]));
	else if (random_chance(random, 250))
		snprintf(name, NAME_SIZE, "%s%s", surname, first);
	else
		snprintf(name, NAME_SIZE, "%s%s%s", surname, first, second);
}
