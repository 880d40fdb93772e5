# SPDX-License-Identifier: Apache-2.0
# operators: what docs/rules.md calls expressions: of facts, numbers, booleans, dates and spans.
import datetime
import functools

import calendar_days
from facts import Month, Refused, listed
from language import (BOOLEAN, DATE, MONTH, NUMBER, SPANS, Expression, Notes, checked, divided, earliest, first_present,
                      literal, number_or_unknown, operator, rounded, through)


# --- of facts ----------------------------------------------------------------------------------------

@operator("field")
def _(compiler, source, path, fields):
    if fields is None:
        raise Refused(f"{path}: field outside a fact")
    kind, unit = fields.type(source["field"], path)
    return Expression(kind, fields.reader(source["field"], path), unit)


def key_readers(compiler, per, path, fields):
    return [fields.reader(key, path) if isinstance(key, str) else compiler.expression(key, path, fields).run
            for key in per]


@operator("count")
def _(compiler, source, path, fields):
    facts = compiler.facts(source["count"], f"{path}/count")
    keys = key_readers(compiler, source.get("per", []), path, facts.fields)

    def run(view, fact, notes):
        found = facts.run(view, None, notes).facts
        if "per" not in source:
            return len(found)
        return len({tuple(read(view, one, notes) for read in keys) for one in found})
    return Expression(NUMBER, run)


@operator("exists")
def _(compiler, source, path, fields):
    facts = compiler.facts(source["exists"], f"{path}/exists")
    return Expression(BOOLEAN, lambda view, fact, notes: bool(facts.run(view, None, notes).facts))


def added(values, notes, path):
    total = 0
    for value in values:
        total = checked(total + value, notes, path)
        if total is None:
            return None
    return total


@operator("sum")
def _(compiler, source, path, fields):
    facts = compiler.facts(source["over"], f"{path}/over")
    each = compiler.expression(source["sum"], f"{path}/sum", facts.fields)
    keys = key_readers(compiler, source.get("per", []), path, facts.fields)
    limit = compiler.expression(source["each_cap"], f"{path}/each_cap") if "each_cap" in source else None
    how = source.get("each", "sum")

    def run(view, fact, notes):
        groups = {}
        for number, one in enumerate(facts.run(view, None, notes).facts):
            key = tuple(read(view, one, notes) for read in keys) if "per" in source else ()
            value = each.run(view, one, notes)
            if value is not None:
                groups.setdefault(key, []).append(value)
            else:
                groups.setdefault(key, [])
        values = [added(group, notes, path) if how == "sum" else max(group) if how == "best" else min(group)
                  for group in groups.values() if group]
        most = limit.run(view, None, notes) if limit else None
        if most is not None:
            values = [value if value is None else min(value, most) for value in values]
        return None if None in values else added(values, notes, path)
    return Expression(NUMBER, run, each.unit)


@operator("best", "least")
def _(compiler, source, path, fields):
    name = "best" if "best" in source else "least"
    facts = compiler.facts(source["over"], f"{path}/over")
    each = compiler.expression(source[name], f"{path}/{name}", facts.fields)
    choose = max if name == "best" else min

    def run(view, fact, notes):
        values = [each.run(view, one, notes) for one in facts.run(view, None, notes).facts]
        return choose((value for value in values if value is not None), default=None)

    scales = each.scales_of_codes if name == "best" else []

    def reach(view):
        present = run(view, None, Notes())
        return [step for _, steps in scales for step in steps(view, present)]

    def worth(view, path, points):
        return points if any(path == own for own, _ in scales) else run(view, None, Notes())
    return Expression(each.kind, run, each.unit, reach, worth)


@operator("newest", "oldest")
def _(compiler, source, path, fields):
    name = "newest" if "newest" in source else "oldest"
    facts = compiler.facts(source["over"], f"{path}/over")
    kind, unit = facts.fields.type(source[name], path)
    read, read_by = facts.fields.reader(source[name], path), facts.fields.reader(source["by"], path)

    def run(view, fact, notes):
        chosen, chosen_by = None, None
        for one in facts.run(view, None, notes).facts:
            by = read_by(view, one, notes)
            better = by is not None and (chosen_by is None or (
                by > chosen_by if name == "newest" else by < chosen_by))
            if chosen is None or better:
                chosen, chosen_by = one, by
        return read(view, chosen, notes) if chosen else None
    return Expression(kind, run, unit)


