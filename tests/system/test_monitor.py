# SPDX-License-Identifier: Apache-2.0
# test_monitor: the monitor counts everything, shows the last of it, loses no reader and tells nobody's name.
import contextlib
import json
import pathlib
import shutil
import signal
import threading
import time

import pytest

from city import City, DEPARTMENTS, ROOT, wait_until
from monitor import Flood, Stream
from people import contribution_row, person_row
from wire import Wire

DEPARTMENT = "social-insurance"
PREVIEWED = 17


def sources(city):
    answer = city.ask("monitor", "GET", "/v1/sources")
    assert answer.code == 200, answer.body
    return {source["department"]: source for source in answer.json["sources"]}


def source(city, department=DEPARTMENT):
    return sources(city)[department]


def counted(city, department=DEPARTMENT):
    answer = city.ask("monitor", "GET", "/v1/counters?step=600")
    return sum(number or 0 for number in answer.json["published"][department])


def wait_heard(city):
    """Until every department was heard: what comes after is counted."""
    wait_until(lambda: all(one["last_heartbeat"] for one in sources(city).values()), what="heartbeats")


def started(city, **settings):
    """A city whose monitor has settings of its own."""
    city.start()
    city.stop()
    city.own_settings("monitor", **settings)
    return city


def rows(city, count, **changes):
    return [contribution_row(person, **changes) for person in city.people.several(count)]


def take(city, many):
    for begin in range(0, len(many), 500):
        city.take(DEPARTMENT, "contribution", many[begin:begin + 500])


# --- the tail --------------------------------------------------------------------------------------

def test_a_burst_is_counted_whole_and_the_tail_shows_the_last_of_it(city):
    wait_heard(city)
    before, counted_before = source(city), counted(city)
    with Stream(city, f"?last=0&filter=source:{DEPARTMENT}%20-heartbeat") as stream:
        city.take(DEPARTMENT, "contribution", rows(city, 1000))
        shown = stream.entries(1000)
    assert [entry["sequence"] for entry in shown] == list(range(before["head"] + 1, before["head"] + 1001))
    after = source(city)
    assert (after["counted"] - before["counted"], after["seen"] - before["seen"]) == (1000, 1000)
    assert after["skipped"] == before["skipped"]
    assert counted(city) - counted_before == 1000
    with Stream(city, f"?last=50&filter=source:{DEPARTMENT}%20-heartbeat") as stream:
        last = stream.entries(50)
    assert last == shown[-50:]


def test_who_falls_out_of_the_ring_is_told_exactly_how_much_was_skipped(fresh_city):
    city = started(fresh_city, ring_events=1000).start()
    wait_heard(city)
    with Stream(city, "?last=0") as stream:
        take(city, rows(city, 1))
        (name, first_id, _), = [event for event in stream.until(lambda name, *_: name == "entry") if event[1]]
    assert name == "entry"
    take(city, rows(city, 2500))
    wait_until(lambda: source(city)["seen"] == 2501)
    with Stream(city, "?filter=-heartbeat", {"Last-Event-ID": first_id}) as stream:
        assert stream.next()[0] == "hello"
        name, _, skipped = stream.next()
        assert (name, skipped) == ("skipped", {"count": 1500, "reason": "moved_on"})
        assert [entry["sequence"] for entry in stream.entries(1000)] == list(range(1502, 2502))
    page = city.ask("monitor", "GET", f"/v1/events?after={first_id}&limit=5000").json
    assert (page["skipped"], len(page["events"]), page["more"]) == (1500, 1000, False)


def test_a_stream_that_is_cut_is_resumed_without_a_hole_and_without_a_double(city):
    wait_heard(city)
    many, seen, last = rows(city, 600), [], None
    begun = source(city)["head"]
    pusher = threading.Thread(target=lambda: [city.take(DEPARTMENT, "contribution", many[at:at + 20])
                                              for at in range(0, 600, 20)])
    pusher.start()
    query = f"?last=0&filter=source:{DEPARTMENT}"
    while len(seen) < 600:
        headers = {"Last-Event-ID": last} if last else {}
        query = query if not last else query.replace("last=0&", "")
        with Stream(city, query, headers) as stream:
            while len(seen) < 600:
                name, number, data = stream.next()
                assert name != "skipped", data
                if name != "entry" or data["sequence"] <= begun:
                    continue
                seen.append(data["sequence"])
                last = number
                if len(seen) % 97 == 0:
                    break
        if not last:  # it began after the first rows: from the beginning then
            continue
    pusher.join()
    assert seen == list(range(seen[0], seen[0] + 600))


