#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# random_facts: invents facts files for a rule table, from a seed: the kinds, fields and codes that the table names,
# and values that lie on, just before and just behind everything that it compares with.
import argparse
import datetime
import json
import pathlib
import random
import sys

import calendar_days
from facts import APPLICATION, PLURAL, STATES, Month, Proto, listed, proto_folder
from language import BOUNDS, PERSON, literal
from scorer import date_of, load

ENTERPRISES, DWELLINGS = ("E1", "E1", "E2", "E3"), ("D1", "D2", "D3")
TEXTS = ("electrician", "electrician", "cook", "nursing")
ENDS = ("to", "valid_to", "registered_to", "ended_on", "cancelled_on", "disposed_on", "died_on", "used_for_hukou_on",
        "used_for_school_on")
LATEST = datetime.date(2026, 6, 30)
DAY = datetime.timedelta(1)
FAMILY = {"children": 2, "former_spouses": 1, "parents": 2, "spouse_parents": 1, "grandparents": 1, "grandchildren": 1}
OPTIONAL_GIVEN, UNREAD_GIVEN, FROM_THE_TABLE = 0.7, 0.1, 0.8


# --- what a table compares with ----------------------------------------------------------------------

class Interests:
    """What stands in a table: kinds by role, values by field, and the numbers and dates it compares with."""

    def __init__(self, table, proto):
        self.table, self.proto = table, proto
        self.kinds, self.values, self.roles = {}, {}, {"self"}
        self.shifts, self.months, self.numbers, self.yuan, self.gaps = set(), {12}, set(), set(), {0}
        self.definitions = {one["id"]: one["value"] for one in table.get("define", [])}
        self.other_kinds, self.rows = set(), set()
        self.sees_as, self.patterns = set(), {}
        self.mentioned = set()
        self.walk(table)
        if any(one.get("family") == "higher_spouse" for one in table["programmes"]):
            self.sees_as.add("spouse")
        for role in self.sees_as:
            self.roles.add(role)
            self.kinds.setdefault(role, set()).update(self.kinds.get("self", ()))
        if "spouse" in self.sees_as:
            self.swap("parents", "spouse_parents")
        if "child" in self.sees_as:
            self.kinds.setdefault("spouse", set()).update(self.kinds.get("parents", ()))
        for role in self.roles:
            self.kinds.setdefault(role, set()).add(PERSON)
        self.fill()

    def swap(self, one, other):
        both = self.kinds.get(one, set()) | self.kinds.get(other, set())
        if both:
            self.roles |= {one, other}
            self.kinds[one], self.kinds[other] = set(both), set(both)

    def walk(self, node):
        if isinstance(node, list):
            for one in node:
                self.walk(one)
        if isinstance(node, str):
            self.mentioned.add(node.rpartition(".")[2])
        if isinstance(node, dict):
            self.mentioned.update(name.rpartition(".")[2] for name in node)
            self.look_at(node)
            for one in node.values():
                self.walk(one)

    def look_at(self, node):
        if "." in str(node.get("select", "")):
            self.see_select(node)
        if isinstance(node.get("select"), str):
            kind, pattern = self.pattern(node)
            self.patterns.setdefault(kind, []).append(pattern)
        for where in [node["where"]] if isinstance(node.get("where"), dict) else []:
            self.see_where(where)
        for name in ("tiers", "test"):
            if name in node and isinstance(node[name], (dict, str)):
                tests = [row["is"] for row in node["rows"]] if name == "tiers" else [node["is"]]
                self.see_tests(self.field_of(node[name]), tests)
        if "matrix" in node:
            self.see_tests(self.field_of(node["matrix"][0]), [row["is"] for row in node["rows"]])
            self.see_tests(self.field_of(node["matrix"][1]), node["columns"])
        if "as" in node and "value" in node:
            self.sees_as.add(node["as"])
        if "shift" in node:
            self.shifts.add((int(node.get("years", 0)) * 12 + int(node.get("months", 0)), int(node.get("days", 0))))
        if "gap" in node:
            self.gaps.add(int(literal(str(node["gap"]))[1]))
        for name in ("each", "at", "wait", "to"):
            self.see_literal(node.get(name))

    def pattern(self, node):
        """The kind that a select comes down to, and what a row must be to pass it."""
        base = node["select"]
        kind, tests = base, {}
        if "." not in base and isinstance(self.definitions.get(base), dict):
            kind, tests = self.pattern(self.definitions[base])
        elif base == "application":
            kind = APPLICATION
        return kind, {**tests, **{name.rpartition(".")[2]: test for name, test in node.get("where", {}).items()
                                  if name not in ("any", "not")}}

    def see_select(self, node):
        kind = node["select"]
        if self.proto.kinds[kind].subject["type"] != "person":
            self.other_kinds.add(kind)
            return
        for role in listed(node.get("of", "self")):
            self.roles.add(role)
            self.kinds.setdefault(role, set()).add(kind)

    def field_of(self, source):
        """The field that a name or an expression stands for, as far as it stands for one."""
        if isinstance(source, str):
            source = self.definitions.get(source)
        if isinstance(source, dict):
            for name in ("field", "newest", "oldest"):
                if isinstance(source.get(name), str):
                    return source[name]
        return None

    def see_where(self, where):
        for name, test in where.items():
            if name == "any":
                for one in test:
                    self.see_where(one)
            elif name == "not":
                self.see_where(test)
            else:
                self.see_tests(name, [test])

    def see_tests(self, field, tests):
        for test in tests:
            if isinstance(test, dict):
                for name, value in test.items():
                    if name == "within":
                        self.see_values("division", [one for code in listed(value) for one in divisions(code)])
                    elif name == "not":
                        self.see_tests(field, [value])
                    elif name in BOUNDS:
                        self.see_literal(value)
                        self.see_values(field, [value])
            else:
                self.see_values(field, listed(test))

    def see_values(self, field, values):
        if field:
            values = [value for value in values if not isinstance(value, bool)]
            self.values.setdefault(field.rpartition(".")[2], []).extend(values)

    def see_literal(self, source):
        if isinstance(source, bool) or not (isinstance(source, int) or str(source)[:1].isdigit()):
            return
        kind, value, unit = literal(str(source))
        if kind != "number":
            return
        {"months": self.months, "yuan": self.yuan, "days": set()}.get(unit, self.numbers).add(value)

    def fill(self):
        """Multiples of what is counted in units, and what lies beside."""
        steps = sorted(int(month) for month in self.months if 0 < month <= 60)
        self.lengths = sorted({step * times + beside for step in steps for times in (1, 2, 3, 5)
                               for beside in (-1, 0, 1) if 0 < step * times + beside <= 130} | {59, 60, 61})
        self.yuan = sorted(self.yuan | {1000})
        self.numbers = sorted(int(number) for number in self.numbers if number == int(number) and number > 0)
        self.shifts = sorted(self.shifts | {(0, 0), (-12, 0), (-60, 0)})
        self.gaps = sorted(self.gaps)


