#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# cases: runs the hand-worked cases of rules/cases/ and says where a score is not what was worked out by hand.
import argparse
import pathlib
import sys

from facts import ROOT, Proto, Refused, proto_folder
from scorer import Table, load

LISTED = ("groups", "gates", "vetoes", "freezes")
PLAIN = ("total", "final", "complete", "outcome", "scored", "sum", "other_total")


def with_defaults(facts, defaults):
    """The facts of a case: the defaults stand where it says nothing; persons are joined by role and kind."""
    joined = {**defaults, **facts}
    if "persons" in defaults and "persons" in facts:
        joined["persons"] = dict(defaults["persons"])
        for role, person in facts["persons"].items():
            before = defaults["persons"].get(role)
            both = isinstance(before, dict) and isinstance(person, dict)
            joined["persons"][role] = {**before, **person} if both else person
    return joined


def differences(expect, answer):
    """What the answer says otherwise; only what is named in the expectation is compared."""
    found = []

    def compare(where, wanted, got):
        if wanted != got:
            found.append(f"{where}: expected {wanted!r}, got {got!r}")
    items = {item["id"]: item for item in answer["items"]}
    for name, wanted in expect.items():
        if name == "items":
            for item, members in wanted.items():
                for member, value in members.items():
                    compare(f"items.{item}.{member}", value, items.get(item, {}).get(member))
        elif name == "next":
            for item, step in wanted.items():
                first = next(iter(items[item]["next"]), None) or {}
                for member, value in (step or {"needs": None}).items():
                    compare(f"next.{item}.{member}", value, first.get(member))
        elif name in LISTED:
            listed = {one["id"]: one["points" if name == "groups" else "state"] for one in answer[name]}
            for one, value in wanted.items():
                compare(f"{name}.{one}", value, listed.get(one))
        elif name in PLAIN:
            compare(name, wanted, answer[name])
        else:
            found.append(f"{name}: no such expectation")
    return found


def cases_of(path):
    """Yields (case, facts file) for each case of a file."""
    content = load(path)
    for case in content["cases"]:
        yield case, with_defaults(case["facts"], content.get("defaults", {}))


def case_files():
    """Those of the cities' tables, and those of our own table."""
    return sorted((ROOT / "rules/cases").glob("*.json")) + sorted((pathlib.Path(__file__).parent / "cases").glob("*"))


def table_of(path):
    """The table stands beside the folder of the cases, or in a folder beside it."""
    name = f"{load(path)['table']}.json"
    beside = path.resolve().parents[1]
    return beside / name if (beside / name).exists() else beside / "tables" / name


def run_cases(path, explain):
    """Yields (id, differences): explain takes a list of facts files and returns their explanations in order."""
    pairs = list(cases_of(path))
    for (case, _), answer in zip(pairs, explain([facts for _, facts in pairs]), strict=True):
        if "error" in answer:
            yield case["id"], [f"refused: {answer['error']}"]
        else:
            yield case["id"], differences(case["expect"], answer)


def reference(table_path, proto):
    """An explain function by the reference scorer."""
    table = Table(load(table_path), proto)

    def explain(files):
        for content in files:
            try:
                yield table.score(content, proto)
            except Refused as error:
                yield {"error": str(error)}
    return explain


def main():
    parser = argparse.ArgumentParser(description="Runs hand-worked cases on the reference scorer.")
    parser.add_argument("cases", type=pathlib.Path, nargs="*", default=case_files())
    options = parser.parse_args()
    proto, count, failed = Proto(proto_folder()), 0, 0
    for path in options.cases:
        try:
            explain = reference(table_of(path), proto)
        except (Refused, FileNotFoundError) as error:
            print(f"{path.name}: {error}")
            failed += 1
            continue
        for case, found in run_cases(path, explain):
            count += 1
            failed += bool(found)
            for one in found:
                print(f"{path.name}: {case}: {one}")
    print(f"{count} cases, {failed or 'none'} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