def test_after_a_restart_a_reader_is_told_so(fresh_city):
    city = fresh_city.start()
    with Stream(city, "", {"Last-Event-ID": "0123456789-17"}) as stream:
        assert stream.next()[0] == "hello"
        assert stream.next()[::2] == ("skipped", {"count": None, "reason": "restarted"})
    assert city.ask("monitor", "GET", "/v1/events?after=0123456789-17").code == 410


def test_seven_streams_are_open_and_the_page_still_loads(city):
    with contextlib.ExitStack() as stack:
        for _ in range(7):
            stream = stack.enter_context(Stream(city))
            assert stream.next()[0] == "hello"
        begun = time.monotonic()
        assert len(sources(city)) == len(DEPARTMENTS)
        assert city.ask("monitor", "GET", "/healthz", token=False).code == 200
        assert time.monotonic() - begun < 2
        assert city.status("monitor")["streams"] >= 7
        for _ in range(32 - city.status("monitor")["streams"]):
            stack.enter_context(Stream(city))
        refused = city.ask("monitor", "GET", "/v1/stream")
        assert (refused.code, refused.json["code"]) == (503, "too_many_streams")
        assert city.ask("monitor", "GET", "/v1/sources").code == 200
    wait_until(lambda: city.status("monitor")["streams"] == 0, 30, "streams whose readers have left are closed")


def test_a_filter_is_kept_to_and_none_asks_for_a_person(city):
    wait_heard(city)
    person = city.people.one()
    with Stream(city, "?last=0&filter=source:public-security%20-heartbeat") as stream:
        city.take(DEPARTMENT, "contribution", rows(city, 5))
        city.take("public-security", "person", person_row(person))
        got = stream.until(lambda name, _, data: name == "entry")
    assert {data["department"] for name, _, data in got if name == "entry"} == {"public-security"}
    assert not [name for name, *_ in got if name == "heartbeat"]
    for bad in ("subject:pabc", f"person:{person.id_number}", person.id_number, "kind:nosuch", "source:",
                "status:dead", "reason:X", "key:*", "x" * 600, " ".join(["source:tax"] * 17)):
        answer = city.ask("monitor", "GET", "/v1/stream?filter=" + bad.replace(" ", "%20"))
        assert (answer.code, answer.json["code"]) == (400, "filter"), bad
        assert person.id_number.encode() not in answer.body
    for bad in ("?last=1001", "?last=x", "?after=x", "?after=-1"):
        assert city.ask("monitor", "GET", "/v1/stream" + bad).code == 400


# --- how sources are -------------------------------------------------------------------------------

def test_a_killed_department_is_dead_within_three_heartbeats_and_a_quiet_one_never(fresh_city):
    city = started(fresh_city, quiet_s=1).start()
    wait_until(lambda: {one["state"] for one in sources(city).values()} == {"quiet"}, what="quiet departments")
    city.signal("tax", signal.SIGSTOP)
    try:
        begun = time.monotonic()
        while True:
            states = {name: one["state"] for name, one in sources(city).items()}
            assert all(state == "quiet" for name, state in states.items() if name != "tax"), states
            if states["tax"] == "dead":
                break
            assert time.monotonic() - begun < 5.5, states
            time.sleep(0.1)
        assert {kind["lateness"] for kind in source(city, "tax")["kinds"]} == {None}
    finally:
        city.signal("tax", signal.SIGCONT)
    wait_until(lambda: source(city, "tax")["state"] == "quiet", what="a department that is back")