def divisions(code):
    """Places inside, on the edge of and outside a division."""
    code = str(code)
    inside = code[:2] + "0100" if code.endswith("0000") else code[:4] + "03" if code.endswith("00") else code
    return [int(code), int(code), int(inside), int(inside[:6] + "105"), int(code[:2] + "0000"), 430000]


# --- one citizen -------------------------------------------------------------------------------------

class Citizen:
    """Makes one facts file."""

    def __init__(self, interests, seed):
        self.know, self.proto, self.dice = interests, interests.proto, random.Random(seed)
        self.programme = self.dice.choice(interests.table["programmes"])
        self.as_of = self.day_of_score()
        self.last_to, self.steady = None, self.chance(0.3)  # the steady ones live by the rules, and get through gates

    def chance(self, part):
        return self.dice.random() < part

    def day_of_score(self):
        valid = self.know.table["valid"]
        first, last = date_of(valid["from"]), min(date_of(valid["to"]) or LATEST, LATEST)
        first = min(first, last)
        day = first + DAY * self.dice.randrange((last - first).days + 1)
        edges = [date_of(one[end]) for one in self.know.table["items"] for end in ("from", "to") if one.get(end)]
        choices = [day, day, day, day.replace(day=1), day.replace(month=12, day=31), day.replace(month=2, day=28)]
        choices += [edge + DAY * self.dice.choice((-1, 0, 1)) for edge in edges[:2]]
        day = self.dice.choice(choices)
        return min(max(day, first), last)

    # dates

    def day_near(self, day):
        return day + DAY * self.dice.choice((-1, 0, 0, 1))

    def day(self):
        """A day on or beside a threshold; sometimes any day of the last years, seldom one to come."""
        if self.chance(0.5):
            months, days = self.dice.choice(self.know.shifts)
            return self.day_near(calendar_days.shift(self.as_of, months, days))
        if self.chance(0.1):
            return self.as_of + DAY * self.dice.randrange(1, 400)
        if self.chance(0.2):
            return calendar_days.shift(self.as_of, -12 * self.dice.randrange(8)).replace(month=1, day=1) \
                - DAY * self.dice.randrange(2)
        return self.as_of - DAY * self.dice.randrange(20 * 365)

    def day_from(self):
        """Begins where the last time ended, over a gap that a rule may bridge, or so long before the as-of day."""
        if self.steady and self.chance(0.8):
            return calendar_days.shift(self.as_of, -self.dice.choice((13, 36, 37, 60, 61, 90, 120)))
        if self.last_to and self.chance(0.5):
            return self.day_near(calendar_days.shift(self.last_to + DAY, self.dice.choice(self.know.gaps)))
        if self.chance(0.5):
            return self.day_near(calendar_days.shift(self.as_of + DAY, -self.dice.choice(self.know.lengths)))
        return self.day()

    def day_to(self, start):
        if start is None or self.chance(0.1):
            return self.day()
        end = calendar_days.shift(start, self.dice.choice(self.know.lengths))
        return end - DAY * self.dice.choice((0, 1, 1, 2))

    def date(self, name, row):
        if name == "birth_date":
            years = self.dice.choice((18, 35, 36, 45, 50, 55, 56, 60, 61, self.dice.randrange(1, 90)))
            return self.day_near(calendar_days.shift(self.as_of, -12 * years))
        if name in ("from", "valid_from", "registered_from"):
            return self.day_from()
        if name in ENDS:
            start = next((row[one] for one in ("from", "valid_from", "registered_from", "issued_on", "registered_on")
                          if one in row), None)
            self.last_to = self.day_to(start)
            return self.last_to
        return self.day()

    # values

    def interesting(self, field):
        values = [value for value in self.know.values.get(field["name"], []) if self.allowed(field, value)]
        return self.dice.choice(values) if values else None

    def allowed(self, field, value):
        if field["type"] in ("code", "text"):
            known = field["type"] == "text" or value in self.proto.catalogues.codes[field["codes"]].words.values()
            return isinstance(value, str) and known
        if field["type"] in ("integer", "decimal", "year"):
            return isinstance(value, int) and field.get("minimum", 0) <= value <= field.get("maximum", value)
        return False

    def value(self, field, row):
        kind = field["type"]
        if kind == "date":
            return self.date(field["name"], row)
        if kind == "month":
            return str(Month.of(self.day()))
        if kind == "boolean":
            return self.chance(0.7)
        if kind == "money":
            return self.money()
        if field.get("codes") == "division":
            return self.dice.choice(self.know.values.get("division", [430000]))
        wanted = self.interesting(field) if self.chance(FROM_THE_TABLE) else None
        return wanted if wanted is not None else self.any_value(field)

    def money(self):
        each = int(self.dice.choice(self.know.yuan))
        fen = each * 100 * self.dice.choice((1, 1, 2, 3, 5, 10)) + self.dice.choice((-1, 0, 0, 1))
        fen = self.dice.choice((fen, fen, fen // 2, self.dice.randrange(1000000)))
        return f"{fen // 100}.{fen % 100:02}"

    def any_value(self, field):
        kind = field["type"]
        if kind == "code":
            return self.dice.choice(sorted(set(self.proto.catalogues.codes[field["codes"]].words.values())))
        if kind in ("integer", "year"):
            return self.number(field)
        if kind == "decimal":
            number = self.number(field)
            beside = self.dice.choice((0, 0, 0, 5, -5)) * 10 ** (field["scale"] - 1)
            units = number * 10 ** field["scale"] + beside
            units = min(max(units, 0), field.get("maximum", number + 1) * 10 ** field["scale"])
            return f"{units // 10 ** field['scale']}.{units % 10 ** field['scale']:0{field['scale']}}"
        pools = {"credit_code": ENTERPRISES, "enterprise": ENTERPRISES, "dwelling": DWELLINGS}
        return self.dice.choice(pools.get(kind, TEXTS))

    def number(self, field):
        low, high = field.get("minimum", 0), field.get("maximum", 1000)
        unit = self.dice.choice(self.know.numbers or [1])
        number = self.dice.choice((unit * self.dice.choice((1, 2, 3, 5)) + self.dice.choice((-1, 0, 1)),
                                   self.dice.randrange(1, 12), self.dice.randrange(1, 400)))
        return min(max(number, low), high)

    # rows

    def row(self, fields, key, pattern=()):
        row = {}
        for field in fields:
            optional = not field.get("required") and field["name"] not in key
            given = OPTIONAL_GIVEN if field["name"] in self.know.mentioned else UNREAD_GIVEN
            if field["type"] in ("id_number", "list") or (field["name"] not in key and not self.chance(
                    given if optional else max(given, 0.5))):
                continue
            if field["type"] == "reference" and field["name"] in key and self.chance(0.2):
                continue
            if self.steady and field["name"] in ENDS and optional and self.chance(0.9):
                continue
            row[field["name"]] = self.value(field, row)
            if field["name"] in pattern:
                row[field["name"]] = self.passing(pattern[field["name"]], field, row[field["name"]])
        return row

    def pattern(self, kind_name):
        """What a row must be to pass one of the table's selections of this kind; often nothing."""
        patterns = self.know.patterns.get(kind_name, ())
        return self.dice.choice(patterns) if patterns and self.chance(0.95 if self.steady else 0.7) else {}

    def passing(self, test, field, otherwise):
        """A value that passes a test, as far as this is easy to see."""
        if isinstance(test, dict) and "within" in test:
            return self.dice.choice(divisions(self.dice.choice(listed(test["within"])))[:4])
        if isinstance(test, bool):
            return test
        values = [value for value in listed(test) if not isinstance(value, dict) and self.allowed(field, value)]
        return self.dice.choice(values) if values else otherwise

    def records(self, name):
        kind = self.proto.kinds[name]
        if kind.fold:
            return self.folded(kind)
        key = {field["name"] for field in kind.key}
        records, keys = [], set()
        most = max(6, len(self.know.patterns.get(name, ())) // 2)
        for number in range(self.dice.choice((1, 1, 2, 3, most)) if key else 1):
            row = self.row(kind.fields, key, self.pattern(name))
            for field in kind.fields:
                if field["type"] == "list":
                    needed = [one["name"] for one in field["fields"] if one.get("required")]
                    row[field["name"]] = [self.row(field["fields"], needed) for _ in range(self.dice.randrange(3))]
            for field in kind.key:
                if field["type"] in ("reference", "text") and field["name"] in row:
                    row[field["name"]] = f"N{number}{row[field['name']]}"
            identity = tuple(row.get(one) for one in sorted(key)) if "receipt" not in key else number
            if identity in keys and any(field["type"] != "reference" for field in kind.key):
                continue
            keys.add(identity)
            records.append(row)
        return records

    def folded(self, kind):
        """Runs of months, each of which ends so many months before the next begins."""
        records = []
        keyed = [field for field in kind.key if field is not kind.into]
        for codes in self.key_codes(keyed):
            last = Month(Month.of(self.as_of) - self.dice.choice((0,) if self.steady else (-1, 0, 0, 0, 1, 2, 5)))
            for run in range(self.dice.choice((1, 1, 1, 2, 3))):
                months = self.dice.choice(self.know.lengths)
                first = Month(last - (months if run == 0 else min(months, 13)) + 1)
                row = self.row([field for field in kind.list["fields"] if field["name"] != kind.fold["by"]], (),
                               self.pattern(f"{kind.department}.{kind.name}"))
                records.append({**codes, **row, "_months": f"{first}..{last}"})
                last = Month(first - 1 - self.dice.choice((0, *self.know.gaps, *(gap + 1 for gap in self.know.gaps))))
        return records

    def key_codes(self, keyed):
        if not keyed:
            return [{}]
        field = keyed[0]
        known = [one for one in dict.fromkeys(self.know.values.get(field["name"], ())) if self.allowed(field, one)]
        known = known or [self.any_value(field)]
        chosen = self.dice.sample(known, self.dice.randrange(1, len(known) + 1))[:3]
        if len(chosen) > 1 and self.chance(0.4):
            return [{"_each": {field["name"]: chosen}}]
        return [{field["name"]: code} for code in chosen]

    # the file

    def person(self, role):
        kinds = sorted(self.know.kinds.get(role, ()))
        often = 0.9 if len(kinds) < 4 or self.steady else 0.6
        return {kind: self.records(kind) for kind in kinds if self.chance(often)}

    def persons(self):
        persons = {"self": self.person("self")}
        for role in sorted(self.know.roles - {"self"}):
            if role in PLURAL:
                persons[role] = [self.person(role) for _ in range(self.dice.randrange(FAMILY[role] + 1))]
            elif self.chance(0.7):
                persons[role] = self.person(role)
        return persons

    def coverage(self):
        if self.chance(0.8 if self.steady else 0.4):
            return None
        states = ("complete", "complete", *STATES)
        kinds = sorted({kind for role in self.know.kinds for kind in self.know.kinds[role]} | self.know.other_kinds)
        coverage = {"default": "complete" if self.chance(0.7) else self.dice.choice(states)}
        if self.chance(0.5):
            coverage["departments"] = {self.dice.choice(kinds).partition(".")[0]: self.dice.choice(states)}
        if self.chance(0.5):
            coverage["kinds"] = {kind: self.dice.choice(states) for kind in self.dice.sample(kinds, 2)
                                 } if len(kinds) > 1 else {}
        if self.chance(0.3):
            coverage["roles"] = {self.dice.choice(sorted(self.know.roles)): {
                self.dice.choice(kinds): self.dice.choice(states)}}
        return coverage

    def application(self):
        fields = self.proto.kinds["service-centre.application"].fields
        row = {field["name"]: self.value(field, {}) for field in fields if self.chance(0.6)}
        row["accepted_on"] = self.dice.choice((self.as_of, self.as_of - DAY * self.dice.randrange(90)))
        if self.chance(0.2):
            del row["accepted_on"]
        return row

    def assumed(self, file):
        series = {}
        for name, one in self.know.table.get("series", {}).items():
            if "unknown" in one["values"].values() and self.chance(0.6):
                series[name] = {year: self.dice.choice((20, 30, 1000, 5000, "33.5"))
                                for year in one["values"] if self.chance(0.9)}
        lists = {name: self.dice.sample([*TEXTS, *map(str, self.know.values.get("division", []))], 2)
                 for name, one in self.know.table.get("lists", {}).items() if self.chance(0.5)}
        file.update({name: value for name, value in (("series", series), ("lists", lists)) if value})

    def decided(self, file):
        items = [item["id"] for item in self.know.table["items"]]
        if self.chance(0.1):
            file["overrides"] = [{"item": self.dice.choice(items), "points": self.dice.choice(("0", "7", "12.5")),
                                  "by": "office", "reason": "review", "date": self.as_of}]
        if self.chance(0.1):
            file["disputes"] = [self.dice.choice(items)]
        registers = {name: [self.dice.choice(DWELLINGS) for _ in range(self.dice.randrange(3))]
                     for name in self.know.table.get("registers", {}) if self.chance(0.5)}
        if registers:
            file["registers"] = registers

    def file(self):
        file = {"as_of": self.as_of, "programme": self.programme["id"]}
        if self.chance(0.8):
            file["application"] = self.application()
        elif self.chance(0.5):
            file["accepted_on"] = self.as_of
        file["persons"] = self.persons()
        if self.know.other_kinds:
            file["enterprises"] = {code: {kind: self.records(kind) for kind in sorted(self.know.other_kinds)}
                                   for code in sorted(set(ENTERPRISES)) if self.chance(0.7)}
        coverage = self.coverage()
        if coverage:
            file["coverage"] = coverage
        self.assumed(file)
        self.decided(file)
        return as_written(file)


def as_written(value):
    if isinstance(value, dict):
        return {name: as_written(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_written(one) for one in value]
    return str(value) if isinstance(value, datetime.date) else value


def facts_files(table, proto, seed, count):
    """Yields so many facts files; the same for the same seed and table."""
    interests = Interests(table, proto)
    for number in range(count):
        yield Citizen(interests, f"{table['id']} {seed} {number}").file()


def main():
    parser = argparse.ArgumentParser(description="Invents facts files for a rule table, one a line.")
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    for file in facts_files(load(options.table), Proto(proto_folder()), options.seed, options.count):
        print(json.dumps(file, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