@operator("add")
def _(compiler, source, path, fields):
    operands = compiler.many(source["add"], f"{path}/add", fields)

    def run(view, fact, notes):
        values = [value for value in (one.run(view, fact, notes) for one in operands) if value is not None]
        return added(values, notes, path) if values else None

    def joined(values):
        return added(values, Notes(), path) if values else None
    return Expression(NUMBER, run, unit_of(operands), *through(operands, joined))


def unit_of(operands):
    return next((one.unit for one in operands if one.unit), None)


@operator("minus")
def _(compiler, source, path, fields):
    one, other = compiler.many(source["minus"], f"{path}/minus", fields)

    def run(view, fact, notes):
        a, b = one.run(view, fact, notes), other.run(view, fact, notes)
        return None if a is None or b is None else checked(a - b, notes, path)
    return Expression(NUMBER, run, one.unit or other.unit)


@operator("multiply")
def _(compiler, source, path, fields):
    operands = compiler.many(source["multiply"], f"{path}/multiply", fields)

    def run(view, fact, notes):
        values = [one.run(view, fact, notes) for one in operands]
        if None in values:
            return None
        product = 1
        for value in values:
            product = None if product is None else checked(product * value, notes, path)
        return product
    return Expression(NUMBER, run, unit_of(operands))


@operator("divide")
def _(compiler, source, path, fields):
    one, other = compiler.many(source["divide"], f"{path}/divide", fields)
    instead = compiler.expression(source["if_zero"], f"{path}/if_zero", fields) if "if_zero" in source else None

    def run(view, fact, notes):
        a, b = one.run(view, fact, notes), other.run(view, fact, notes)
        otherwise = instead.run(view, fact, notes) if instead else None
        if a is None or b is None:
            return None
        return otherwise if b == 0 else checked(divided(a, b), notes, path)
    return Expression(NUMBER, run, None if other.unit else one.unit)


@operator("max", "min")
def _(compiler, source, path, fields):
    name = "max" if "max" in source else "min"
    choose = max if name == "max" else min
    operands = compiler.many(source[name], f"{path}/{name}", fields)

    def run(view, fact, notes):
        values = [one.run(view, fact, notes) for one in operands]
        return choose((value for value in values if value is not None), default=None)

    if name == "min":
        return Expression(operands[0].kind, run, unit_of(operands))
    expression = Expression(operands[0].kind, run, unit_of(operands),
                            *through(operands, lambda values: max(values, default=None)))
    expression.scales_of_codes = [one for operand in operands for one in operand.scales_of_codes]
    return expression


@operator("first")
def _(compiler, source, path, fields):
    operands = compiler.many(source["first"], f"{path}/first", fields)

    def run(view, fact, notes):
        return first_present([one.run(view, fact, notes) for one in operands])
    return Expression(operands[0].kind, run, unit_of(operands))


@operator("cap", "floor")
def _(compiler, source, path, fields):
    name = "cap" if "cap" in source else "floor"
    choose = min if name == "cap" else max
    inner = compiler.expression(source[name], f"{path}/{name}", fields)
    limit = compiler.expression(source["at"], f"{path}/at", fields)

    def run(view, fact, notes):
        value, at = inner.run(view, fact, notes), limit.run(view, fact, notes)
        return value if value is None or at is None else choose(value, at)

    if name == "floor":
        return Expression(NUMBER, run, inner.unit)

    def worth(view, path, points):
        value, at = inner.worth(view, path, points), limit.run(view, None, Notes())
        return value if value is None or at is None else min(value, at)
    return Expression(NUMBER, run, inner.unit, inner.reach, worth)


@operator("round")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["round"], f"{path}/round", fields)
    to = compiler.expression(source["to"], f"{path}/to", fields)

    def run(view, fact, notes):
        value, unit = inner.run(view, fact, notes), to.run(view, fact, notes)
        return None if value is None or unit is None else checked(rounded(value, unit, source["how"]), notes, path)
    return Expression(NUMBER, run, inner.unit)


