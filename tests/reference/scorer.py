#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# scorer: the reference for the points engine: slow, plain, and written from docs/rules.md alone.
#
# It takes a rule table that the checker has accepted, and a facts file, and says what the score is. It shares nothing
# with services/points, so that where both agree, the specification has been read the same way twice.
import argparse
import json
import pathlib
import sys
from fractions import Fraction

import operators  # noqa: F401: they make themselves known to language
import scales  # noqa: F401
import selections  # noqa: F401
from facts import Facts, Proto, Refused, as_day, lowest, proto_folder
from language import LOOKED, NUMBER, Compiler, Expression, Notes, Person, View, checked, literal, rounded

FIRST_STATES = ("overflow", "table_unknown", "disputed", "erased", "rejected", "behind", "not_reported")


def load(path):
    return json.loads(pathlib.Path(path).read_text("utf-8"), parse_float=str)


def number_text(number):
    """Whole, or with a point where at most 6 decimals are exact, else a fraction."""
    if number is None or isinstance(number, int):
        return None if number is None else str(number)
    millionths = number * 1000000
    if millionths.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    digits = f"{abs(millionths.numerator):07}"
    text = f"{digits[:-6]}.{digits[-6:]}".rstrip("0").rstrip(".")
    return "-" + text if number < 0 else text


def number_of(source):
    """A literal N: its value, None where there is none or it is unknown."""
    return None if source is None or source == "unknown" else literal(str(source))[1]


def date_of(source):
    return as_day(int(source.replace("-", ""))) if source else None


class Value:
    """What a name of the score stands for: an item's, a group's or the total's points."""

    def __init__(self, points, notes):
        self.points, self.notes = points, notes


class Days:
    """The as-of days on which something is in force, both ends counted."""

    def __init__(self, source):
        self.first, self.last = date_of(source.get("from")), date_of(source.get("to"))

    def hold(self, as_of):
        return (self.first is None or self.first <= as_of) and (self.last is None or as_of <= self.last)


class Limits:
    """round, cap and floor of an item, a group or a programme."""

    def __init__(self, source, path, rounding=None):
        self.path, self.source = path, source
        self.rounding = source.get("round", rounding)

    def round(self, points, notes):
        if self.rounding in (None, "exact") or points is None:
            return points
        return checked(rounded(points, number_of(self.rounding["to"]), self.rounding["how"]), notes, self.path)

    def cut(self, points, notes):
        for name, choose in (("cap", min), ("floor", max)):
            limit = self.source.get(name)
            if limit == "unknown":
                notes.doubt("table_unknown", path=f"{self.path}/{name}")
            elif limit is not None:
                points = choose(points, number_of(limit))
        return points


class Item:
    def __init__(self, compiler, source, path, rounding):
        self.id, self.group, self.source, self.path = source["id"], source["group"], source, path
        self.points = compiler.expression(source["points"], f"{path}/points")
        self.nullified = compiler.expression(source["nullified_by"], f"{path}/nullified_by") \
            if "nullified_by" in source else None
        self.limits = Limits(source, path, rounding)
        self.days = Days(source)

    def applies(self, programme, as_of):
        if programme not in self.source.get("programmes", [programme]):
            return False
        return self.days.hold(as_of)

    def limited(self, points, notes):
        points = self.limits.round(points, notes)
        return self.limits.cut(points if points is not None else 0, notes)

    def score(self, view, programme):
        if not self.applies(programme, view.facts.as_of):
            return ItemScore(self, "not_applicable", 0, Notes(), [])
        override = view.facts.overrides.get(self.id)
        if override:
            return ItemScore(self, "overridden", number_of(override["points"]), Notes(), [])
        notes = Notes()
        raw = self.points.run(view, None, notes) or 0
        null = self.nullified.run(view, None, notes) if self.nullified else False
        if self.id in view.facts.disputes:
            notes.doubt("disputed", path=self.path)
        points = self.limited(0 if null else raw, notes)
        steps = [] if null else self.next_steps(view, points)
        return ItemScore(self, state_of(notes), points, notes, steps)

    def next_steps(self, view, points):
        found = {}
        for step in self.points.reach(view):
            worth = self.points.worth(view, step.path, step.points)
            gives = 0 if worth is None else lowest(Fraction(self.limited(worth, Notes()) - points))
            if gives > 0 and step.path not in found:
                found[step.path] = {"path": step.path, "needs": number_text(step.needs), "unit": step.unit,
                                    "gives": number_text(gives), "row": step.row}
        return list(found.values())


