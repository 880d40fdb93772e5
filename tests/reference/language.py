# SPDX-License-Identifier: Apache-2.0
# language: what rule tables are made of, from docs/rules.md alone: names, fields, tests and where. Each expression is
# made into a function once; the operators themselves are in selections, operators and scales.
#
# An expression runs as run(view, fact, notes): it returns its value, None where absent, and adds to the notes what it
# doubts and whether it looked for facts. Nothing here checks a table more than it must to run it.
import functools
import math
import re
from fractions import Fraction

from facts import APPLICATION, Month, Refused, as_day, as_month, listed, lowest

NUMBER, BOOLEAN, DATE, MONTH, TEXT, SPANS, FACTS = "number", "boolean", "date", "month", "text", "spans", "facts"
LITERAL = re.compile(r"(-?\d+)(?:\.(\d{1,6})|/(\d+))?(?: (month|year|day|yuan)s?)?")
UNITS = {None: (None, 1), "month": ("months", 1), "year": ("months", 12), "day": ("days", 1), "yuan": ("yuan", 1)}
BOUNDS = ("from", "to", "above", "below", "after", "before")
PERSON = "public-security.person"
PERSON_FIELDS = ("birth_date", "sex", "hukou_division", "died_on")
NOT_LOOKED, LOOKED, FOUND = 0, 1, 2
NO_DOUBTS = frozenset()


# --- what an evaluation leaves behind --------------------------------------------------------------

class Notes:
    """The doubts of what was evaluated, and whether facts were looked for and found."""
    __slots__ = ("doubts", "looked")

    def __init__(self):
        self.doubts, self.looked = set(), NOT_LOOKED

    def take(self, other, with_doubts=True):
        if with_doubts:
            self.doubts |= other.doubts
        self.looked = max(self.looked, other.looked)

    def doubt(self, doubt, kind=None, role=None, path=None):
        department, _, name = kind.partition(".") if kind else (None, None, None)
        self.doubts.add((doubt, department, name, role, path))

    def look(self, found):
        self.looked = max(self.looked, FOUND if found else LOOKED)


class Expression:
    """An operator with its operands, ready to run. `reach(view)` tells the next steps of the scales it leads to;
    `worth(view, path, points)` what it would be worth if the scale at that path gave so many points."""

    def __init__(self, kind, run, unit=None, reach=None, worth=None, fields=None, constant=False):
        self.kind, self.run, self.unit, self.fields, self.constant = kind, run, unit, fields, constant
        self.reach = reach or (lambda view: [])
        self.worth = worth or (lambda view, path, points: run(view, None, Notes()))
        self.scales_of_codes = []  # (path, steps(view, present)), for best


class Person:
    """Who stands in a role: the subject, and what the applicant calls him, whoever is self."""
    __slots__ = ("subject", "label")

    def __init__(self, subject, label):
        self.subject, self.label = subject, label


class Fact:
    """A record, or a row of one, that a selection found by a role; joined with a partner, with computed fields."""
    __slots__ = ("subject", "role", "label", "record", "partner", "computed")

    def __init__(self, person, role, record, partner=None, computed=None):
        self.subject, self.label, self.role, self.record = person.subject, person.label, role, record
        self.partner, self.computed = partner, computed

    def person(self):
        return Person(self.subject, self.label)

    def identity(self):
        return (id(self.subject), self.record.key)


class Selection:
    """The facts that a select found, and whom it asked."""
    __slots__ = ("facts", "subjects")

    def __init__(self, facts, subjects):
        self.facts, self.subjects = facts, subjects