@operator("if")
def _(compiler, source, path, fields):
    condition = compiler.expression(source["if"], f"{path}/if", fields)
    then = compiler.expression(source["then"], f"{path}/then", fields)
    otherwise = compiler.expression(source["else"], f"{path}/else", fields) if "else" in source else None

    def run(view, fact, notes):
        if condition.run(view, fact, notes):
            return then.run(view, fact, notes)
        return otherwise.run(view, fact, notes) if otherwise else None
    return Expression(then.kind, run, unit_of([then] + ([otherwise] if otherwise else [])))


@operator("length")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["length"], f"{path}/length", fields)
    return Expression(NUMBER, lambda view, fact, notes: checked(
        calendar_days.length(inner.run(view, fact, notes)), notes, path), "months")


@operator("day_count")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["day_count"], f"{path}/day_count", fields)
    return Expression(NUMBER, lambda view, fact, notes: calendar_days.days(inner.run(view, fact, notes)), "days")


@operator("between", "days_between")
def _(compiler, source, path, fields):
    name = "between" if "between" in source else "days_between"
    one, other = compiler.many(source[name], f"{path}/{name}", fields)

    def run(view, fact, notes):
        a, b = one.run(view, fact, notes), other.run(view, fact, notes)
        if a is None or b is None:
            return None
        return calendar_days.months_between(a, b) if name == "between" else (b - a).days
    return Expression(NUMBER, run, "months" if name == "between" else "days")


@operator("year")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["year"], f"{path}/year", fields)

    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        return None if value is None else Month.of(value).year()
    return Expression(NUMBER, run)


@operator("series")
def _(compiler, source, path, fields):
    series = compiler.series[source["series"]]
    year = compiler.expression(source["at"], f"{path}/at", fields)
    values = {number: number_or_unknown(value, path) for number, value in series["values"].items()}

    def run(view, fact, notes):
        number = year.run(view, fact, notes)
        if number is None:
            return None
        assumed = view.facts.series.get(source["series"], {}).get(str(number))
        value = values.get(str(number)) if assumed is None else number_or_unknown(assumed, path)
        if value is None:
            notes.doubt("table_unknown", path=path)
        return value
    return Expression(NUMBER, run, series.get("unit"))


@operator("as")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["value"], f"{path}/value", fields)

    def run(view, fact, notes):
        other = view.seen_as(source["as"])
        if other is None:
            notes.look(False)  # nobody there: as a selection that finds nothing
            return None
        return inner.run(other, None, notes)
    return Expression(inner.kind, run, inner.unit)


# booleans

@operator("all", "any")
def _(compiler, source, path, fields):
    name = "all" if "all" in source else "any"
    operands = compiler.many(source[name], f"{path}/{name}", fields)
    deciding = name == "any"

    def run(view, fact, notes):
        results, decided = [], False
        for one in operands:
            own = Notes()
            value = bool(one.run(view, fact, own))
            results.append((value, own))
            decided = decided or (value == deciding and not own.doubts)
        for _, own in results:
            notes.take(own, with_doubts=not decided)
        return any(value == deciding for value, _ in results) == deciding
    return Expression(BOOLEAN, run)


@operator("not")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["not"], f"{path}/not", fields)
    return Expression(BOOLEAN, lambda view, fact, notes: not inner.run(view, fact, notes))


@operator("test")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["test"], f"{path}/test", fields)
    test = compiler.test(source["is"], f"{path}/is", inner.kind)

    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        return test.make(view, notes)(value)
    return Expression(BOOLEAN, run)


# dates

@operator("shift")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["shift"], f"{path}/shift", fields)
    months, days = int(source.get("years", 0)) * 12 + int(source.get("months", 0)), int(source.get("days", 0))

    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        if value is None or isinstance(value, Month):
            return None if value is None else Month(value + months)
        return calendar_days.shift(value, months, days)
    return Expression(inner.kind, run)