def state_of(notes):
    doubts = {doubt[0] for doubt in notes.doubts}
    for state in FIRST_STATES:
        if state in doubts:
            return state
    return "none" if notes.looked == LOOKED else "computed"


class ItemScore:
    def __init__(self, item, state, points, notes, steps):
        self.item, self.state, self.points, self.notes, self.steps = item, state, points, notes, steps

    @property
    def applies(self):
        return self.state != "not_applicable"


class Group:
    def __init__(self, source, path):
        self.id, self.source, self.limits = source["id"], source, Limits(source, path)

    def score(self, parts):
        notes = Notes()
        for part in parts:
            notes.take(part.notes)
        points = [part.points for part in parts]
        total = (max(points) if self.source.get("take") == "highest" else sum(points)) if points else 0
        return Value(self.limits.cut(total, notes), notes)


# --- a programme -----------------------------------------------------------------------------------

class Condition:
    """A gate, a veto or a freeze."""

    def __init__(self, compiler, source, path, member):
        self.id, self.source, self.days = source["id"], source, Days(source)
        self.holds = compiler.expression(source[member], f"{path}/{member}")

    def state(self, view, words):
        notes = Notes()
        holds = self.holds.run(view, None, notes)
        return Judged(self, "open" if notes.doubts else words[0] if holds else words[1], notes)


class Judged:
    def __init__(self, condition, state, notes):
        self.condition, self.state, self.notes = condition, state, notes


class Programme:
    def __init__(self, compiler, source, path):
        self.id, self.source, self.path = source["id"], source, path
        self.total = compiler.expression(source["total"], f"{path}/total")
        self.limits = Limits(source, path)
        compiler.names["total"] = scored_name("total")
        self.gates = self.conditions(compiler, path, "gates", "holds")
        self.vetoes = self.conditions(compiler, path, "vetoes", "when")
        self.freezes = self.conditions(compiler, path, "freezes", "when")
        del compiler.names["total"]

    def conditions(self, compiler, path, member, expression):
        return [Condition(compiler, source, f"{path}/{member}/{n}", expression)
                for n, source in enumerate(self.source.get(member, []))]

    def outcome(self, gates, vetoes, freezes, total):
        threshold = number_of(self.source.get("threshold"))
        if any(one.state == "holds" for one in vetoes):
            return "refused"
        if any(one.state == "not_met" for one in gates):
            return "not_eligible"
        if any(one.state == "open" for one in gates + vetoes + freezes) or \
                self.source.get("threshold") == "unknown":
            return "open"
        if any(one.state == "holds" for one in freezes):
            return "frozen"
        if threshold is not None and total < threshold:
            return "below_threshold"
        return "candidate" if "ranking" in self.source else "entitled"


def scored_name(name):
    def run(view, fact, notes):
        value = view.scored[name]
        notes.take(value.notes)
        return value.points
    return Expression(NUMBER, run)


def first_view(facts):
    return View(facts, {role: [Person(subject, role) for subject in subjects]
                        for role, subjects in facts.roles.items()})


class Score:
    """Items, groups and total as seen from one person."""

    def __init__(self, table, programme, view):
        self.view, self.items, self.groups = view, [item.score(view, programme.id) for item in table.items], {}
        for score in self.items:
            view.scored[f"item.{score.item.id}"] = Value(score.points, score.notes)
        for group in reversed(table.groups):
            self.groups[group.id] = group.score(self.parts(table, group))
            view.scored[f"group.{group.id}"] = self.groups[group.id]
        notes = Notes()
        self.sum = programme.total.run(view, None, notes) or 0
        total = programme.limits.round(self.sum, notes)
        self.total = programme.limits.cut(total if total is not None else 0, notes)
        self.notes = notes
        view.scored["total"] = Value(self.total, notes)

    def parts(self, table, group):
        own = [Value(score.points, score.notes) for score in self.items
               if score.item.group == group.id and score.applies]
        return own + [self.groups[other.id] for other in table.groups if other.source.get("in") == group.id]


