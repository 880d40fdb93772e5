# SPDX-License-Identifier: Apache-2.0
# facts: reads a facts file of docs/rules.md by the catalogues; the reference scorer's view of the people in it.
import datetime
import itertools
import os
import pathlib
import re
import sys
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/system"))

from checker import (NO, YES, Catalogues, date_of, json_text, key_text, month_of, narrow, scaled,  # noqa: E402
                     trimmed, upper)

SINGLE = ("self", "spouse", "child")
PLURAL = ("former_spouses", "children", "parents", "spouse_parents", "grandparents", "grandchildren")
STATES = ("complete", "not_reported", "behind", "rejected", "erased")
MEMBERS = ("as_of", "programme", "accepted_on", "application", "persons", "enterprises", "dwellings", "coverage",
           "series", "lists", "registers", "overrides", "disputes")
OVERRIDE = ("item", "points", "by", "reason", "date")
AS_GIVEN = ("person", "dwelling", "enterprise", "reference", "credit_code")
APPLICATION = "service-centre.application"


class Refused(Exception):
    """A facts file or a table that the reference cannot take; says where and why."""


class Month(int):
    """A calendar month, counted from the year 0: comparable, and of a type of its own."""

    @staticmethod
    def of(day):
        return day if isinstance(day, Month) else Month(day.year * 12 + day.month - 1)

    def year(self):
        return int(self) // 12

    def first_day(self):
        return datetime.date(self // 12, self % 12 + 1, 1)

    def __str__(self):
        return f"{self // 12:04}-{self % 12 + 1:02}"


def proto_folder():
    return pathlib.Path(os.environ.get("ONECITY_PROTO", ROOT / "proto"))


def as_day(number):
    return datetime.date(number // 10000, number // 100 % 100, number % 100)


def as_month(number):
    return Month(number // 100 * 12 + number % 100 - 1)


def lowest(number):
    """Whole numbers as int: Python adds them much faster."""
    return number.numerator if number.denominator == 1 else number


# --- the catalogues ------------------------------------------------------------------------------

class Proto:
    """The catalogues, and the values of their fields as the rule language sees them."""

    def __init__(self, folder):
        self.catalogues = Catalogues(folder)
        self.kinds = {f"{department}.{name}": kind for (department, name), kind in self.catalogues.kinds.items()}
        self.read_before = {}

    def kind(self, name, where):
        if name not in self.kinds:
            raise Refused(f"{where}: no kind {name}")
        return self.kinds[name]

    def value(self, field, given, where):
        key = (id(field), type(given), given)
        if key not in self.read_before:
            try:
                self.read_before[key] = self.read(field, json_text(given))
            except (ValueError, KeyError) as error:
                raise Refused(f"{where}: {given!r} is no {field['type']}: {error}") from None
        return self.read_before[key]

    def read(self, field, text):
        kind = field["type"]
        if kind in AS_GIVEN:
            if len(text.encode()) > 64:
                raise ValueError("longer than 64 bytes")
            return text
        if kind in ("text", "id_number"):
            return trimmed(text)
        if kind == "code":
            code = self.catalogues.codes[field["codes"]].find(text)
            if code is None:
                raise ValueError("no such code")
            return code
        if kind == "boolean":
            word = upper(narrow(text))
            if word not in YES | NO:
                raise ValueError("neither yes nor no")
            return word in YES
        if kind == "date":
            return as_day(date_of(narrow(text)))
        if kind == "month":
            return as_month(month_of(narrow(text)))
        return self.number(field, text)

    def number(self, field, text):
        known = self.catalogues.codes[field["codes"]].find(text) if "codes" in field else None
        scale = {"decimal": field.get("scale", 0), "money": 2}.get(field["type"], 0)
        number = Fraction(scaled(known if known is not None else narrow(text), scale), 10 ** scale)
        if not field.get("minimum", number) <= number <= field.get("maximum", number):
            raise ValueError("out of range")
        return lowest(number)


# --- subjects ------------------------------------------------------------------------------------

class Record:
    """A fact before anyone selects it; also one row of a record's list."""
    __slots__ = ("valid_since", "key", "row", "values", "lists")

    def __init__(self, valid_since, key, row, values, lists):
        self.valid_since, self.key, self.row, self.values, self.lists = valid_since, key, row, values, lists

    def order(self):
        since = self.valid_since
        return (since is not None, since or datetime.date.min, self.key.encode(), self.row)


class Subject:
    """A person, an enterprise or a dwelling with its records."""

    def __init__(self, name, records=None):
        self.name, self.records, self.selected = name, records or {}, {}

    def facts(self, kind_name, rows, later, as_of, proto):
        """The records, or rows of their list, that exist on the as-of day, in canonical order."""
        key = (kind_name, rows, later)
        if key not in self.selected:
            records = [record for record in self.records.get(kind_name, ())
                       if later or record.valid_since is None or record.valid_since <= as_of]
            if rows:
                records = list(itertools.chain.from_iterable(
                    rows_of(record, rows, proto.kinds[kind_name], as_of) for record in records))
            self.selected[key] = sorted(records, key=Record.order)
        return self.selected[key]


def rows_of(record, rows, kind, as_of):
    for number, entry in enumerate(record.lists.get(rows, ()), 1):
        values = {**record.values, **{f"{rows}.{name}": value for name, value in entry.items()}}
        if kind.fold and kind.fold["list"] == rows:
            period = Month(record.values[kind.fold["into"]] * 12 + entry[kind.fold["by"]] - 1)
            if period > Month.of(as_of):
                continue
            values["period"], number = period, int(period)
        yield Record(record.valid_since, record.key, number, values, {})


# --- rows of a facts file ------------------------------------------------------------------------

def listed(value):
    return value if isinstance(value, list) else [value]


def months_of(text, where):
    match = re.fullmatch(r"(\d{4})-(\d\d)\.\.(\d{4})-(\d\d)", text)
    if not match:
        raise Refused(f"{where}: {text!r}: write 2010-03..2015-02")
    first, last = (as_month(int(match[n]) * 100 + int(match[n + 1])) for n in (1, 3))
    return range(first, last + 1)


def written_out(row, where):
    """The rows that `_each` and `_times` stand for, each with the months that it stands for."""
    row = dict(row)
    each, months, times = row.pop("_each", {}), row.pop("_months", None), row.pop("_times", 1)
    periods = None if months is None else months_of(months, where)
    for values in itertools.product(*each.values()):
        for _ in range(times):
            yield {**row, **dict(zip(each, values))}, periods


class RowReader:
    """Makes records of the rows of one kind about one subject."""

    def __init__(self, proto, kind_name, where):
        self.proto, self.where, self.kind = proto, where, proto.kind(kind_name, where)
        self.records, self.number = {}, 0

    def field(self, name):
        field = self.kind.by_name.get(name)
        if field is None or field["type"] == "id_number":
            raise Refused(f"{self.where}: no field {name}")
        return field

    def entries(self, field, entries):
        inner = {entry["name"]: entry for entry in field["fields"]}
        return [{name: self.proto.value(inner[name], value, self.where) for name, value in entry.items()
                 if value is not None} for entry in entries]

    def add(self, row, periods):
        values, lists, entry = {}, {}, {}
        for name, given in row.items():
            if given is None:
                continue
            if self.kind.fold and name == self.kind.fold["from"]["name"]:
                periods = [as_month(month_of(narrow(json_text(given))))]
            elif self.kind.fold and name not in self.kind.by_name and name in self.kind.entry:
                entry[name] = self.proto.value(self.kind.entry[name], given, self.where)
            elif self.field(name)["type"] == "list":
                lists[name] = self.entries(self.field(name), given)
            else:
                values[name] = self.proto.value(self.field(name), given, self.where)
        if periods is None:
            self.put(values, lists)
        for year, months in itertools.groupby(periods or (), lambda period: period // 12):
            entries = [{**entry, self.kind.fold["by"]: period % 12 + 1} for period in months]
            self.put({**values, self.kind.fold["into"]: year}, {self.kind.fold["list"]: entries})

    def key_value(self, field, values):
        if field["name"] in values:
            return key_text(packed(values[field["name"]]))
        if field["type"] == "reference":
            return str(self.number)
        raise Refused(f"{self.where}: {field['name']} is missing")

    def put(self, values, lists):
        self.number += 1
        key = "|".join(self.key_value(field, values) for field in self.kind.key)
        known = self.records.get(key)
        if known is None:
            since = values.get(self.kind.valid_since["name"]) if self.kind.valid_since else None
            self.records[key] = Record(since, key, 0, values, lists)
        elif self.kind.fold:
            known.values.update(values)
            for name, entries in lists.items():
                known.lists.setdefault(name, []).extend(entries)
        else:
            raise Refused(f"{self.where}: two rows with the key {key!r}")

    def finish(self):
        if self.kind.fold:
            name, by = self.kind.fold["list"], self.kind.fold["by"]
            for record in self.records.values():
                record.lists.get(name, []).sort(key=lambda entry: entry[by])
                months = [entry[by] for entry in record.lists.get(name, [])]
                if len(set(months)) < len(months):
                    raise Refused(f"{self.where}: {record.key}: a month twice")
        return list(self.records.values())


def packed(value):
    """A value as it stands in a key."""
    if isinstance(value, datetime.date):
        return value.year * 10000 + value.month * 100 + value.day
    if isinstance(value, Month):
        return value // 12 * 100 + value % 12 + 1
    return value


# --- the whole file ------------------------------------------------------------------------------

class Facts:
    """A facts file that has been read."""

    def __init__(self, content, proto):
        self.proto = proto
        for member in content:
            if member not in MEMBERS:
                raise Refused(f"/{member}: no such member")
        self.as_of = as_day(date_of(content["as_of"]))
        self.programme = content["programme"]
        self.read_application(content)
        self.roles = {role: [] for role in SINGLE + PLURAL}
        for role, given in content.get("persons", {}).items():
            self.read_role(role, given)
        self.roles["self"] = self.roles["self"] or [Subject("self")]
        self.roles["children"] = self.roles["child"] + self.roles["children"]
        self.others = {}
        for member in ("enterprises", "dwellings"):
            for code, kinds in content.get(member, {}).items():
                self.others[code] = self.subject(None, kinds, f"/{member}/{code}")
        self.coverage = content.get("coverage", {})
        self.series, self.lists = content.get("series", {}), content.get("lists", {})
        self.registers = content.get("registers", {})
        self.overrides = {}
        for override in content.get("overrides", []):
            if sorted(override) != sorted(OVERRIDE):
                raise Refused(f"/overrides: {', '.join(OVERRIDE)} are needed")
            self.overrides[override["item"]] = override
        self.disputes = set(content.get("disputes", []))
        self.states = {}

    def read_application(self, content):
        row = dict(content.get("application") or {})
        if "accepted_on" in content:
            row["accepted_on"] = content["accepted_on"]
        self.application = []
        if "application" in content or row:
            reader = RowReader(self.proto, APPLICATION, "/application")
            values = {name: self.proto.value(reader.field(name), value, f"/application/{name}")
                      for name, value in row.items() if value is not None}
            self.application = [Record(values.get("accepted_on"), values.get("receipt", ""), 0, values, {})]

    def read_role(self, role, given):
        where = f"/persons/{role}"
        if role not in self.roles or (role in SINGLE and isinstance(given, list)):
            raise Refused(f"{where}: no such role, or not one person")
        self.roles[role] = [self.subject(role, kinds, where) for kinds in listed(given)]

    def subject(self, name, kinds, where):
        records = {}
        for kind_name, rows in kinds.items():
            reader = RowReader(self.proto, kind_name, f"{where}/{kind_name}")
            for row in listed(rows):
                for one, periods in written_out(row, reader.where):
                    reader.add(one, periods)
            records[kind_name] = reader.finish()
        return Subject(name, records)

    def state(self, subject, kind_name):
        """What is known of a kind about a subject: one of STATES; the most specific statement holds."""
        key = (subject.name, kind_name)
        if key not in self.states:
            department = kind_name.partition(".")[0]
            given = self.coverage.get("roles", {}).get(subject.name, {}).get(kind_name)
            given = given or self.coverage.get("kinds", {}).get(kind_name)
            given = given or self.coverage.get("departments", {}).get(department)
            given = given or self.coverage.get("default", "complete")
            if given not in STATES:
                raise Refused(f"/coverage: no such state {given}")
            self.states[key] = given
        return self.states[key]