def test_every_kind_is_listed_before_anything_of_it_came_but_those_that_are_off(fresh_city):
    city = fresh_city.start()
    wait_heard(city)
    for department, one in sources(city).items():
        catalogue = city.ask(department, "GET", "/v1/catalogue").json["kinds"]
        usual = [kind["kind"] for kind in catalogue if not kind["off_by_default"]]
        assert [kind["kind"] for kind in one["kinds"]] == usual
        wait_until(lambda name=department: {k["lateness"] for k in source(city, name)["kinds"]} == {"nothing_yet"},
                   what="kinds of which nothing came")
    take(city, rows(city, 1))
    wait_until(lambda: {kind["kind"]: kind["lateness"] for kind in source(city)["kinds"]}["contribution"] == "in_time",
               what="a kind that came")
    assert "nothing_yet" in {kind["lateness"] for kind in source(city)["kinds"]}


def test_without_redis_the_tail_goes_on_and_readiness_says_so(fresh_city):
    city = fresh_city.start()
    wait_heard(city)
    assert city.ask("monitor", "GET", "/readyz", token=False).code == 200
    with Stream(city, "?last=0&filter=-heartbeat") as stream:
        away = city.data / "redis/away.conf"
        (city.data / "redis/redis.conf").rename(away)  # it cannot come back
        city.ends_expected.add(("redis", "exit code 1"))
        city.kill("redis")
        try:
            wait_until(lambda: city.ask("monitor", "GET", "/readyz", token=False).code == 503, 30, "not ready")
            city.take(DEPARTMENT, "contribution", rows(city, 20))
            assert len(stream.entries(20)) == 20
            assert city.ask("monitor", "GET", "/healthz", token=False).code == 200
            wait_until(lambda: source(city)["lag"]["count"] == 20)
            wait_until(lambda: source(city)["state"] == "behind", what="a source that is behind")
            told = city.ask("monitor", "GET", "/v1/sources").json["aggregator"]
            assert told["state"] == "ok" and told["redis"] != "ready" and told["checked"]
        finally:
            away.rename(city.data / "redis/redis.conf")
    wait_until(lambda: city.ask("monitor", "GET", "/readyz", token=False).code == 200, 30, "ready again")
    wait_until(lambda: source(city)["lag"] == {"count": 0, "ms": 0, "trend": source(city)["lag"]["trend"]}, 30)


def test_without_the_aggregator_lag_is_unknown_and_not_zero(fresh_city):
    city = fresh_city.start()
    wait_heard(city)
    city.signal("aggregator", signal.SIGSTOP)
    try:
        wait_until(lambda: source(city)["lag"] is None, what="a lag that nobody knows")
        assert source(city)["position"] is None
        assert city.ask("monitor", "GET", "/readyz", token=False).code == 503
    finally:
        city.signal("aggregator", signal.SIGCONT)
    wait_until(lambda: source(city)["lag"] is not None)


# --- gaps ------------------------------------------------------------------------------------------

def lay_wire(city):
    city.start()
    city.stop()
    wire = Wire(city.base + 100 + DEPARTMENTS[DEPARTMENT])
    path = city.data / "settings/monitor.conf"
    text = path.read_text("utf-8").partition("\n")[2]
    mine = f"tcp://127.0.0.1:{city.base + 100 + DEPARTMENTS[DEPARTMENT]} "
    assert mine in text
    path.write_text(text.replace(mine, f"tcp://127.0.0.1:{wire.port} "), "utf-8")
    city.start()
    return wire


def test_thirteen_lost_messages_are_shown_as_a_gap_filled_and_counted(fresh_city):
    city = fresh_city
    wire = lay_wire(city)
    wait_heard(city)
    city.take(DEPARTMENT, "contribution", rows(city, 10))
    wait_until(lambda: source(city)["seen"] == 10)
    with Stream(city, "?last=0&filter=-heartbeat") as stream:
        wire.cut()
        for row in rows(city, 13):
            city.take(DEPARTMENT, "contribution", row)
        wire.mend()
        begun = time.monotonic()
        shown = stream.entries(13)
        assert time.monotonic() - begun < 5
    assert [entry["sequence"] for entry in shown] == list(range(11, 24))
    gap = wait_until(lambda: city.ask("monitor", "GET", "/v1/gaps").json["gaps"][0])
    assert (gap["from"], gap["to"], gap["count"], gap["state"], gap["how"]) == (11, 23, 13, "filled", "replay")
    after = source(city)
    assert (after["head"], after["counted"], after["seen"], after["skipped"]) == (23, 23, 23, 0)
    assert after["gaps"] == {"open": 0, "total": 1} and after["state"] == "ok"
    assert counted(city) == 23 == city.status(DEPARTMENT)["sequence"]
    refused = city.ask("monitor", "POST", "/v1/gaps/repair", json.dumps({"department": DEPARTMENT}))
    assert (refused.code, refused.json["code"]) == (409, "no_gap")
    assert city.ask("monitor", "POST", "/v1/gaps/repair", b"{}").code == 404
    wire.close()


