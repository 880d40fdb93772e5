# SPDX-License-Identifier: Apache-2.0
# test_metrics: every daemon's /metrics is what Prometheus expects, counts what happened and names nobody;
# what alerts and the dashboard ask for is there.
import json
import os
import re
import signal
import subprocess
import time

import pytest
import yaml

from city import DEPARTMENTS, NUMBERS, ROOT, wait_until
from monitor import Stream
from people import person_row, sample_rows

OPERATIONS = ROOT / "docs/operations"
OF_PROMETHEUS = {"up", "ALERTS"}
ADDED_BY_PROMETHEUS = {"job", "instance"}
SERIES_MAX = 250  # of one metric in one daemon: labels that grow with the city's data would pass it
SAMPLE = re.compile(r'([a-z_]+)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def page_of(city, service):
    answer = city.ask(service, "GET", "/metrics", token=False)
    assert answer.code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.body.decode()


def samples_of(page):
    """(name, labels, value) of each sample."""
    for line in page.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            yield name, dict(LABEL.findall(labels or "")), float(value)


def value_of(city, service, wanted, /, **labels):
    found = [value for name, given, value in samples_of(page_of(city, service))
             if name == wanted and labels.items() <= given.items()]
    assert len(found) == 1, (wanted, labels, found)
    return found[0]


@pytest.fixture(scope="module")
def fed(city):
    """The city after rows of each department, good ones and a bad one, and a read of each outcome."""
    person, other = city.people.several(2)
    for department, (kind, row) in sample_rows(person, other).items():
        city.take(department, kind, row)
    bad = {**person_row(city.people.one()), "sex": "unheard of"}
    assert city.push("public-security", "person", bad)["quarantined"] == 1
    city.settle()
    city.command("profile", "-", rows=person.id_number.encode())
    stranger = city.people.one().id_number.encode()
    wait_until(lambda: city.command("profile", "-", rows=stranger, code=None).returncode == 3, what="nobody")
    return city


@pytest.mark.parametrize("service", NUMBERS)
def test_promtool_has_nothing_to_say_about_a_page(fed, service):
    done = subprocess.run(["promtool", "check", "metrics"], input=page_of(fed, service), capture_output=True,
                          encoding="utf-8", check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("service", NUMBERS)
def test_names_are_ours_and_their_series_are_few(fed, service):
    counts = {}
    for name, _, _ in samples_of(page_of(fed, service)):
        assert re.match("onecity_|process_", name), name
        counts[name] = counts.get(name, 0) + 1
    assert max(counts.values()) <= SERIES_MAX, counts


def test_a_page_names_nobody(fed):
    secrets = fed.people.secrets()
    for service in NUMBERS:
        page = page_of(fed, service)
        assert not [secret for secret in secrets if secret in page.encode()]
        assert not re.search(r"\b[pde]1[0-9a-z]{16}\b", page)  # no subject either
        assert not re.search(r"\d{17}[\dXx]", page)


def test_a_page_is_read_without_a_token_but_from_this_machine_only(fed):
    assert fed.ask("tax", "GET", "/metrics", token=False, headers={"Host": "evil.example"}).code == 403


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_page_says_what_the_status_says(fed, department):
    status = fed.status(department)
    assert value_of(fed, department, "onecity_journal_sequence") == status["sequence"]
    assert value_of(fed, department, "onecity_records") == status["records"]
    assert value_of(fed, department, "onecity_published_entries_total") == status["sequence"]
    assert value_of(fed, department, "onecity_bus_refused_keys_total") == status["refused_keys"]
    quarantined = sum(value for name, _, value in samples_of(page_of(fed, department))
                      if name == "onecity_quarantined_rows")
    assert quarantined == status["quarantined"]
    feed = fed.feed(department)
    for name, member in (("position", "position"), ("head", "head"), ("gaps_total", "gaps"),
                         ("gaps_filled_total", "gaps_filled"), ("entries_total", "applied")):
        assert value_of(fed, "aggregator", f"onecity_feed_{name}", department=department) == feed[member]
    assert value_of(fed, "aggregator", "onecity_feed_state", department=department, state="live") == 1


def test_every_outcome_of_a_row_is_counted(city):
    counted = {"department": "public-security", "kind": "person"}

    def counts():
        return {outcome: value_of(city, "public-security", "onecity_rows_total", outcome=outcome, **counted)
                for outcome in ("accepted", "unchanged", "stale", "quarantined")}
    before = counts()
    row = {**person_row(city.people.one()), "_version": 7}
    older = {**row, "_version": 6, "name": city.people.one().name}
    city.push("public-security", "person", [row, row, older, {**row, "sex": "none"}])
    after = counts()
    assert {outcome: after[outcome] - before[outcome] for outcome in after} == \
        {"accepted": 1, "unchanged": 1, "stale": 1, "quarantined": 1}


def test_files_of_the_watched_folder_are_counted_by_where_they_were_put(city):
    def files():
        return tuple(value_of(city, "public-security", "onecity_watch_files_total", result=result)
                     for result in ("done", "bad"))
    done, bad = files()
    good, damaged = person_row(city.people.one()), {**person_row(city.people.one()), "sex": "none"}
    folder = city.data / "inbox/public-security/person"
    for name, row in (("good", good), ("damaged", damaged)):
        (folder / f"{name}.json").write_text(json.dumps([row]), "utf-8")
    wait_until(lambda: files() == (done + 1, bad + 1), what="two files put aside")


def test_a_rehearsal_counts_nothing(city):
    before = [sample for sample in samples_of(page_of(city, "tax")) if sample[0] == "onecity_rows_total"]
    kind, row = sample_rows(*city.people.several(2))["tax"]
    answer = city.ask("tax", "POST", f"/v1/try/{kind}", json.dumps(row).encode(), {"Content-Type": "application/json"})
    assert answer.code == 200, answer.body
    assert before == [sample for sample in samples_of(page_of(city, "tax")) if sample[0] == "onecity_rows_total"]


def test_a_commit_a_write_and_a_redis_command_are_timed(fed):
    for department in DEPARTMENTS:
        assert value_of(fed, department, "onecity_journal_commit_seconds_count") > 0
        delays = value_of(fed, "aggregator", "onecity_apply_delay_seconds_count", department=department)
        total = value_of(fed, "aggregator", "onecity_apply_delay_seconds_sum", department=department)
        assert delays > 0 and 0 <= total / delays < 60
    for service in ("aggregator", "profiles"):
        assert value_of(fed, service, "onecity_redis_command_seconds_count") > 0


def test_reads_are_counted_by_their_outcome(fed):
    assert value_of(fed, "profiles", "onecity_profile_reads_total", outcome="found") >= 1
    assert value_of(fed, "profiles", "onecity_profile_reads_total", outcome="nobody") >= 1
    assert value_of(fed, "profiles", "onecity_profile_reads_total", outcome="redis_slow") == 0


def test_scores_and_questions_about_them_are_counted_by_what_became_of_them(fed):
    person, other = fed.people.several(2)

    def scored():
        return value_of(fed, "points", "onecity_points_scorings_total", outcome="written")

    def questions(question, outcome):
        return value_of(fed, "points", "onecity_points_questions_total", question=question, outcome=outcome)
    before, counted = scored(), {pair: questions(*pair) for pair in (
        ("score", "answered"), ("score", "nobody"), ("score", "refused"), ("lists", "answered"), ("ranks", "refused"))}
    fed.take("service-centre", "application", {
        "id_number": person.id_number, "receipt": "M-1", "programme": "hukou", "year": time.gmtime().tm_year + 1,
        "town": "320582-01", "state": "accepted", "accepted_on": "2026-03-02"})
    wait_until(lambda: scored() > before and value_of(fed, "points", "onecity_points_lists") == 1, what="a live list")
    assert value_of(fed, "points", "onecity_points_scoring_seconds_count") >= 1
    assert value_of(fed, "points", "onecity_points_stream_position") > 0
    wait_until(lambda: value_of(fed, "points", "onecity_points_stream_lag") == 0
               and value_of(fed, "points", "onecity_points_waiting") == 0
               and value_of(fed, "points", "onecity_points_behind_seconds") < 5, what="scores that are not behind")
    assert value_of(fed, "points", "onecity_points_phase", phase="following") == 1
    assert value_of(fed, "points", "onecity_points_tables", status="demonstration") == 1
    fed.command("score", "explain", "-", rows=person.id_number.encode())
    fed.command("score", "explain", "-", rows=other.id_number.encode(), code=3)
    fed.command("score", "explain", "-", rows=b"1", code=1)
    fed.command("ranks")
    fed.command("ranks", "table=none", code=1)
    assert {pair: questions(*pair) - value for pair, value in counted.items()} == dict.fromkeys(counted, 1)


def test_the_monitor_counts_what_it_sees_and_whom_it_asks(fed):
    def count(name, **labels):
        return value_of(fed, "monitor", "onecity_monitor_" + name, **labels)

    def agrees():
        sources = fed.ask("monitor", "GET", "/v1/sources").json["sources"]
        return all((one["seen"], one["skipped"]) == tuple(
            count("entries_total", department=one["department"], outcome=outcome) for outcome in ("seen", "skipped"))
            for one in sources) and count("entries_total", department="public-security", outcome="seen") >= 2
    wait_until(agrees, what="the entries that the page shows")
    states = [value for name, _, value in samples_of(page_of(fed, "monitor")) if name == "onecity_monitor_sources"]
    assert sum(states) == len(DEPARTMENTS)
    ring = fed.ask("monitor", "GET", "/v1/status").json["ring"]
    assert count("ring_capacity") == ring["capacity"] and 2 <= count("ring_entries") <= ring["next"] - ring["first"]
    assert count("gaps_total") == len(fed.ask("monitor", "GET", "/v1/gaps").json["gaps"])
    assert count("gap_open", department="tax") == 0
    assert count("asks_total", service="aggregator", outcome="answered") > 0
    before = {pair: count("asks_total", service=pair[0], outcome=pair[1])
              for pair in (("tax", "answered"), ("tax", "refused"), ("tax", "no_token"))}
    assert fed.ask("monitor", "GET", "/v1/rejects/rows?department=tax").code == 200
    assert fed.ask("monitor", "GET", "/v1/rejects/tax:999999").code == 404
    away = fed.token_path("tax").rename(fed.data / "tokens/away")
    try:
        assert fed.ask("monitor", "GET", "/v1/rejects/rows?department=tax").code == 503
    finally:
        away.rename(fed.token_path("tax"))
    for (service, outcome), value in before.items():
        assert count("asks_total", service=service, outcome=outcome) == value + 1


def test_open_streams_are_counted(fed):
    def streams():
        return value_of(fed, "monitor", "onecity_monitor_streams")
    with Stream(fed) as first, Stream(fed) as second:
        assert first.next()[0] == second.next()[0] == "hello"
        assert streams() == 2
    wait_until(lambda: streams() == 0, 30, what="streams whose readers left")


def test_a_replay_is_counted_where_it_is_sent(fed):
    before = value_of(fed, "health", "onecity_replayed_entries_total")
    fed.command("rebuild", "--department", "health")
    fed.settle()
    assert value_of(fed, "health", "onecity_replayed_entries_total") >= before + fed.status("health")["sequence"]


# --- what is asked for ---------------------------------------------------------------------------

def expressions():
    groups = yaml.safe_load((OPERATIONS / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        yield rule["alert"], rule["expr"]
    for panel in json.loads((OPERATIONS / "dashboard.json").read_text("utf-8"))["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def test_alerts_and_dashboard_ask_for_metrics_and_labels_that_are_there(fed):
    labels, values = {}, {}
    for service in NUMBERS:
        for name, given, _ in samples_of(page_of(fed, service)):
            labels.setdefault(name, set()).update(given)
            for label, value in given.items():
                values.setdefault((name, label), set()).add(value)
    asked = set()
    for where, expression in expressions():
        for name, selector in re.findall(r"\b(onecity_\w+|process_\w+|up)\b(?:\{([^}]*)\})?", expression):
            if name in OF_PROMETHEUS:
                continue
            assert name in labels, f"{where}: nobody has {name}"
            asked.add(name)
            for label, how, value in re.findall(r'(\w+)(=~|!~|=|!=)"([^"]*)"', selector):
                assert label in labels[name] | ADDED_BY_PROMETHEUS, f"{where}: {name} has no {label}"
                if label in labels[name] and "$" not in value:
                    for choice in value.split("|"):
                        assert choice in values[name, label], f"{where}: no {name} has {label} {choice}"
    assert len(asked) > 20


def test_the_dashboard_holds_together():
    dashboard = json.loads((OPERATIONS / "dashboard.json").read_text("utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [(panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y) for panel in panels
             for x in range(panel["gridPos"]["w"]) for y in range(panel["gridPos"]["h"])]
    assert len(set(cells)) == len(cells) and max(x for x, _ in cells) < 24
    known = {variable["name"] for variable in dashboard["templating"]["list"]} | {"__rate_interval"}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps([panel.get("targets") for panel in panels]))) <= known


# --- health --------------------------------------------------------------------------------------

def test_ready_names_each_check(fed):
    assert fed.ask("tax", "GET", "/readyz", token=False).json == {
        "ok": True, "journal": "writable", "disk": "room", "watch": "readable"}
    for service in ("aggregator", "profiles"):
        assert fed.ask(service, "GET", "/readyz", token=False).json == {"ok": True, "redis": "ready"}
    wait_until(lambda: fed.ask("monitor", "GET", "/readyz", token=False).json ==
               {"ok": True, "aggregator": "ok", "redis": "ready"}, what="a monitor that is ready")
    following = {"ok": True, "redis": "ready", "phase": "following"}
    assert fed.ask("points", "GET", "/readyz", token=False).json == following


def test_without_redis_the_loops_turn_and_what_needs_it_is_not_ready(fresh_city):
    city = fresh_city.start()
    city.settle()
    pid = city.pid("redis")
    city.up.send_signal(signal.SIGSTOP)  # so that it does not start Redis again
    os.kill(pid, signal.SIGKILL)

    def all_tell():
        for service in ("aggregator", "profiles", "points"):
            answer = city.ask(service, "GET", "/readyz", token=False)
            assert (answer.code, answer.json["ok"]) == (503, False) and answer.json["redis"] != "ready"
            assert value_of(city, service, "onecity_redis_ready") == 0
            assert city.ask(service, "GET", "/healthz", token=False).code == 200
        return True
    try:
        wait_until(all_tell, what="two services that miss Redis")
        for department in DEPARTMENTS:
            assert city.ask(department, "GET", "/readyz", token=False).code == 200
            heard = value_of(city, "aggregator", "onecity_feed_heard_timestamp_seconds", department=department)
            assert time.time() - heard < 10  # they are heard all the same: no alert
    finally:
        city.up.send_signal(signal.SIGCONT)
    wait_until(lambda: value_of(city, "aggregator", "onecity_redis_ready") == 1, what="Redis again")
    city.settle()