class View:
    """Who is who: the roles as seen from self, or as seen from another."""

    def __init__(self, facts, roles):
        self.facts, self.roles, self.known, self.others = facts, roles, {}, {}
        self.scored = {}  # item.X, group.X, total: Value
        application = facts.application[0].values if facts.application else {}
        self.given = {"as_of": facts.as_of, "accepted_on": application.get("accepted_on", facts.as_of),
                      "applied_on": application.get("applied_on", facts.as_of)}

    def seen_as(self, role):
        """The view of the first person in that role; None if there is nobody."""
        if not self.roles[role]:
            return None
        if role not in self.others:
            roles = {name: [] for name in self.roles}
            if role == "spouse":
                roles = dict(self.roles, self=self.roles["spouse"][:1], spouse=self.roles["self"], grandparents=[],
                             parents=self.roles["spouse_parents"], spouse_parents=self.roles["parents"])
            else:
                roles["self"] = self.roles[role][:1]
                if role == "child":
                    roles["parents"] = self.roles["self"] + self.roles["spouse"]
            self.others[role] = View(self.facts, roles)
        return self.others[role]


# --- numbers ---------------------------------------------------------------------------------------

def fits(number):
    return -2 ** 63 <= number.numerator < 2 ** 63 and number.denominator < 2 ** 63


def checked(number, notes, path):
    if isinstance(number, int):
        if -2 ** 63 <= number < 2 ** 63:
            return number
    else:
        number = lowest(number)
        if fits(number):
            return number
    notes.doubt("overflow", path=path)
    return None


def divided(one, other):
    return lowest(Fraction(one) / other)


def rounded(number, to, how):
    parts = Fraction(number) / to
    if parts.denominator == 1:
        return number
    down = math.floor(parts)
    over = parts - down
    if how == "down":
        whole = down
    elif how == "up":
        whole = math.ceil(parts)
    elif over != Fraction(1, 2):
        whole = down + (over > Fraction(1, 2))
    elif how == "half_up":
        whole = down + (parts > 0)
    else:
        whole = down + down % 2
    return lowest(Fraction(whole * to))