def flooded(city, per_second):
    """A running city whose tax department, as the monitor hears it, is a test's own."""
    city.start()
    flood = Flood(city, "tax", per_second)
    city.stop()
    path = city.data / "settings/monitor.conf"
    lines = [line for line in path.read_text("utf-8").splitlines()[1:] if not line.startswith("follow = tax ")]
    lines += ["follow = tax " + " ".join(f"tcp://127.0.0.1:{port}" for port in flood.ports)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    city.start()
    flood.start()
    wait_until(lambda: source(city, "tax")["last_heartbeat"])
    return flood


def newest_gap(city):
    gaps = city.ask("monitor", "GET", "/v1/gaps").json["gaps"]
    return gaps[0] if gaps else None


def test_a_gap_that_stays_is_shown_and_repaired_on_request(fresh_city):
    city = fresh_city
    flood = flooded(city, 1)
    flood.deaf = True
    flood.flowing.set()
    wait_until(lambda: flood.head == flood.BATCH)
    flood.flowing.clear()
    wait_until(lambda: source(city, "tax")["seen"] == flood.BATCH)
    flood.lose(13)
    wait_until(lambda: source(city, "tax")["state"] == "gap", 5, "a gap that is shown")
    gap = newest_gap(city)
    assert (gap["from"], gap["to"], gap["count"], gap["state"]) == (1025, 1037, 13, "open")
    assert source(city, "tax")["counted"] == 1037
    flood.deaf = False
    answer = city.ask("monitor", "POST", "/v1/gaps/repair", json.dumps({"department": "tax"}))
    assert (answer.code, answer.json) == (202, {"department": "tax", "from": 1025})
    wait_until(lambda: newest_gap(city)["state"] == "filled", 15, "a gap that is filled")
    assert source(city, "tax")["state"] != "gap"
    flood.stop()


def test_a_gap_too_large_to_be_read_again_is_skipped_and_counted(fresh_city):
    city = fresh_city
    flood = flooded(city, 1)
    flood.lose(30_000)
    flood.flowing.set()
    wait_until(lambda: newest_gap(city) and newest_gap(city)["state"] == "skipped", what="a gap that was skipped")
    flood.flowing.clear()

    def is_whole():
        tax = source(city, "tax")
        return tax["counted"] == flood.head == tax["seen"] + tax["skipped"] and tax["skipped"] >= 20_000

    wait_until(is_whole, what="counts that agree")
    flood.stop()


def test_another_journal_is_a_fork_and_the_tail_goes_on_behind_it(fresh_city):
    city = fresh_city
    flood = flooded(city, 1)
    flood.flowing.set()
    wait_until(lambda: source(city, "tax")["seen"] >= flood.BATCH)
    flood.flowing.clear()
    flood.begin_anew()
    wait_until(lambda: source(city, "tax")["state"] == "fork", 5, "a fork")
    assert "epoch" in source(city, "tax")["reason"] and newest_gap(city)["state"] == "fork"
    with Stream(city, "?last=0&filter=source:tax%20-heartbeat") as stream:
        flood.flowing.set()
        assert stream.entries(100)[-1]["sequence"] <= 1024
    wait_until(lambda: source(city, "tax")["state"] != "fork", 20, "the end of a fork that only we see")
    flood.stop()


# --- under pressure --------------------------------------------------------------------------------

def test_what_is_too_much_to_look_at_is_counted_and_told(fresh_city):
    city = started(fresh_city, look_at_per_s=100).start()
    wait_heard(city)
    with Stream(city, f"?last=0&filter=source:{DEPARTMENT}%20-heartbeat") as stream:
        take(city, rows(city, 3000))
        head = city.status(DEPARTMENT)["sequence"]
        events = stream.until(lambda name, _, data: name == "entry" and data["sequence"] == head)
    after = source(city)
    assert after["head"] == after["counted"] == head == 3000
    assert after["seen"] + after["skipped"] == 3000 and after["skipped"] > 0
    reached = 0
    for name, _, data in events:
        if name == "skipped":
            assert (data["from"], data["to"]) == (reached + 1, reached + data["count"])
            reached = data["to"]
        elif name == "entry":
            assert data["sequence"] == reached + 1
            reached += 1
    assert reached == 3000 == counted(city)


def memory_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text("ascii")
    return int(text.partition("VmRSS:")[2].split()[0])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@pytest.mark.slow
def test_a_flood_on_the_bus_is_counted_in_bounded_memory(fresh_city):
    city = fresh_city
    city.environment["ASAN_OPTIONS"] += ":quarantine_size_mb=8"  # what is freed would be kept for a while
    flood = flooded(city, 200_000)
    pid = city.pid("monitor")
    with Stream(city, "?last=0"):
        flood.flowing.set()
        time.sleep(3)
        early, worked = memory_kb(pid), cpu_seconds(pid)
        begun, before = time.monotonic(), flood.head
        time.sleep(8)
        rate = (flood.head - before) / (time.monotonic() - begun)
        late, worked = memory_kb(pid), (cpu_seconds(pid) - worked) / 8
        assert city.ask("monitor", "GET", "/v1/sources").code == 200
        begun = time.monotonic()
        take(city, rows(city, 1000))
        pushed = time.monotonic() - begun
        flood.flowing.clear()
        wait_until(lambda: source(city, "tax")["head"] == flood.head, 30, "a head that is known")
        wait_until(lambda: source(city, "tax")["seen"] + source(city, "tax")["skipped"] == flood.head, 30,
                   "nothing under way")
    after = source(city, "tax")
    print(f"{rate:.0f} entries/s; {early} kB, then {late} kB; {worked:.2f} of a core; "
          f"1,000 rows elsewhere in {pushed:.2f} s; {after['skipped']} skipped")
    assert after["counted"] == flood.head and after["skipped"] > 0
    assert late < early * 1.2 + 20_000
    assert not [gap for gap in city.ask("monitor", "GET", "/v1/gaps").json["gaps"] if gap["state"] == "fork"]
    assert source(city)["counted"] == 1000
    flood.stop()


# --- the quarantine --------------------------------------------------------------------------------

def ask_rejects(city, what, **selection):
    answer = city.ask("monitor", "POST", f"/v1/rejects/{what}", json.dumps({"department": DEPARTMENT, **selection}))
    assert answer.code == 200, answer.body
    return answer.json


def group_of(city, code):
    groups = city.ask("monitor", "GET", "/v1/rejects").json["groups"]
    return next((group for group in groups if group["code"] == code), None)


@pytest.fixture
def city_without_a_code(tmp_path):
    """A city whose social insurance does not know of medical insurance yet, and the file to mend that."""
    proto = tmp_path / "proto"
    shutil.copytree(ROOT / "proto", proto)
    path = proto / "codes/insurance.json"
    whole = path.read_text("utf-8")
    codes = json.loads(whole)
    codes["codes"] = [code for code in codes["codes"] if code["code"] != "medical"]
    path.write_text(json.dumps(codes, ensure_ascii=False), "utf-8")
    made = City(proto=proto)
    yield made, lambda: path.write_text(whole, "utf-8")
    made.close()


def test_rejects_are_previewed_redriven_by_reason_and_loops_are_marked(city_without_a_code):
    city, mend = city_without_a_code
    city.start()
    wait_heard(city)
    refused = rows(city, PREVIEWED, insurance="medical")
    assert city.push(DEPARTMENT, "contribution", refused)["quarantined"] == PREVIEWED
    code = city.ask(DEPARTMENT, "GET", "/v1/rejects").json["rejects"][0]["code"]
    group = group_of(city, code)
    assert (group["department"], group["rows"], group["loops"]) == (DEPARTMENT, PREVIEWED, 0)
    preview = ask_rejects(city, "preview", code=code)
    assert (preview["count"], len(preview["ids"]), preview["loops"]) == (PREVIEWED, PREVIEWED, 0)
    again = ask_rejects(city, "redrive", ids=preview["ids"])  # the cause is not mended: all come back
    assert (again["accepted"], again["quarantined"]) == (0, PREVIEWED)
    group = group_of(city, code)
    assert (group["rows"], group["loops"], group["redrives_max"]) == (PREVIEWED, PREVIEWED, 1)
    page = city.ask("monitor", "GET", f"/v1/rejects/rows?department={DEPARTMENT}&limit=5&code={code}").json
    assert len(page["rejects"]) == 5 and all(row["loop"] and row["redrives"] == 1 for row in page["rejects"])
    assert page["next"] == page["rejects"][-1]["id"]
    one = city.ask("monitor", "GET", f"/v1/rejects/{DEPARTMENT}:{page['rejects'][0]['id']}")
    assert one.code == 200 and one.json["loop"] and one.json["payload"]
    assert refused[0]["id_number"].encode() not in one.body

    city.stop()
    mend()
    city.start()
    wait_heard(city)
    preview = ask_rejects(city, "preview", code=code)
    assert (preview["count"], preview["loops"]) == (PREVIEWED, PREVIEWED)
    done = ask_rejects(city, "redrive", ids=preview["ids"])
    assert done["accepted"] == preview["count"] and done["quarantined"] == 0
    assert group_of(city, code) is None
    assert ask_rejects(city, "preview", code=code)["count"] == 0


def test_rejects_are_dismissed_with_a_reason_and_mistakes_are_refused(city):
    city.push(DEPARTMENT, "contribution", [dict(row, insurance="nonsense") for row in rows(city, 3)])
    code = city.ask(DEPARTMENT, "GET", "/v1/rejects").json["rejects"][0]["code"]
    ids = ask_rejects(city, "preview", code=code, kind="contribution")["ids"]
    assert ask_rejects(city, "dismiss", ids=ids, reason="sent by mistake")["dismissed"] == len(ids) == 3

    def code_of(path, body):
        answer = city.ask("monitor", "POST", f"/v1/rejects/{path}", json.dumps(body))
        return answer.code, answer.json["code"]

    assert code_of("dismiss", {"department": DEPARTMENT, "ids": [1]}) == (400, "reason")  # the department's own word
    assert code_of("redrive", {"department": DEPARTMENT}) == (400, "selection")
    assert code_of("redrive", {"department": DEPARTMENT, "ids": []}) == (400, "selection")
    assert code_of("redrive", {"department": DEPARTMENT, "ids": [1], "code": code}) == (400, "selection")
    assert code_of("preview", {"department": "nobody", "code": code}) == (404, "unknown_department")
    assert code_of("preview", []) == (400, "selection")
    assert city.ask("monitor", "GET", "/v1/rejects/tax:x").code == 404
    assert city.ask("monitor", "GET", "/v1/rejects/rows?department=tax&limit=201").code == 400


def test_a_department_that_is_gone_does_not_hide_the_others_rejects(fresh_city):
    city = fresh_city.start()
    city.push(DEPARTMENT, "contribution", [dict(row, insurance="nonsense") for row in rows(city, 2)])
    city.token_path("health").rename(city.data / "tokens/away")
    try:
        answer = city.ask("monitor", "GET", "/v1/rejects").json
    finally:
        (city.data / "tokens/away").rename(city.token_path("health"))
    states = {one["department"]: one["state"] for one in answer["departments"]}
    assert states.pop("health") == "no_token" and set(states.values()) == {"ok"}
    assert [group["rows"] for group in answer["groups"]] == [2]


# --- the inspector ---------------------------------------------------------------------------------

def test_an_entry_is_inspected_with_what_changed_and_without_what_it_says(city):
    wait_heard(city)
    person = city.people.one()
    first = city.take(DEPARTMENT, "contribution", contribution_row(person))["first_sequence"]
    second = city.take(DEPARTMENT, "contribution", contribution_row(person, fen=500000))["first_sequence"]
    city.settle()
    wait_until(lambda: source(city)["lag"]["count"] == 0)
    answer = city.ask("monitor", "GET", f"/v1/events/{DEPARTMENT}:{second}")
    assert answer.code == 200, answer.body
    seen = answer.json
    assert (seen["sequence"], seen["previous"], seen["before"], seen["subject"]) == (second, first, "read", "person")
    fields = {field["field"]: field for field in seen["fields"]}
    assert fields["months"] == {**fields["months"], "before": "***", "after": "***", "changed": True, "masked": True}
    assert fields["year"] == {**fields["year"], "before": 2024, "after": 2024, "changed": False, "masked": False}
    assert all(check["ok"] for check in seen["checks"]) and len(seen["checks"]) == 4
    assert seen["lineage"]["applied"] is True and seen["lineage"]["rules"] is None
    for path, code in ((f"{DEPARTMENT}:999999", "no_such_entry"), ("nobody:1", "unknown_department"),
                       (f"{DEPARTMENT}:0", "no_such_entry"), (f"{DEPARTMENT}:x", "no_such_entry"),
                       ("x", "no_such_entry")):
        refused = city.ask("monitor", "GET", f"/v1/events/{path}")
        assert (refused.code, refused.json["code"]) == (404, code), path


def test_an_inspection_of_a_department_that_stands_still_ends_in_time(fresh_city):
    city = fresh_city.start()
    wait_heard(city)
    city.signal("tax", signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = city.ask("monitor", "GET", "/v1/events/tax:1")
        assert (answer.code, answer.json["code"]) == (503, "no_answer")
        assert time.monotonic() - begun < 6
    finally:
        city.signal("tax", signal.SIGCONT)


# --- the door --------------------------------------------------------------------------------------

def test_a_browser_gets_in_by_a_code_that_is_good_once(city):
    def ask(method, path, body=None, token=False, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return city.ask("monitor", method, path, body, sent, token)

    assert ask("GET", "/v1/sources").code == 401
    code = ask("POST", "/v1/session/code", token=True).json["code"]
    host = f"127.0.0.1:{city.base + 90}"
    foreign = ask("POST", "/v1/session", json.dumps({"code": code}), Origin="http://127.0.0.1:1")
    assert (foreign.code, foreign.json["code"]) == (403, "code")
    wrong = ask("POST", "/v1/session", json.dumps({"code": code[:-1] + "x"}))
    assert (wrong.code, wrong.json["code"]) == (403, "code")
    begun = ask("POST", "/v1/session", json.dumps({"code": code}), Origin=f"http://{host}")
    assert begun.code == 204
    cookie = begun.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    cookie = cookie.partition(";")[0]
    assert ask("POST", "/v1/session", json.dumps({"code": code})).json["code"] == "code"
    assert ask("GET", "/v1/sources", Cookie=cookie).code == 200
    assert ask("GET", "/v1/sources", Cookie="a=b; " + cookie, Origin=f"http://{host}").code == 200
    assert ask("GET", "/v1/sources", Cookie=cookie, Origin="http://127.0.0.1:1").code == 401
    assert ask("GET", "/v1/sources", Cookie=cookie, Sec_Fetch_Site="same-site").code == 401
    assert ask("GET", "/v1/sources", Cookie=cookie[:-1] + "x").code == 401
    assert ask("POST", "/v1/session/code", Cookie=cookie).json["code"] == "token_only"
    assert ask("DELETE", "/v1/session", Cookie=cookie).code == 204
    assert ask("GET", "/v1/sources", Cookie=cookie).code == 401


def test_the_command_prints_a_link_that_lets_a_browser_in_once(city):
    link = city.command("monitor").stdout.decode().strip()
    address, _, code = link.partition("/#code=")
    assert address == f"http://127.0.0.1:{city.base + 90}"
    for expected in (204, 403):
        assert city.ask("monitor", "POST", "/v1/session", json.dumps({"code": code}), token=False).code == expected


def test_page_files_are_served_strictly_and_nothing_else_of_the_disk(fresh_city, tmp_path):
    web = tmp_path / "web"
    (web / "sub").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>x</title>\n", "utf-8")
    (web / "app.js").write_text("export const x = 1;\n", "utf-8")
    (web / "secret.txt").write_text("no\n", "utf-8")
    (web / "large.js").write_text("x" * (1 << 20) + "x", "utf-8")
    (web / ".hidden.js").write_text("no\n", "utf-8")
    city = started(fresh_city, web=web).start()
    page = city.ask("monitor", "GET", "/", token=False)
    assert page.code == 200 and page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert page.headers["Cache-Control"] == "no-cache"
    again = city.ask("monitor", "GET", "/", None, {"If-None-Match": page.headers["ETag"]}, False)
    assert (again.code, again.body) == (304, b"")
    assert city.ask("monitor", "GET", "/app.js", token=False).headers["Content-Type"].startswith("text/javascript")
    for path in ("/secret.txt", "/.hidden.js", "/sub", "/sub/x.js", "/..%2fmonitor.conf", "/%2e%2e", "/none.js",
                 "/x%2fy.js"):
        assert city.ask("monitor", "GET", path, token=False).code in (401, 404), path
    assert city.ask("monitor", "GET", "/large.js", token=False).code == 500


def test_export_is_paged_filtered_and_of_three_forms(city):
    wait_heard(city)
    city.take(DEPARTMENT, "contribution", rows(city, 30))
    wait_until(lambda: len(city.ask("monitor", "GET", "/v1/events").json["events"]) >= 30)
    found, after = [], ""
    while True:
        page = city.ask("monitor", "GET", f"/v1/events?limit=7&filter=source:{DEPARTMENT}{after}").json
        found += page["events"]
        after = f"&after={page['next']}"
        if not page["more"]:
            break
    sequences = [event["sequence"] for event in found]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences))) and len(sequences) >= 30
    lines = city.ask("monitor", "GET", f"/v1/events?format=ndjson&limit=5000&filter=source:{DEPARTMENT}").body
    assert [json.loads(line)["sequence"] for line in lines.splitlines()] == sequences
    table = city.ask("monitor", "GET", f"/v1/events?format=csv&limit=5000&filter=source:{DEPARTMENT}").body.decode()
    assert table.splitlines()[0] == "recorded,department,sequence,operation,kind,key,note,id"
    assert [int(line.split(",")[2]) for line in table.splitlines()[1:]] == sequences
    for bad in ("limit=0", "limit=5001", "format=xml", "since=x", "after=1", "filter=person:1"):
        assert city.ask("monitor", "GET", f"/v1/events?{bad}").code == 400, bad
    for bad in ("step=7", "step=0", "from=x", "from=2020-01-01T00:00:00Z",
                "to=2020-01-01T00:00:00Z&from=2021-01-01T00:00:00Z"):
        assert city.ask("monitor", "GET", f"/v1/counters?{bad}").code == 400, bad


