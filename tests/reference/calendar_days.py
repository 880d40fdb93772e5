# SPDX-License-Identifier: Apache-2.0
# calendar_days: days, months between them and sets of days, as docs/rules.md has them; fractions, never floats.
import calendar
import datetime
from fractions import Fraction

from facts import Month, lowest

FIRST, LAST = datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)
ONE_DAY = datetime.timedelta(1)


def shift(day, months, days=0):
    """The same day number so many months on, or that month's last day, then days; None out of range."""
    month = day.year * 12 + day.month - 1 + months
    if not FIRST.year * 12 <= month < LAST.year * 12 + 12:
        return None
    year, month = month // 12, month % 12 + 1
    moved = datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    try:
        moved += datetime.timedelta(days)
    except OverflowError:
        return None
    return moved if FIRST <= moved <= LAST else None


def months_between(one, other):
    if one > other:
        return -months_between(other, one)
    whole = (other.year - one.year) * 12 + other.month - one.month
    if far_shift(one, whole) > other:
        whole -= 1
    start, end = far_shift(one, whole), far_shift(one, whole + 1)
    return lowest(whole + Fraction((other - start).days, (end - start).days))


def far_shift(day, months):
    """shift, also beyond the last day that a value may have."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_span(month):
    return month.first_day(), Month(month + 1).first_day()


# --- spans: lists of (first day, day after the last), in order, neither overlapping nor adjoining ---------

def united(pieces):
    spans = []
    for start, end in sorted(pieces):
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def intersected(one, other):
    return united((max(a, c), min(b, d)) for a, b in one for c, d in other)


def without(one, other):
    for c, d in other:
        one = united([(a, min(b, c)) for a, b in one] + [(max(a, d), b) for a, b in one])
    return one


def bridges(end, start, gap):
    """Whether the gap between the day after a span and the next one is at most so many months."""
    return far_shift(end, gap) >= start


def bridged(spans, gap):
    filled = []
    for start, end in spans:
        if filled and bridges(filled[-1][1], start, gap):
            filled[-1] = (filled[-1][0], end)
        else:
            filled.append((start, end))
    return filled


def last_run(spans, gap, day):
    after = day + ONE_DAY
    spans, run, next_start = [(a, min(b, after)) for a, b in spans if a < after], [], after
    for start, end in reversed(spans):
        if not bridges(end, next_start, gap):
            break
        run.insert(0, (start, end))
        next_start = start
    return run


def longest_run(spans, gap):
    runs = []
    for span in spans:
        if runs and bridges(runs[-1][-1][1], span[0], gap):
            runs[-1].append(span)
        else:
            runs.append([span])
    best = []
    for run in runs:
        if not best or length(run) >= length(best):
            best = run
    return best


def length(spans):
    return sum(months_between(start, end) for start, end in spans)


def days(spans):
    return sum((end - start).days for start, end in spans)
