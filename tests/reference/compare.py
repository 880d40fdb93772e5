#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# compare: scores random citizens by the reference and by the C program, and shows the first differences, item by item,
# each with the smallest facts file that still shows it.
import argparse
import gc
import itertools
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading
import time

from facts import ROOT, Proto, Refused, proto_folder
from random_facts import facts_files
from scorer import Table, load

PLAIN = ("scored", "other_total", "total", "sum", "complete", "final", "outcome", "threshold", "assumed", "in_force")
CONDITIONS = ("gates", "vetoes", "freezes")
BATCH, SHOWN_MAX, TRIES_MAX = 200, 5, 400


def program():
    programs = pathlib.Path(os.environ.get("ONECITY_PROGRAMS", ROOT / "build/sanitized/bin"))
    return programs.resolve() / "onecity-points"


# --- both scorers ------------------------------------------------------------------------------------

class Reference:
    def __init__(self, table_path, proto):
        self.table, self.proto = Table(load(table_path), proto), proto

    def explain(self, content):
        """From the same text as the program gets."""
        try:
            return self.table.score(json.loads(content, parse_float=str), self.proto)
        except Refused as error:
            return {"error": str(error)}


class Program:
    """onecity-points simulate --batch: one facts file a line in, one explanation a line out."""

    def __init__(self, table_path, path=None):
        command = [str(path or program()), "simulate", "--batch", "--rules", str(table_path)]
        environment = {"ONECITY_PROTO": str(proto_folder()), **os.environ}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.lines, self.answers = queue.Queue(), queue.Queue()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.write, self.read)]
        for thread in self.threads:
            thread.start()

    def write(self):
        try:
            for line in iter(self.lines.get, None):
                self.process.stdin.write(line.encode() + b"\n")
                self.process.stdin.flush()
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended; the reader says so

    def read(self):
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def ask(self, content):
        self.lines.put(content)

    def answer(self):
        line = self.answers.get()
        if line is None:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.wait()} before it answered")
        return json.loads(line)

    def explain(self, content):
        self.ask(content)
        return self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.put(None)
        for thread in self.threads:
            thread.join(timeout=60)
        if self.process.wait(timeout=60) and sys.exc_info()[0] is None:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.returncode}")


# --- differences ---------------------------------------------------------------------------------------

def doubt_set(doubts):
    """Doubts without paths: which of equal numbers of the table is unknown, the one or the other may name first."""
    return sorted({(one["doubt"], one["department"] or "", one["kind"] or "", one["role"] or "") for one in doubts})


def step_list(steps):
    return sorted((one["path"], one["needs"] or "", one["unit"] or "", one["gives"], str(one["row"]))
                  for one in steps)


def differences(reference, engine):
    """What the engine says otherwise: (where, reference, engine)."""
    if "error" in reference or "error" in engine:
        if ("error" in reference) != ("error" in engine):
            yield "refused", reference.get("error"), engine.get("error")
        return
    for name in PLAIN:
        if reference[name] != engine.get(name):
            yield name, reference[name], engine.get(name)
    yield from sections_that_differ(reference, engine, "items", ("state", "points"), True)
    yield from sections_that_differ(reference, engine, "groups", ("points",), False)
    for name in CONDITIONS:
        yield from sections_that_differ(reference, engine, name, ("state",), True)
    if doubt_set(reference["doubts"]) != doubt_set(engine["doubts"]):
        yield "doubts", doubt_set(reference["doubts"]), doubt_set(engine["doubts"])


def sections_that_differ(reference, engine, section, members, with_doubts):
    ours, theirs = ([one["id"] for one in answer[section]] for answer in (reference, engine))
    if ours != theirs:
        yield section, ours, theirs
        return
    for one, other in zip(reference[section], engine[section]):
        where = f"{section}.{one['id']}"
        for member in members:
            if one[member] != other[member]:
                yield f"{where}.{member}", one[member], other[member]
        if with_doubts and doubt_set(one["doubts"]) != doubt_set(other["doubts"]):
            yield f"{where}.doubts", doubt_set(one["doubts"]), doubt_set(other["doubts"])
        if section == "items" and step_list(one["next"]) != step_list(other["next"]):
            yield f"{where}.next", step_list(one["next"]), step_list(other["next"])