def test_nothing_that_the_monitor_says_names_anybody(city):
    """What every answer holds, held against all people of the city."""
    wait_heard(city)
    people = city.people.several(20)
    with Stream(city, "?last=1000") as stream:
        begun = city.take("public-security", "person", [person_row(person) for person in people])["first_sequence"]
        city.push("public-security", "person", [dict(person_row(person), sex="9") for person in people[:5]])
        stream.until(lambda name, _, data: name == "entry" and data["sequence"] >= begun + 19)
        said = [b"".join(stream.raw)]
    paths = ["/v1/sources", "/v1/events?limit=5000", "/v1/events?format=csv&limit=5000", "/v1/gaps", "/v1/rejects",
             "/v1/rejects/rows?department=public-security", "/v1/counters", "/v1/status"]
    paths += [f"/v1/events/public-security:{begun + place}" for place in range(20)]
    rejected = city.ask("monitor", "GET", "/v1/rejects/rows?department=public-security").json["rejects"]
    paths += [f"/v1/rejects/public-security:{row['id']}" for row in rejected]
    for path in paths:
        answer = city.ask("monitor", "GET", path)
        assert answer.code == 200, (path, answer.body)
        said.append(answer.body)
    everything = b"\n".join(said)
    assert len(everything) > 10000
    assert not [secret for secret in city.people.secrets() if secret in everything]
