# SPDX-License-Identifier: Apache-2.0
# selections: select of docs/rules.md: which facts count, step by step, and what is doubtful about them.
from facts import listed
from language import (COMPARE, FACTS, Expression, Fact, Notes, Person, Selection, consult, earliest, first_present,
                      operator, order_pair, remembered)

FACTS_MAX, PAIRS_MAX, OTHERS_MAX = 10000, 20000, 64


@operator("select")
def _(compiler, source, path, fields):
    name = source["select"]
    if "." in name:
        compiler.proto.kind(name, path)
        base, fields = None, compiler.kind_fields(name, source.get("rows"))
    else:
        base = compiler.simple(name, path)
        fields = base.fields
    kind, fields = fields.kind, fields.needing(source.get("needs", ()))
    start = start_of_select(source, base, kind)
    steps = []
    if "via" in source:
        partners = compiler.facts(source["via"]["facts"], f"{path}/via/facts")
        if "subject" in source["via"]["on"]:
            start = subjects_of_partners(source, kind, partners, source["via"]["on"]["subject"])
        steps.append(join(source["via"], partners, fields))
        fields = fields.joined(partners.fields)
    for computed, inner in source.get("with", {}).items():
        expression = compiler.expression(inner, f"{path}/with/{computed}", fields)
        steps.append(compute(computed, expression))
        fields = fields.with_computed(computed, expression.kind, expression.unit)
    if "where" in source:
        steps.append(keep(compiler.where(source["where"], f"{path}/where", fields)))
    for entry in source.get("unless", []):
        partners = compiler.facts(entry["facts"], f"{path}/unless/facts")
        steps.append(drop_partnered(entry, partners, fields))
    if "unused" in source:
        limit = compiler.table["registers"][source["unused"]["register"]].get("limit", 1)
        steps.append(drop_used(source["unused"], fields, limit))
    needed = [fields.reader(field, path) for field in source.get("needs", [])]
    fields = fields.needing(())

    def run(view, fact, notes):
        selection = start(view, notes)
        facts = cut(selection.facts, FACTS_MAX, notes, kind)
        for step in steps:
            facts = cut(step(view, facts, notes), PAIRS_MAX, notes, kind)
        facts = cut(facts, FACTS_MAX, notes, kind)
        for one in facts if needed else ():
            for read in needed:
                read(view, one, notes)  # which brings the doubt
        found = {id(one.subject) for one in facts}
        notes.look(False)  # also where there is nobody to ask about
        for one in selection.subjects:
            consult(view, one, kind, id(one.subject) in found, notes, source.get("later", False))
        return Selection(facts, selection.subjects)
    return remembered(object(), Expression(FACTS, run, fields=fields))


def cut(facts, limit, notes, kind):
    if len(facts) > limit:
        notes.doubt("overflow", kind)
        return facts[:limit]
    return facts


def start_of_select(source, base, kind):
    rows, later, roles = source.get("rows"), source.get("later", False), listed(source.get("of", "self"))

    def narrow(view, notes):
        return base.run(view, None, notes)

    def ask(view, notes):
        subjects, facts = [], []
        for role in roles:
            for person in view.roles[role][:OTHERS_MAX]:
                if not any(person.subject is known.subject for known in subjects):
                    subjects.append(person)
                    facts += facts_of(view, person, role, kind, rows, later)
        return Selection(facts, subjects)
    return narrow if base else ask


def subjects_of_partners(source, kind, partners, field):
    rows, later = source.get("rows"), source.get("later", False)
    read = partners.fields.reader(field, "/via/on/subject")

    def ask(view, notes):
        codes = []
        for partner in partners.run(view, None, notes).facts:
            code = read(view, partner, notes)
            if code is not None and code not in codes:
                codes.append(code)
        if len(codes) > OTHERS_MAX:
            notes.doubt("overflow", kind)
        subjects = [Person(other_subject(view, code), None) for code in codes[:OTHERS_MAX]]
        facts = [fact for one in subjects for fact in facts_of(view, one, None, kind, rows, later)]
        return Selection(facts, subjects)
    return ask


def facts_of(view, person, role, kind, rows, later):
    return [Fact(person, role, record)
            for record in person.subject.facts(kind, rows, later, view.facts.as_of, view.facts.proto)]


def other_subject(view, code):
    if code not in view.facts.others:
        view.facts.others[code] = view.facts.subject(None, {}, "")
    subject = view.facts.others[code]
    subject.code = code
    return subject


def agreement(on, own, others):
    """agrees(view, fact, partner, notes): all pairs of fields equal, absent equals nothing."""
    pairs = [(None if name == "subject" else own.reader(name, "/on"), others.reader(other, "/on"))
             for name, other in on.items()]

    def agrees(view, fact, partner, notes):
        for read, read_other in pairs:
            value = read(view, fact, notes) if read else fact.subject.code
            other = read_other(view, partner, notes)
            if value is None or other is None or value != other:
                return False
        return True
    return agrees


def lies_during(during, own, others):
    read = own.reader(during["field"], "/during")
    starts = [others.reader(name, "/during/from") for name in listed(during["from"])]
    ends = [others.reader(name, "/during/to") for name in listed(during["to"])]

    def lies(view, fact, partner, notes):
        value = read(view, fact, notes)
        start = first_present(get(view, partner, notes) for get in starts)
        end = earliest(get(view, partner, notes) for get in ends)
        if value is None or start is None:
            return False
        return COMPARE["from"](*order_pair(value, start)) and (
            end is None or COMPARE["to"](*order_pair(value, end)))
    return lies


def join(via, partners, fields):
    agrees = agreement(via["on"], fields, partners.fields)
    lies = lies_during(via["during"], fields, partners.fields) if "during" in via else None

    def step(view, facts, notes):
        others = partners.run(view, None, notes).facts
        return [Fact(fact.person(), fact.role, fact.record, partner, fact.computed)
                for fact in facts for partner in others
                if agrees(view, fact, partner, notes) and (lies is None or lies(view, fact, partner, notes))]
    return step


def compute(name, expression):
    def value_for(view, fact, notes):
        own = Notes()
        value = expression.run(view, fact, own)
        notes.take(own, with_doubts=False)
        return Fact(fact.person(), fact.role, fact.record, fact.partner,
                    {**(fact.computed or {}), name: (value, own.doubts)})

    def step(view, facts, notes):
        return [value_for(view, fact, notes) for fact in facts]
    return step


def keep(where):
    def step(view, facts, notes):
        if not facts:  # what no fact came to is not evaluated, and brings no doubts
            return []
        check, kept = where(view, notes), []
        for fact in facts:
            holds, doubts = check(fact)
            notes.doubts |= doubts
            if holds:
                kept.append(fact)
        return kept
    return step


def drop_partnered(entry, partners, fields):
    if "on" in entry:
        agrees = agreement(entry["on"], fields, partners.fields)
    else:
        def agrees(view, fact, partner, notes):
            return fields.kind == partners.fields.kind and fact.identity() == partner.identity()

    def step(view, facts, notes):
        others = partners.run(view, None, notes).facts
        return [fact for fact in facts if not any(agrees(view, fact, partner, notes) for partner in others)]
    return step


def drop_used(unused, fields, limit):
    read = fields.reader(unused["key"], "/unused/key")

    def step(view, facts, notes):
        used = view.facts.registers.get(unused["register"], [])
        return [fact for fact in facts if used.count(read(view, fact, notes)) < int(limit)]
    return step