@functools.cache
def literal(text):
    """(type, value, unit) of a text that begins with a digit or -."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return DATE, as_day(int(text.replace("-", ""))), None
    if re.fullmatch(r"\d{4}-\d\d", text):
        return MONTH, as_month(int(text.replace("-", ""))), None
    match = LITERAL.fullmatch(text)
    if not match:
        raise Refused(f"{text!r} is no literal")
    number = Fraction(int(match[1]), int(match[3] or 1))
    if match[2]:
        number = Fraction(int(match[1] + match[2]), 10 ** len(match[2]))
    unit, factor = UNITS[match[4]]
    return NUMBER, lowest(number * factor), unit


def order_pair(one, other):
    """Both as months if one of them is."""
    if isinstance(one, Month) != isinstance(other, Month):
        return Month.of(one), Month.of(other)
    return one, other


# --- tests -----------------------------------------------------------------------------------------

def division_prefix(code):
    code = str(code)
    if len(code) == 6:
        return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return code


COMPARE = {
    "from": lambda value, bound: value >= bound, "to": lambda value, bound: value <= bound,
    "above": lambda value, bound: value > bound, "below": lambda value, bound: value < bound,
    "after": lambda value, bound: value > bound, "before": lambda value, bound: value < bound,
}


class Test:
    """make(view, notes) evaluates the operands once and returns what answers for a value."""

    def __init__(self, make, begins=lambda view, x: None, takes_absent=False):
        self.make, self.begins, self.takes_absent = make, begins, takes_absent


# --- the compiler ----------------------------------------------------------------------------------

class Compiler:
    """Turns the JSON of expressions into Expressions; knows what has been named so far."""

    def __init__(self, table, proto):
        self.table, self.proto, self.names = table, proto, {}
        self.series = table.get("series", {})
        for name in ("as_of", "accepted_on", "applied_on"):
            self.names[name] = Expression(DATE, functools.partial(given_date, name))
        self.names["application"] = Expression(FACTS, application_facts, fields=self.kind_fields(APPLICATION, None))

    # fields and their types

    def kind_fields(self, kind_name, rows):
        kind = self.proto.kinds[kind_name]
        fields = {field["name"]: field_type(field) for field in kind.fields if field["type"] != "list"}
        if rows:
            inner = kind.by_name[rows]["fields"]
            fields.update({f"{rows}.{field['name']}": field_type(field) for field in inner})
            if kind.fold and kind.fold["list"] == rows:
                fields["period"] = (MONTH, None)
        if kind.subject["type"] == "person":
            person = self.proto.kinds[PERSON].by_name
            fields.update({f"person.{name}": field_type(person[name]) for name in PERSON_FIELDS})
            fields["role"] = (TEXT, None)
        return FieldsOf(kind_name, fields)

    # expressions

    def expression(self, source, path, fields=None):
        if isinstance(source, bool):
            return Expression(BOOLEAN, lambda view, fact, notes: source, constant=True)
        if isinstance(source, (int, str)):
            return self.simple(str(source), path)
        names = [name for name in source if name in OPERATORS]
        if len(names) != 1:
            raise Refused(f"{path}: not exactly one operator: {sorted(source)}")
        return OPERATORS[names[0]](self, source, f"{path}", fields)

    def simple(self, text, path):
        if text == "unknown":
            return Expression(NUMBER, lambda view, fact, notes: notes.doubt("table_unknown", path=path), constant=True)
        if text[0].isdigit() or text[0] == "-":
            kind, value, unit = literal(text)
            return Expression(kind, lambda view, fact, notes: value, unit, constant=True)
        if text not in self.names:
            raise Refused(f"{path}: no such name yet: {text}")
        return self.names[text]

    def many(self, sources, path, fields):
        return [self.expression(source, f"{path}/{n}", fields) for n, source in enumerate(sources)]

    def facts(self, source, path):
        expression = self.expression(source, path)
        if expression.kind != FACTS:
            raise Refused(f"{path}: no facts")
        return expression

    def define(self, definition, path):
        inner = self.expression(definition["value"], f"{path}/value")
        self.names[definition["id"]] = remembered(definition["id"], inner)

    # tests

    def test(self, source, path, kind):
        if not isinstance(source, dict):
            return self.equal_to_one(listed(source), path, kind)
        parts = [self.test_member(name, value, f"{path}/{name}", kind) for name, value in source.items()]

        def make(view, notes):
            checks = [part.make(view, notes) for part in parts]
            if len(checks) == 1:
                return checks[0]
            return lambda value: all(check(value) for check in checks)
        lowest_bounds = [(name, self.expression(source[name], path)) for name in ("from", "above") if name in source]
        return Test(make, lambda view, x: row_begins(view, x, lowest_bounds), source.get("absent") is True)

    def equal_to_one(self, sources, path, kind):
        if kind == TEXT:
            texts = frozenset(str(source) for source in sources)
            return Test(lambda view, notes: lambda value: value in texts)
        values = self.many(sources, path, None)

        def make(view, notes):
            wanted = [value.run(view, None, notes) for value in values]
            return lambda value: value is not None and any(
                one is not None and same(value, one) for one in wanted)

        def begins(view, x):
            wanted = (value.run(view, None, Notes()) for value in values)
            return min(((value, False) for value in wanted if value is not None and value > x), default=None)
        return Test(make, begins)

    def test_member(self, name, source, path, kind):
        if name in BOUNDS:
            return bound_test(name, self.expression(source, path))
        if name == "not":
            inner = self.test(source, path, kind)

            def make(view, notes):
                check = inner.make(view, notes)
                return lambda value: not check(value)
            return Test(make)
        if name == "absent":
            return Test(lambda view, notes: lambda value: (value is None) == source)
        if name == "within":
            prefixes = tuple(division_prefix(code) for code in listed(source))
            return Test(lambda view, notes: lambda value: value is not None and str(value).startswith(prefixes))
        if name == "listed":
            return self.listed_test(source, kind)
        raise Refused(f"{path}: no such test")

    def listed_test(self, name, kind):
        given = self.table["lists"][name]["values"]

        def make(view, notes):
            values = view.facts.lists.get(name, given)
            if values == "unknown":
                notes.doubt("table_unknown", path=f"/lists/{name}")
                return lambda value: False
            if kind == NUMBER:  # of divisions: lies in one of it
                prefixes = tuple(division_prefix(code) for code in values)
                return lambda value: value is not None and str(value).startswith(prefixes)
            return lambda value: value is not None and value in values
        return Test(make)

    # where

    def where(self, source, path, fields):
        """make(view, notes) -> check(fact) -> (holds, doubts), weighed as `all` weighs them."""
        return weighed([self.where_member(name, value, f"{path}/{name}", fields) for name, value in source.items()],
                       False)

    def where_member(self, name, source, path, fields):
        if name == "any":
            return weighed([self.where(one, f"{path}/{n}", fields) for n, one in enumerate(source)], True)
        if name == "not":
            inner = self.where(source, path, fields)

            def make_not(view, notes):
                check = inner(view, notes)

                def negated(fact):
                    holds, doubts = check(fact)
                    return not holds, doubts
                return negated
            return make_not
        return self.tested_field(name, self.test(source, path, fields.type(name, path)[0]), fields, path)

    def tested_field(self, name, test, fields, path):
        read, is_plain = fields.reader(name, path), fields.is_plain(name)

        def make(view, notes):
            own = Notes()
            check = test.make(view, own)
            notes.take(own, with_doubts=False)
            doubts = frozenset(own.doubts)
            if is_plain:
                return lambda fact: (check(fact.record.values.get(name)), doubts)

            def check_read(fact):
                scratch = Notes()
                value = read(view, fact, scratch)
                return check(value), doubts | scratch.doubts
            return check_read
        return make


def weighed(members, deciding):
    """Members joined as `any` (deciding: true) or `all` (false): one that decides without a doubt ends all doubts."""
    def make(view, notes):
        checks = [member(view, notes) for member in members]
        if len(checks) == 1:
            return checks[0]

        def check(fact):
            result, doubts = not deciding, NO_DOUBTS
            for one in checks:
                holds, its = one(fact)
                if holds == deciding and not its:
                    return deciding, NO_DOUBTS
                if holds == deciding:
                    result = deciding
                if its:
                    doubts |= its
            return result, doubts
        return check
    return make


def same(one, other):
    one, other = order_pair(one, other)
    return one == other


def bound_test(name, bound):
    compare = COMPARE[name]

    def make(view, notes):
        limit = bound.run(view, None, notes)

        def check(value):
            return value is not None and limit is not None and compare(*order_pair(value, limit))
        return check
    return Test(make)


def row_begins(view, x, lowest_bounds):
    """Where the numbers above x begin that pass, and whether just above it; None if they do not."""
    starts = [(bound.run(view, None, Notes()), name == "above") for name, bound in lowest_bounds]
    if not starts or any(start is None for start, _ in starts):
        return None
    start, is_open = max(starts)
    return (start, is_open) if start > x or (start == x and is_open) else None


def field_type(field):
    kinds = {"money": (NUMBER, "yuan"), "integer": (NUMBER, None), "decimal": (NUMBER, None), "year": (NUMBER, None),
             "boolean": (BOOLEAN, None), "date": (DATE, None), "month": (MONTH, None)}
    return kinds.get(field["type"], (TEXT, None))


class FieldsOf:
    """The fields that facts of a selection have: their types, and how they are read."""

    def __init__(self, kind, types, partner=None, computed=frozenset(), needs=frozenset()):
        self.kind, self.types, self.partner, self.computed, self.needs = kind, types, partner, computed, needs

    def joined(self, partner):
        return FieldsOf(self.kind, self.types, partner, self.computed, self.needs)

    def with_computed(self, name, kind, unit):
        return FieldsOf(self.kind, {**self.types, name: (kind, unit)}, self.partner, self.computed | {name}, self.needs)

    def needing(self, names):
        """Inside a select that needs these fields: reading one that is absent brings a doubt."""
        return FieldsOf(self.kind, self.types, self.partner, self.computed, frozenset(names))

    def is_plain(self, name):
        """Whether the record itself has it, and reading it brings no doubt."""
        return not (name in self.computed or name in self.needs or name == "role" or
                    name.startswith(("via.", "person.")))

    def type(self, name, path):
        if name.startswith("via.") and self.partner:
            return self.partner.type(name[4:], path)
        if name not in self.types:
            raise Refused(f"{path}: no field {name}")
        return self.types[name]

    def reader(self, name, path):
        """read(view, fact, notes) of one field."""
        read = self.plain_reader(name, path)
        if name not in self.needs:
            return read

        def needed(view, fact, notes):
            value = read(view, fact, notes)
            if value is None:
                notes.doubt("not_reported", self.kind, fact.label)
            return value
        return needed

    def plain_reader(self, name, path):
        self.type(name, path)
        if name.startswith("via."):
            inner = self.partner.reader(name[4:], path)
            return lambda view, fact, notes: inner(view, fact.partner, notes)
        if name in self.computed:
            return lambda view, fact, notes: computed_value(fact, name, notes)
        if name.startswith("person."):
            return lambda view, fact, notes: of_person(view, fact, notes, name[7:])
        if name == "role":
            return lambda view, fact, notes: fact.role
        return lambda view, fact, notes: fact.record.values.get(name)


def computed_value(fact, name, notes):
    value, doubts = fact.computed[name]
    notes.doubts |= doubts
    return value


def of_person(view, fact, notes, name):
    records = fact.subject.facts(PERSON, None, False, view.facts.as_of, view.facts.proto)
    consult(view, fact.person(), PERSON, bool(records), notes)
    return records[0].values.get(name) if records else None


def consult(view, person, kind, any_in_result, notes, later=False):
    """The doubts about what is known of a kind about one subject."""
    subject, label = person.subject, person.label
    records = subject.facts(kind, None, later, view.facts.as_of, view.facts.proto)
    notes.look(bool(records))
    state = view.facts.state(subject, kind)
    if state in ("behind", "rejected", "erased"):
        notes.doubt(state, kind, label)
    single = not view.facts.proto.kinds[kind].key
    if state != "complete" and not any_in_result and not (single and records):
        notes.doubt("not_reported", kind, label)


# --- names -----------------------------------------------------------------------------------------

def given_date(name, view, fact, notes):
    return view.given[name]


def application_facts(view, fact, notes):
    records = view.facts.application
    notes.look(bool(records))
    applicant = Person(view.facts.roles["self"][0], "self")
    return Selection([Fact(applicant, "self", record) for record in records], [])


def remembered(name, inner):
    """A definition or a select: evaluated once for each view; it never sees a fact."""
    def value_of(view):
        if name not in view.known:
            own = Notes()
            view.known[name] = inner.run(view, None, own), own
        return view.known[name]

    def run(view, fact, notes):
        value, own = value_of(view)
        notes.take(own)
        return value

    return Expression(inner.kind, run, inner.unit, inner.reach, inner.worth, inner.fields)


def first_present(values):
    return next((value for value in values if value is not None), None)


def earliest(values):
    return min((value for value in values if value is not None), default=None)


# --- operators -------------------------------------------------------------------------------------

OPERATORS = {}


def operator(*names):
    def add(function):
        for name in names:
            OPERATORS[name] = function
        return function
    return add


# --- what is unknown, and the next steps of scales ---------------------------------------------------

def number_or_unknown(source, path):
    return None if source == "unknown" else literal(str(source))[1]


def known(number, path, notes):
    if number is None:
        notes.doubt("table_unknown", path=path)
    return number


class Step:
    """A scale's next step: what it needs, and the points that the scale would then give."""

    def __init__(self, path, needs, unit, row, points):
        self.path, self.needs, self.unit, self.row, self.points = path, needs, unit, row, points


def through(operands, joined):
    """reach and worth of an operator that joins its operands."""
    def reach(view):
        return [step for one in operands for step in one.reach(view)]

    def worth(view, path, points):
        values = [one.worth(view, path, points) for one in operands]
        return joined([value for value in values if value is not None])
    return reach, worth
