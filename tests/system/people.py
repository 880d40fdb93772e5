# SPDX-License-Identifier: Apache-2.0
# people: invented people of Zhangjiagang, and the rows that departments would send about them.
import random

AREAS = ("320582", "341226", "411525", "510723", "422801")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华建国文辉玲红"


def check_digit(digits):
    """GB 11643-1999: the eighteenth character for the first seventeen."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS))
    return "10X98765432"[total % 11]


class Person:
    def __init__(self, chance):
        self.birth = chance.randrange(1955, 2002) * 10000 + chance.randrange(1, 13) * 100 + chance.randrange(1, 29)
        order = chance.randrange(1000)
        self.sex = "1" if order % 2 else "2"
        digits = f"{chance.choice(AREAS)}{self.birth}{order:03}"
        self.id_number = digits + check_digit(digits)
        self.name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=3))

    @property
    def birth_date(self):
        text = str(self.birth)
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"


class People:
    """As many people as wanted, the same for the same seed; remembers all, so that leaks can be looked for."""

    def __init__(self, seed=1):
        self.chance = random.Random(seed)
        self.known = {}
        self.names = set()

    def one(self):
        while True:
            person = Person(self.chance)
            if person.id_number not in self.known:
                break
        self.known[person.id_number] = person
        self.names.add(person.name)
        return person

    def several(self, count):
        return [self.one() for _ in range(count)]

    def renamed(self, person):
        """Gives somebody another name: a change of public security's record."""
        before = person.name
        while person.name == before:
            person.name = self.chance.choice(SURNAMES) + "".join(self.chance.choices(GIVEN, k=3))
        self.names.add(person.name)
        return person

    def secrets(self):
        """All that must not be seen outside, as bytes."""
        return [text.encode() for text in [*self.known, *self.names]]


def person_row(person):
    return {"id_number": person.id_number, "name": person.name, "sex": person.sex, "birth_date": person.birth_date}


def person_body(person):
    """What the row above is on the bus: a field's number is its place."""
    return [person.id_number, person.name, person.sex, person.birth]


def contribution_row(person, year=2024, fen=449450, months=(1, 2, 3), insurance="pension"):
    yuan = f"{fen // 100}.{fen % 100:02}"
    return {"id_number": person.id_number, "insurance": insurance, "year": year,
            "months": [{"month": month, "base": yuan, "payment": "normal"} for month in months]}


def contribution_body(year=2024, fen=449450, months=(1, 2, 3), insurance="pension"):
    return [insurance, year, [[month, fen, "normal"] for month in months]]


# One row of each department about somebody: department -> kind, row.
def sample_rows(person, other):
    return {
        "public-security": ("person", person_row(person)),
        "family-planning": ("child", {"id_number": person.id_number, "birth_date": "2020-05-06", "birth_order": 1,
                                      "child": other.id_number}),
        "tax": ("income_tax", {"id_number": person.id_number, "voucher": "320582240000012345", "item": "wages",
                               "period": "2024-05", "paid_on": "2024-06-14", "amount": "129.50"}),
        "social-insurance": ("contribution", contribution_row(person)),
        "health": ("blood_donation", {"id_number": person.id_number, "donated_on": "2023-03-05",
                                      "component": "whole_blood", "volume": 400}),
        "service-centre": ("education", {"id_number": person.id_number, "level": "21", "graduated_on": "2023-06-30",
                                         "full_time": True}),
    }
