# SPDX-License-Identifier: Apache-2.0
# scales: what turns a number, a code or a date into points, and how far it is to the next points.
from fractions import Fraction

from facts import lowest
from language import (NUMBER, TEXT, Expression, Notes, Step, checked, divided, known, literal, number_or_unknown,
                      operator)


def scale(compiler, name, source, path, fields, points, next_xs):
    """A scale on a number: points(x, notes), and next_xs(x): those next x that may give more, the nearest first."""
    inner = compiler.expression(source[name], f"{path}/{name}", fields)

    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        return 0 if value is None else points(value, notes)

    def reach(view):
        value, before = inner.run(view, None, Notes()), run(view, None, Notes())
        for target in next_xs(value) if value is not None and before is not None else ():
            after = points(target, Notes())
            if after is not None and after > before:
                return [Step(path, lowest(Fraction(target - value)), inner.unit or "", None, after)]
        return []
    return Expression(NUMBER, run, None, reach, worth_of(path, run))


def worth_of(own_path, run):
    return lambda view, path, points: points if path == own_path else run(view, None, Notes())


@operator("per_unit")
def _(compiler, source, path, fields):
    each = number_or_unknown(source["each"], path)
    per = number_or_unknown(source["points"], path)
    wait = number_or_unknown(source["wait"], path) if "wait" in source else 0
    part = source.get("part", "completed")

    def points(x, notes):
        if x <= 0:
            return 0
        if known(wait, f"{path}/wait", notes) is None:
            return None
        if x < wait:
            return 0
        if known(each, f"{path}/each", notes) is None:
            return None
        units = divided(x, each) if part == "count" else -(-x // each) if part == "up" else x // each
        if units == 0 or known(per, f"{path}/points", notes) is None:
            return 0 if units == 0 else None
        return checked(units * per, notes, path)

    def next_xs(x):
        if part != "completed" or None in (each, per, wait):
            return []
        return [max((max(x, 0) // each + 1) * each, wait)]
    return scale(compiler, "per_unit", source, path, fields, points, next_xs)


@operator("step")
def _(compiler, source, path, fields):
    at, base, each, per = (number_or_unknown(source[name], path) for name in ("at", "base", "each", "points"))

    def points(x, notes):
        if known(at, f"{path}/at", notes) is None:
            return None
        if x < at:
            return 0
        if None in (known(base, f"{path}/base", notes), known(each, f"{path}/each", notes)):
            return None
        further = (x - at) // each
        if further > 0 and known(per, f"{path}/points", notes) is None:
            return None
        return checked(base + (further * per if further else 0), notes, path)

    def next_xs(x):
        if None in (at, base, each, per):
            return []
        if x >= at:
            return [at + ((x - at) // each + 1) * each]
        return [at] if base > 0 else [at + (-base // per + 1) * each] if per > 0 else []
    return scale(compiler, "step", source, path, fields, points, next_xs)


@operator("bands")
def _(compiler, source, path, fields):
    each = number_or_unknown(source["each"], path)
    rows = [(divided(literal(str(row["to"]))[1], each or 1) if "to" in row else None,
             number_or_unknown(row["points"], path)) for row in source["rows"]]
    part = source.get("part")

    def points(x, notes):
        if x <= 0:
            return 0
        if known(each, f"{path}/each", notes) is None:
            return None
        units = divided(x, each) if part == "count" else x // each
        total, start = 0, 0
        for n, (end, per) in enumerate(rows):
            taken = max(min(units, end) - start if end is not None else units - start, 0)
            if taken > 0:
                if known(per, f"{path}/rows/{n}/points", notes) is None:
                    return None
                total = checked(total + taken * per, notes, path)
            start = end
        return total

    def next_xs(x):
        if part == "count" or each is None:
            return
        units, start = max(x, 0) // each, 0
        for end, per in rows:
            unit = max(units, start) + 1
            if (end is None or unit <= end) and per is not None and per > 0:
                yield unit * each
            start = end
    return scale(compiler, "bands", source, path, fields, points, next_xs)


@operator("tiers")
def _(compiler, source, path, fields):
    inner = compiler.expression(source["tiers"], f"{path}/tiers", fields)
    rows = [(compiler.test(row["is"], f"{path}/rows/{n}/is", inner.kind),
             compiler.expression(row["points"], f"{path}/rows/{n}/points", fields))
            for n, row in enumerate(source["rows"])]
    otherwise = compiler.expression(source.get("otherwise", 0), f"{path}/otherwise", fields)
    def run(view, fact, notes):
        value = inner.run(view, fact, notes)
        checks = [test.make(view, notes) for test, _ in rows]
        row = passed(value, checks, [test for test, _ in rows])
        if row is None and value is None:
            return 0
        return (otherwise if row is None else rows[row][1]).run(view, fact, notes)

    def literal_rows(view, present):
        """The rows with literal points that are more: (points, row)."""
        found = [(points.run(view, None, Notes()), n) for n, (_, points) in enumerate(rows) if points.constant]
        return [(points, n) for points, n in found if points is not None and points > present]

    def code_steps(view, present):
        above = literal_rows(view, present or 0)
        return [Step(path, None, None, row, points) for points, row in [min(above)]] if above else []

    def number_steps(view, present):
        x = inner.run(view, None, Notes())
        if x is None:
            return []
        begins = [(rows[row][0].begins(view, x), points) for points, row in literal_rows(view, present)]
        nearest = min((one for one in begins if one[0] is not None), default=None)
        if nearest is None or nearest[0][1]:
            return []
        return [Step(path, lowest(Fraction(nearest[0][0] - x)), inner.unit or "", None, nearest[1])]

    def reach(view):
        present = run(view, None, Notes())
        if present is None:
            return []
        return {TEXT: code_steps, NUMBER: number_steps}.get(inner.kind, lambda *_: [])(view, present)
    expression = Expression(NUMBER, run, None, reach, worth_of(path, run))
    expression.scales_of_codes = [(path, code_steps)] if inner.kind == TEXT else []
    return expression


def passed(value, checks, tests):
    """The place of the first test that the value passes; what is absent passes where that is said only."""
    return next((n for n, check in enumerate(checks)
                 if (value is not None or tests[n].takes_absent) and check(value)), None)


@operator("matrix")
def _(compiler, source, path, fields):
    one, other = compiler.many(source["matrix"], f"{path}/matrix", fields)
    columns = [compiler.test(test, f"{path}/columns/{n}", other.kind) for n, test in enumerate(source["columns"])]
    rows = [(compiler.test(row["is"], f"{path}/rows/{n}/is", one.kind), row["points"])
            for n, row in enumerate(source["rows"])]

    def run(view, fact, notes):
        a, b = one.run(view, fact, notes), other.run(view, fact, notes)
        row_checks = [test.make(view, notes) for test, _ in rows]
        column_checks = [test.make(view, notes) for test in columns]
        row = passed(a, row_checks, [test for test, _ in rows])
        column = passed(b, column_checks, columns)
        if row is None or column is None:
            return 0
        return known(number_or_unknown(rows[row][1][column], path), f"{path}/rows/{row}/points/{column}", notes)
    return Expression(NUMBER, run)