@operator("start_of", "end_of")
def _(compiler, source, path, fields):
    name = "start_of" if "start_of" in source else "end_of"
    inner = compiler.expression(source["of"], f"{path}/of", fields)

    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        if value is None:
            return None
        month = Month.of(value)
        if source[name] == "year":
            month = Month(month // 12 * 12 + (0 if name == "start_of" else 11))
        return month.first_day() if name == "start_of" else Month(month + 1).first_day() - calendar_days.ONE_DAY
    return Expression(DATE, run)


@operator("month")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["month"], f"{path}/month", fields)

    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        return None if value is None else Month.of(value)
    return Expression(MONTH, run)


# spans

@operator("spans")
def _(compiler, source, path, fields):
    facts = compiler.facts(source["spans"], f"{path}/spans")
    if "months" in source:
        read = facts.fields.reader(source["months"], path)

        def months(view, fact, notes):
            found = [read(view, one, notes) for one in facts.run(view, None, notes).facts]
            found = {Month.of(value) for value in found if value is not None}
            return calendar_days.united(
                calendar_days.month_span(month) for month in found if month <= Month.of(view.facts.as_of))
        return Expression(SPANS, months)
    starts = [facts.fields.reader(name, path) for name in listed(source["from"])]
    ends = [facts.fields.reader(name, path) for name in listed(source["to"])]

    def run(view, fact, notes):
        pieces = []
        for one in facts.run(view, None, notes).facts:
            start = first_present(read(view, one, notes) for read in starts)
            end = earliest(read(view, one, notes) for read in ends)
            if start is None:
                notes.doubt("not_reported", facts.fields.kind, one.label)
                continue
            last = min(last_day(end), view.facts.as_of) if end is not None else view.facts.as_of
            pieces.append((first_day(start), last + calendar_days.ONE_DAY))
        return calendar_days.united(pieces)
    return Expression(SPANS, run)


def first_day(value):
    return value.first_day() if isinstance(value, Month) else value


def last_day(value):
    return Month(value + 1).first_day() - calendar_days.ONE_DAY if isinstance(value, Month) else value


@operator("union")
def _(compiler, source, path, fields):
    operands = compiler.many(source["union"], f"{path}/union", fields)
    return Expression(SPANS, lambda view, fact, notes: calendar_days.united(
        piece for one in operands for piece in one.run(view, fact, notes)))


@operator("intersect")
def _(compiler, source, path, fields):
    operands = compiler.many(source["intersect"], f"{path}/intersect", fields)
    return Expression(SPANS, lambda view, fact, notes: functools.reduce(
        calendar_days.intersected, [one.run(view, fact, notes) for one in operands]))


@operator("without")
def _(compiler, source, path, fields):
    one, other = compiler.many(source["without"], f"{path}/without", fields)
    return Expression(SPANS, lambda view, fact, notes: calendar_days.without(
        one.run(view, fact, notes), other.run(view, fact, notes)))


@operator("clip")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["clip"], f"{path}/clip", fields)
    limits = {name: compiler.expression(source[name], f"{path}/{name}", fields)
              for name in ("from", "to") if name in source}

    def run(view, fact, notes):
        spans = inner.run(view, fact, notes)
        start, end = (limits[name].run(view, fact, notes) if name in limits else None for name in ("from", "to"))
        start = first_day(start) if start is not None else datetime.date.min
        end = last_day(end) + calendar_days.ONE_DAY if end is not None else datetime.date.max
        return calendar_days.intersected(spans, [(start, end)]) if start < end else []
    return Expression(SPANS, run)


def whole_months(source):
    return int(literal(str(source))[1])


@operator("bridge")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["bridge"], f"{path}/bridge", fields)
    gap = whole_months(source["gap"])
    return Expression(SPANS, lambda view, fact, notes: calendar_days.bridged(inner.run(view, fact, notes), gap))


@operator("last_run")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["last_run"], f"{path}/last_run", fields)
    gap = whole_months(source["gap"])
    at = compiler.expression(source.get("at", "as_of"), f"{path}/at", fields)

    def run(view, fact, notes):
        spans, day = inner.run(view, fact, notes), at.run(view, fact, notes)
        return calendar_days.last_run(spans, gap, day) if day is not None else []
    return Expression(SPANS, run)


@operator("longest_run")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["longest_run"], f"{path}/longest_run", fields)
    gap = whole_months(source["gap"])
    return Expression(SPANS, lambda view, fact, notes: calendar_days.longest_run(inner.run(view, fact, notes), gap))
