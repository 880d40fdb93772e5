# SPDX-License-Identifier: Apache-2.0
# closing_line: adds up what several test programs reported in JUnit's form.
import sys
import xml.etree.ElementTree


def count(path):
    """Passed, failed and skipped of one report."""
    cases = list(xml.etree.ElementTree.parse(path).getroot().iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return len(cases) - failed - skipped, failed, skipped


def main(paths):
    totals = [sum(numbers) for numbers in zip(*map(count, paths))] or [0, 0, 0]
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed > 0 and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