class Table:
    """A rule table, compiled once."""

    def __init__(self, source, proto):
        self.source, self.id, self.days = source, source["id"], Days(source["valid"])
        compiler = Compiler(source, proto)
        for n, definition in enumerate(source.get("define", [])):
            compiler.define(definition, f"/define/{n}")
        self.items = [Item(compiler, item, f"/items/{n}", source["round"]) for n, item in enumerate(source["items"])]
        self.groups = [Group(group, f"/groups/{n}") for n, group in enumerate(source["groups"])]
        for item in self.items:
            compiler.names[f"item.{item.id}"] = scored_name(f"item.{item.id}")
        for group in self.groups:
            compiler.names[f"group.{group.id}"] = scored_name(f"group.{group.id}")
        self.programmes = {programme["id"]: Programme(compiler, programme, f"/programmes/{n}")
                           for n, programme in enumerate(source["programmes"])}

    def assumed(self, facts):
        return [one for one in self.source.get("series", {}) if one in facts.series] + \
            [one for one in self.source.get("lists", {}) if one in facts.lists]

    def score(self, content, proto):
        """The explanation of a facts file's score, without its steps."""
        facts = Facts(content, proto)
        if facts.programme not in self.programmes:
            raise Refused(f"/programme: no programme {facts.programme}")
        programme, view = self.programmes[facts.programme], first_view(facts)
        scores = [("self", Score(self, programme, view))]
        if programme.source.get("family", "own") == "higher_spouse" and view.roles["spouse"]:
            scores.append(("spouse", Score(self, programme, view.seen_as("spouse"))))
        chosen = max(scores, key=lambda one: one[1].total)
        other = next((score for name, score in scores if name != chosen[0]), None)
        view.scored = chosen[1].view.scored
        return explained(self, programme, view, chosen, other)


# --- the explanation ---------------------------------------------------------------------------------

def doubts_of(notes):
    return [{"doubt": doubt, "department": department, "kind": kind, "role": role, "path": path}
            for doubt, department, kind, role, path in sorted(notes.doubts, key=repr)]


def judged(conditions, view, words):
    return [condition.state(view, words) for condition in conditions if condition.days.hold(view.facts.as_of)]


def explained(table, programme, view, chosen, other):
    scored, score = chosen
    gates = judged(programme.gates, view, ("met", "not_met"))
    vetoes = judged(programme.vetoes, view, ("holds", "holds_not"))
    freezes = judged(programme.freezes, view, ("holds", "holds_not"))
    total = score.total
    if any(veto.state == "holds" and veto.condition.source.get("effect") == "zero" for veto in vetoes):
        total = 0
    everything = Notes()
    totals = [score, other] if other else [score]
    for one in [*score.items, *gates, *vetoes, *freezes, *totals]:
        everything.take(one.notes)
    if programme.source.get("threshold") == "unknown":
        everything.doubt("table_unknown", path=f"{programme.path}/threshold")
    return {
        "onecity_explanation": 1, "table": {"id": table.id}, "programme": {"id": programme.id},
        "as_of": str(view.facts.as_of), "accepted_on": str(view.given["accepted_on"]),
        "in_force": table.days.hold(view.facts.as_of),
        "scored": scored, "other_total": number_text(other.total) if other else None,
        "total": number_text(total), "sum": number_text(score.sum),
        "complete": not any(doubt[0] == "table_unknown" for one in [*score.items, *totals]
                            for doubt in one.notes.doubts),
        "final": not everything.doubts,
        "outcome": programme.outcome(gates, vetoes, freezes, total),
        "threshold": number_text(number_of(programme.source.get("threshold"))),
        "assumed": table.assumed(view.facts), "doubts": doubts_of(everything),
        "gates": [condition_text(one) for one in gates], "vetoes": [condition_text(one) for one in vetoes],
        "freezes": [condition_text(one) for one in freezes],
        "groups": [{"id": group.id, "points": number_text(score.groups[group.id].points)} for group in table.groups],
        "items": [{"id": one.item.id, "state": one.state, "points": number_text(one.points),
                   "doubts": doubts_of(one.notes), "next": one.steps} for one in score.items],
    }


def condition_text(one):
    return {"id": one.condition.id, "state": one.state, "doubts": doubts_of(one.notes)}


def main():
    parser = argparse.ArgumentParser(description="Scores a facts file by the reference reading of docs/rules.md.")
    parser.add_argument("-f", "--facts", type=pathlib.Path, required=True)
    parser.add_argument("--rules", type=pathlib.Path, required=True)
    options = parser.parse_args()
    proto = Proto(proto_folder())
    try:
        answer = Table(load(options.rules), proto).score(load(options.facts), proto)
    except Refused as error:
        print(f"scorer: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
