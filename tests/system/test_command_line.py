# SPDX-License-Identifier: Apache-2.0
# test_command_line: what operators and department staff see of a running city by `onecity`.
import contextlib
import csv
import http.server
import io
import json
import signal
import subprocess
import threading
import time

import pytest

from city import DEPARTMENTS, ROOT, wait_until
from people import contribution_row, person_row
from view import subject_of


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def tail(city, *arguments, code=0):
    return lines(city.command("tail", "--json", *arguments, code=code))


@contextlib.contextmanager
def tailing(city, *arguments, **options):
    """`onecity tail -f --json` while the block runs; ended by Ctrl-C, which must be a success."""
    process = subprocess.Popen([city.programs / "onecity", "tail", "-f", "--json", *map(str, arguments)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=city.environment, **options)
    try:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


# --- tail ----------------------------------------------------------------------------------------

def test_tail_shows_the_last_entries_of_each_department_in_the_order_of_time(city):
    people = city.people.several(30)
    persons = city.push("public-security", "person", [person_row(person) for person in people])
    contributions = city.push("social-insurance", "contribution", [contribution_row(person) for person in people])
    shown = tail(city, "-n", 5)
    assert [entry["recorded"] for entry in shown] == sorted(entry["recorded"] for entry in shown)
    for department, taken in (("public-security", persons), ("social-insurance", contributions)):
        of_it = [entry for entry in shown if entry["department"] == department]
        last = taken["last_sequence"]
        assert [entry["sequence"] for entry in of_it] == list(range(last - 4, last + 1))
    assert {entry["operation"] for entry in shown} == {"put"}


def test_tail_filters_by_source_kind_and_operation_before_it_counts(city):
    person = city.people.one()
    city.push("social-insurance", "contribution", {**contribution_row(person), "year": "soon"})
    city.push("social-insurance", "contribution",
              [contribution_row(other, year=2023) for other in city.people.several(700)])
    rejected, = tail(city, "--source", "social-insurance", "--operation", "reject", "-n", 1)
    assert (rejected["kind"], rejected["note"]) == ("contribution", "year_form")
    assert "year" in rejected["en"] and "年份" in rejected["zh"]
    assert {entry["kind"] for entry in tail(city, "--kind", "contribution")} == {"contribution"}
    assert {entry["department"] for entry in tail(city, "--source", "public-security")} <= {"public-security"}


def test_tail_shows_what_was_recorded_since_a_time(city):
    city.push("public-security", "person", person_row(city.people.one()))
    time.sleep(0.05)
    before = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{time.time_ns() // 1000000 % 1000:03}Z"
    taken = city.push("public-security", "person", [person_row(person) for person in city.people.several(600)])
    shown = tail(city, "--since", before)
    assert [entry["sequence"] for entry in shown] == list(range(taken["first_sequence"], taken["last_sequence"] + 1))
    everything = tail(city, "--since", "1d", "--source", "public-security")
    assert [entry["sequence"] for entry in everything] == list(range(1, taken["last_sequence"] + 1))


def test_tail_says_neither_whom_an_entry_is_about_nor_what_it_says(city):
    person, other = city.people.several(2)
    city.push("public-security", "kinship",
              {"id_number": person.id_number, "relative": other.id_number, "relation": "spouse", "from": "2015-05-06"})
    city.push("social-insurance", "contribution", contribution_row(person, fen=1234567))
    for form in ((), ("--json",), ("--csv",)):
        said = city.command("tail", "--since", "1d", *form).stdout
        for secret in [*city.people.secrets(), subject_of(city, person.id_number).encode(),
                       subject_of(city, other.id_number).encode(), b"1234567", b"12345.67"]:
            assert secret not in said


def test_tail_writes_csv_that_others_read(city):
    city.push("social-insurance", "contribution", contribution_row(city.people.one()))
    rows = list(csv.DictReader(io.StringIO(city.command("tail", "--csv", "-n", 3).stdout.decode())))
    keys = {row["key"] for row in rows if row["kind"] == "contribution"}
    assert rows and keys <= {"pension|2024", "pension|2023", ""}


def test_tail_follows_until_ctrl_c(city):
    city.push("public-security", "person", person_row(city.people.one()))
    with tailing(city, "-n", 1, "--source", "public-security") as following:
        first = json.loads(following.stdout.readline())
        taken = city.push("public-security", "person", person_row(city.people.one()))
        assert json.loads(following.stdout.readline())["sequence"] == taken["first_sequence"] == first["sequence"] + 1


def test_tail_goes_on_when_a_department_comes_back(city):
    with tailing(city, "-n", 0, "--source", "public-security") as following:
        time.sleep(1)
        city.kill("public-security")
        wait_until(lambda: city.status("public-security"), what="the department again")
        taken = city.push("public-security", "person", person_row(city.people.one()))
        assert json.loads(following.stdout.readline())["sequence"] == taken["first_sequence"]


def test_tail_whose_reader_is_slow_loses_nothing(city):
    """Its output stands still while much more comes than a pipe holds."""
    people = city.people.several(4000)
    head = city.status("public-security")["sequence"]
    with tailing(city, "-n", 0, "--source", "public-security") as following:
        time.sleep(1)
        for ethnic in ("01", "02") * 3:
            city.push("public-security", "person", [{**person_row(person), "ethnic": ethnic} for person in people])
        last = city.status("public-security")["sequence"]
        assert last - head == 6 * len(people)
        shown = [json.loads(following.stdout.readline())["sequence"] for _ in range(last - head)]
    assert shown == list(range(head + 1, last + 1))


def test_tail_does_not_wait_for_a_department_that_is_not_there(fresh_city):
    city = fresh_city.start()
    city.push("public-security", "person", person_row(city.people.one()))
    city.own_settings("aggregator", follow="tax tcp://127.0.0.1:9 tcp://127.0.0.1:9")
    with (city.data / "settings/aggregator.conf").open("a") as settings:
        here = "tcp://127.0.0.1"
        settings.write(f"follow = public-security {here}:{city.base + 101} {here}:{city.base + 201}\n")
    done = city.command("tail", "--json", code=1)
    assert [entry["department"] for entry in lines(done)] == ["public-security"]
    assert b"tax does not answer" in done.stderr


@pytest.mark.parametrize("wrong", (["--source", "nobody"], ["--kind", "nothing"]))
def test_tail_says_what_there_is_not(city, wrong):
    assert wrong[1].encode() in city.command("tail", *wrong, code=1).stderr


@pytest.mark.parametrize("wrong", (["--since", "soon"], ["--operation", "delete"], ["--json", "--csv"], ["-n", "-1"],
                                   ["x"]))
def test_tail_refuses_what_it_does_not_understand(city, wrong):
    assert b"onecity tail --help" in city.command("tail", *wrong, code=64).stderr


# --- sources and gaps ----------------------------------------------------------------------------

def input_of(shown, department, kind):
    feed, = (feed for feed in shown["departments"] if feed["department"] == department)
    return next(each for each in feed["kinds"] if each["kind"] == kind)


def test_sources_tell_nothing_yet_from_in_time(city):
    city.push("public-security", "person", person_row(city.people.one()))
    wait_until(lambda: input_of(json.loads(city.command("sources", "--json").stdout), "public-security",
                                "person")["input"] == "in_time", what="the good row")
    shown = json.loads(city.command("sources", "--json").stdout)
    assert input_of(shown, "health", "vaccination")["input"] == "nothing_yet"
    assert b"nothing yet" in city.command("sources").stdout


class Service:
    """A service that answers what it is told to, at first; it remembers what it was asked."""

    def __init__(self, answers):
        self.answers = answers  # (method, path) -> answer
        self.asked = []

    @contextlib.contextmanager
    def run(self):
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.asked.append((self.command, self.path, self.headers.get("Content-Type"), asked))
                found = service.answers.get((self.command, self.path))
                body = json.dumps(found).encode()
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()
                thread.join()


@contextlib.contextmanager
def standing_in(city, name, answers):
    """In a city that does not run: a stand-in for one service."""
    service = Service(answers)
    settings = city.data / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    with service.run() as port:
        (settings / f"{name}.conf").write_text(f"http = 127.0.0.1:{port}\nproto = {city.proto}\n")
        yield service


@pytest.mark.parametrize("state, expected", (("live", "late"), ("silent", "unknown")))
def test_sources_show_a_kind_late_after_its_cadence_although_its_daemon_lives(fresh_city, state, expected):
    days = next(kind["cadence_days"] for kind in json.loads((ROOT / "proto/records/tax.json").read_text())["kinds"]
                if kind["kind"] == "income_tax")
    last = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - (days + 3) * 86400 - 60))
    status = {"redis": "ready", "rebuilding": False, "departments": [
        {"department": "tax", "number": 3, "state": state, "kinds": [
            {"kind": "income_tax", "quarantined": 2, "oldest_quarantined": last, "last_input": last}]}]}
    with standing_in(fresh_city, "aggregator", {("GET", "/v1/status"): status}):
        shown = input_of(json.loads(fresh_city.command("sources", "--json").stdout), "tax", "income_tax")
        words = fresh_city.command("sources").stdout.decode()
    assert (shown["input"], shown["quarantined"], shown["last_input"]) == (expected, 2, last)
    assert (shown.get("late_ms", 0) // 86400000) == (3 if expected == "late" else 0)
    row, = (line.split() for line in words.splitlines() if "income_tax" in line)
    assert row[:5] == (["tax", "income_tax", "late", "3", "d"] if expected == "late" else
                       ["tax", "income_tax", "unknown", "-", last])


def test_gaps_are_counted_for_every_department(city):
    shown = city.command("gaps").stdout.decode().splitlines()
    assert [line.split()[0] for line in shown] == ["DEPARTMENT", *sorted(DEPARTMENTS, key=DEPARTMENTS.get)]