# --- the smallest facts file that shows it -----------------------------------------------------------------

def smaller(value, keep=()):
    """All that come of a file by dropping one member or row, large things first."""
    if isinstance(value, dict):
        for name in value:
            if name not in keep:
                yield {other: one for other, one in value.items() if other != name}
        for name, one in value.items():
            for less in smaller(one):
                yield {**value, name: less}
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield value[:number] + value[number + 1:]
        for number, one in enumerate(value):
            for less in smaller(one):
                yield value[:number] + [less] + value[number + 1:]


def minimised(file, shows):
    """Drops what can be dropped while the difference is still shown."""
    tries = 0
    while True:
        for less in smaller(file, ("as_of", "programme")):
            tries += 1
            if tries > TRIES_MAX:
                return file
            if shows(less):
                file = less
                break
        else:
            return file


# --- the run ---------------------------------------------------------------------------------------------

class Comparison:
    def __init__(self, table_path, seed, count, path=None):
        self.table_path, self.seed, self.count, self.path = pathlib.Path(table_path), seed, count, path
        self.proto = Proto(proto_folder())
        self.compared, self.refused, self.found, self.differing, self.seen = 0, 0, [], [], set()

    def run(self):
        reference = Reference(self.table_path, self.proto)
        files = facts_files(load(self.table_path), self.proto, self.seed, self.count)
        with Program(self.table_path, self.path) as engine:
            batch = self.ask_batch(files, engine)
            while batch:  # the program works on the next one while the reference is compared
                following = self.ask_batch(files, engine)
                self.compare_batch(batch, reference, engine)
                batch = following
            for file, where in self.differing[:SHOWN_MAX]:
                self.show(file, where, reference, engine)
        return self

    def ask_batch(self, files, engine):
        batch = [(file, json.dumps(file, ensure_ascii=False)) for file in itertools.islice(files, BATCH)]
        for _, content in batch:
            engine.ask(content)
        return batch

    def compare_batch(self, batch, reference, engine):
        for file, content in batch:
            ours = reference.explain(content)
            places = [one[0] for one in differences(ours, engine.answer())]
            self.compared += 1
            self.refused += "error" in ours
            where = next((one for one in places if one not in self.seen), None)
            if where is not None:
                self.differing.append((file, where))
            self.seen.update(places)

    def show(self, file, where, reference, engine):
        """The first difference at a new place, made small."""
        def shown(less):
            content = json.dumps(less, ensure_ascii=False)
            all_places = differences(reference.explain(content), engine.explain(content))
            return [one for one in all_places if one[0] == where]
        least = minimised(file, shown)
        self.found.append((least, shown(least)))

    def __str__(self):
        lines = []
        for least, places in self.found:
            lines += [f"{where}\n  reference: {ours}\n  engine:    {theirs}" for where, ours, theirs in places]
            lines.append(f"  {json.dumps(least, ensure_ascii=False)}")
        lines.append(f"{self.table_path.stem}: {self.compared} citizens, {self.refused} refused, differences in "
                     f"{len(self.seen) or 'no'} places: {', '.join(sorted(self.seen)[:40])}")
        return "\n".join(lines)


def tables():
    """The cities' tables, and one of our own that uses every operator."""
    own = pathlib.Path(__file__).parent / "tables"
    return cities_tables() + sorted(own.glob("*.json"))


def cities_tables():
    return sorted(path for path in (ROOT / "rules").glob("*.json") if path.stem != "schema")


def main():
    parser = argparse.ArgumentParser(description="Scores random citizens by the reference and by onecity-points.")
    parser.add_argument("tables", type=pathlib.Path, nargs="*", default=tables())
    parser.add_argument("--citizens", type=int, default=20000, help="of all tables together")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--program", type=pathlib.Path, help="default: ONECITY_PROGRAMS or the sanitized build's")
    options = parser.parse_args()
    gc.freeze()
    gc.set_threshold(100000)
    failed, each = 0, -(-options.citizens // len(options.tables))
    for table in options.tables:
        start = time.monotonic()
        comparison = Comparison(table, options.seed, each, options.program).run()
        failed += bool(comparison.seen)
        print(comparison, f"({time.monotonic() - start:.1f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
