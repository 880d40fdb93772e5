# SPDX-License-Identifier: Apache-2.0
# test_openapi: proto/openapi.yaml says what the daemons answer: every route, every code, every member.
import contextlib
import json
import re
import time
import urllib.parse

import jsonschema
import pytest
import yaml

from city import DEPARTMENTS, ROOT, wait_until
from monitor import Stream
from people import person_row, sample_rows

DOCUMENT = yaml.safe_load((ROOT / "proto/openapi.yaml").read_text("utf-8"))
METHODS = ("get", "post", "put", "delete", "patch")
ROUTE = re.compile(r'\{ "([A-Z]+)", "(/[^"]*)", \w+, (true|false)')
DOOR = {400, 403, 404, 405, 413, 431}  # refusals of the door, which stand as "default"
JSON = {"Content-Type": "application/json"}
DEPARTMENT = "public-security"
WITHOUT_BODY = {"/v1/rebuild", "/v1/session/code"}  # of those that are posted
STREAMS_MAX = 32

# What cannot be had without breaking the disk, filling it, or a profile of a size that nobody has.
NOT_PROVOKED = {
    ("pushRows", "413"),  # test_http_door sends one
    ("pushRows", "503"), ("tryRows", "503"),
    ("readProfile", "500"), ("readProfile", "503"), ("rebuild", "503"), ("getReadiness", "503"),  # test_metrics
    # more at once than there are readers, a page that cannot be read, or what test_monitor does with a wire that is cut
    ("listRejects", "429"), ("listRejectRows", "429"), ("showReject", "429"), ("redriveRejects", "429"),
    ("dismissRejects", "429"), ("inspectEntry", "429"), ("inspectEntry", "503"), ("repairGap", "202"),
    ("getPageFile", "500"),
    ("showEntry", "500"), ("explainScore", "500"), ("explainScore", "503"), ("getRanks", "503"),
}


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


OPERATIONS = {operation["operationId"]: (method, path, operation) for method, path, operation in operations()}


def resolved(value):
    """What a reference stands for."""
    while "$ref" in value:
        found = DOCUMENT
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/")]
        value = found
    return value


def validator(schema):
    # The document's own root beside the schema, so that its references are found.
    return jsonschema.Draft202012Validator({"components": DOCUMENT["components"], "allOf": [schema]})


def walk(value, place="#"):
    yield place, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from walk(member, f"{place}/{name}")


# --- the document itself -------------------------------------------------------------------------

def test_every_reference_leads_somewhere_and_everything_is_referred_to():
    named = {value["$ref"] for _, value in walk(DOCUMENT) if isinstance(value, dict) and "$ref" in value}
    for name in named:
        resolved({"$ref": name})
    there = {f"#/components/{group}/{name}" for group, members in DOCUMENT["components"].items()
             if group != "securitySchemes" for name in members}
    assert there == named


def test_every_schema_is_one():
    for place, value in walk(DOCUMENT):
        if place.endswith("/schema") or re.fullmatch(r"#/components/schemas/\w+", place):
            jsonschema.Draft202012Validator.check_schema(value)


def test_every_example_validates():
    tried = 0
    for place, media in walk(DOCUMENT):
        if isinstance(media, dict) and "examples" in media and "schema" in media:
            for name, example in media["examples"].items():
                errors = [error.message for error in validator(media["schema"]).iter_errors(example["value"])]
                assert not errors, f"{place} {name}: {errors}"
                tried += 1
    assert tried >= 8


def test_every_operation_is_described_whole():
    assert len(OPERATIONS) == len(list(operations()))
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for method, path, operation in operations():
        assert operation["summary"].endswith("."), operation
        assert set(operation["tags"]) <= tags and operation["x-daemons"]
        assert "default" in operation["responses"]
        given = {resolved(parameter)["name"] for parameter in DOCUMENT["paths"][path].get("parameters", [])}
        assert given == set(re.findall(r"\{(\w+)\}", path))
        assert (method == "POST" and path not in WITHOUT_BODY) == ("requestBody" in operation)


def routes_of_code():
    """(daemon, method, path) -> open, of all route tables."""
    found = {}
    tables = {"department": [ROOT / "common/department_http.c"]}
    for source in sorted(ROOT.glob("services/*/*.c")):
        tables.setdefault(source.parent.name, []).append(source)
    for daemon, sources in tables.items():
        for source in sources:
            for method, path, is_open in ROUTE.findall(source.read_text("utf-8")):
                found[daemon, method, path] = is_open == "true"
    return found


def test_every_route_of_the_code_is_documented_and_no_other():
    documented = {(daemon, method, re.sub(r"\{\w+\}", "{}", path)): operation.get("security") == []
                  for method, path, operation in operations() for daemon in operation["x-daemons"]}
    assert documented == routes_of_code()


# --- a running city ------------------------------------------------------------------------------

class Caller:
    """Asks for operations by their id, holds each answer against the document, and remembers the codes."""

    def __init__(self, city):
        self.city = city
        self.seen = set()

    def ask(self, service, operation_id, code, query="", body=None, headers=None, **parameters):
        method, path, operation = OPERATIONS[operation_id]
        path = re.sub(r"\{(\w+)\}", lambda match: str(parameters[match.group(1)]), path) + query
        headers = dict(headers or {})
        token = headers.pop("token", True) and operation.get("security") != []
        answer = self.city.ask(service, method, path, body, headers, token=token)
        assert answer.code == code, (operation_id, answer.code, answer.body)
        self.hold(operation_id, answer)
        return answer

    def hold(self, operation_id, answer):
        responses = OPERATIONS[operation_id][2]["responses"]
        code = str(answer.code)
        assert code in responses or answer.code in DOOR, f"{operation_id}: {code} is not documented"
        response = resolved(responses.get(code, responses["default"]))
        self.seen.add((operation_id, code))
        for name, header in response.get("headers", {}).items():
            if name in answer.headers or header.get("required", True):
                validator(header["schema"]).validate(answer.headers[name])
        if "content" not in response:
            assert answer.body == b"" and "Content-Type" not in answer.headers
            return
        media = answer.headers["Content-Type"].split(";")[0]
        assert media in response["content"], f"{operation_id} {code}: {media}"
        shown = answer.json if re.search(r"[/+]json$", media) else answer.body.decode()
        errors = [f"{'/'.join(map(str, error.path))}: {error.message}"
                  for error in validator(response["content"][media]["schema"]).iter_errors(shown)]
        assert not errors, f"{operation_id} {code}: {errors}"


@pytest.fixture(scope="module")
def caller(city):
    return Caller(city)


def people_csv(people):
    lines = ["身份证号,姓名,性别,出生日期,颜色"]
    lines += [",".join((each.id_number, each.name, each.sex, each.birth_date, "red")) for each in people]
    return ("\n".join(lines) + "\n").encode()


def test_rows(city, caller):
    person, bad, other = city.people.several(3)
    rows = [person_row(person), {**person_row(bad), "sex": "unheard of"}]
    many = [{**person_row(each), "sex": "none"} for each in city.people.several(25)]
    csv = {"Content-Type": "text/csv"}

    def push(code, value, kind="person", query="", headers=JSON):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        for operation_id in ("tryRows", "pushRows"):
            wanted = 200 if (operation_id, code) == ("tryRows", 202) else code
            caller.ask(DEPARTMENT, operation_id, wanted, query, body, headers, kind=kind)
    push(202, rows)
    push(202, many)
    push(202, "\n".join(map(json.dumps, rows)).encode(), headers={"Content-Type": "application/x-ndjson"})
    push(202, people_csv([person, other]), headers=csv)
    push(202, people_csv([person, other]), query="?mode=full&scope=sex%3D1&confirm=yes", headers=csv)
    caller.ask(DEPARTMENT, "tryRows", 200, "?mode=full", people_csv([other]), csv, kind="person")
    caller.ask(DEPARTMENT, "pushRows", 422, "?mode=full", people_csv([other]), csv, kind="person")
    push(202, {"id_number": person.id_number, "_op": "retract"})
    push(400, rows, query="?mode=backwards")
    push(400, rows, query="?scope=nonsense")
    push(401, rows, headers={**JSON, "token": False})
    push(403, rows, kind="contribution")
    push(403, rows, kind="sanction")
    push(404, rows, kind="unicorn")
    push(415, b"<xml/>", headers={"Content-Type": "text/xml"})
    push(422, b"PK\x03\x04" + bytes(100), headers=csv)
    caller.ask(DEPARTMENT, "pushRows", 422, "?on_error=reject", json.dumps(rows).encode(), JSON, kind="person")
    caller.ask(DEPARTMENT, "pushRows", 422, "", "姓名\n张三\n".encode(), csv, kind="person")
    caller.ask(DEPARTMENT, "pushRows", 202, "?on_error=reject", b"[]", JSON, kind="person")


def test_quarantine(city, caller):
    bad = [{**person_row(each), "sex": "unheard of"} for each in city.people.several(3)]
    city.push(DEPARTMENT, "person", bad)
    page = caller.ask(DEPARTMENT, "listRejects", 200, "?kind=person&limit=2").json
    assert len(page["rejects"]) == 2
    caller.ask(DEPARTMENT, "listRejects", 200, f"?after={page['next']}")
    caller.ask(DEPARTMENT, "listRejects", 400, "?limit=0")
    number = page["rejects"][0]["id"]
    caller.ask(DEPARTMENT, "showReject", 200, id=number)
    caller.ask(DEPARTMENT, "showReject", 404, id=999999)
    caller.ask(DEPARTMENT, "redriveRejects", 200, body=json.dumps({"ids": [number, 999999]}).encode())
    caller.ask(DEPARTMENT, "redriveRejects", 200, body=b'{"kind":"person","code":"unknown_code"}')
    caller.ask(DEPARTMENT, "redriveRejects", 400, body=b'{"ids":[1],"kind":"person"}')
    caller.ask(DEPARTMENT, "dismissRejects", 200, body=json.dumps({"ids": [number], "reason": "a test"}).encode())
    caller.ask(DEPARTMENT, "dismissRejects", 400, body=json.dumps({"ids": [number]}).encode())


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_catalogue(caller, department):
    catalogue = caller.ask(department, "getCatalogue", 200).json
    for kind in catalogue["kinds"]:
        caller.ask(department, "getSchema", 200, kind=kind["kind"])
    caller.ask(department, "getSchema", 404, kind="unicorn")
    caller.ask(department, "getSchema", 403, kind="person" if department != DEPARTMENT else "contribution")


def test_profile(city, caller):
    person, other, stranger = city.people.several(3)
    for department, (kind, row) in sample_rows(person, other).items():
        city.take(department, kind, row)
    kind, row = sample_rows(person, other)["tax"]
    city.push("tax", kind, {**row, "paid_on": "2090-01-01"})  # a mark in the profile
    none = {"kind": "shareholding", "complete_through": "2026-01-01", "none": True}
    city.take("tax", "coverage", {"id_number": person.id_number, **none})
    city.settle()

    def read(code, question, headers=JSON):
        return caller.ask("profiles", "readProfile", code, body=json.dumps(question).encode(), headers=headers)
    shown = read(200, {"id_number": person.id_number}).json
    kinds = [kind for department in shown["departments"] for kind in department["kinds"]]
    assert any(kind["facts"] for kind in kinds) and any(kind["rejected"] for kind in kinds)
    assert any(kind["coverage"] for kind in kinds)
    read(200, {"subject": shown["subject"]})
    wait_until(lambda: read(404, {"id_number": stranger.id_number}), what="a stranger who is nobody")
    read(400, {})
    read(415, {}, {"Content-Type": "text/plain"})
    read(422, {"id_number": "1"})


def test_entry(city, caller):
    person = city.people.one()
    city.take(DEPARTMENT, "person", person_row(person))
    sequence = city.status(DEPARTMENT)["sequence"]
    shown = caller.ask(DEPARTMENT, "showEntry", 200, sequence=sequence).json
    assert shown["fields"]["name"] is None and "name" in shown["fields"]["withheld"]
    city.push(DEPARTMENT, "person", {**person_row(city.people.one()), "sex": "unheard of"})
    assert caller.ask(DEPARTMENT, "showEntry", 200, sequence=sequence + 1).json["operation"] == "reject"
    city.push(DEPARTMENT, "person", {"id_number": person.id_number, "_op": "retract"})
    retracted = caller.ask(DEPARTMENT, "showEntry", 200, sequence=sequence + 2).json
    assert retracted["previous"] == sequence and retracted["fields"] is None
    for number in (sequence + 3, 0, "x", "1" * 16, "-1"):
        caller.ask(DEPARTMENT, "showEntry", 404, sequence=number)


FACTS = {"as_of": "2026-11-24", "programme": "hukou", "persons": {"self": {
    "health.blood_donation": [{"donated_on": "2023-03-05", "component": "whole_blood", "volume": 400}]}}}


def test_points(city, caller):
    """By the table that a city has without asking, whose numbers are made up: every answer says so."""
    person = city.people.one()
    city.take("service-centre", "application", {
        "id_number": person.id_number, "receipt": "A-1", "programme": "hukou", "year": time.gmtime().tm_year + 1,
        "town": "320582-01", "state": "accepted", "accepted_on": "2026-03-02"})
    city.settle()

    def post(operation_id, code, value, query="", headers=JSON):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return caller.ask("points", operation_id, code, query, body, headers)
    tables = caller.ask("points", "getRules", 200).json["tables"]
    assert [table["status"] for table in tables] == ["demonstration"] and tables[0]["label"]["zh"]
    lists = wait_until(lambda: caller.ask("points", "getRanks", 200).json["lists"], what="a live list")
    assert lists[0]["label"] == tables[0]["label"]
    keys = {name: lists[0][name] for name in ("table", "programme", "year")} | lists[0]["among"]
    page = caller.ask("points", "getRanks", 200, f"?{urllib.parse.urlencode(keys)}").json
    assert page["count"] == len(page["rows"]) == 1 and page["table"]["label"] == tables[0]["label"]
    caller.ask("points", "getRanks", 400, "?table=none")
    shown = post("explainScore", 200, {"id_number": person.id_number}).json
    assert shown["scores"][0]["explanation"]["table"]["label"] == tables[0]["label"]
    post("explainScore", 200, {"subject": shown["subject"], "programme": "hukou", "report": "zh"})
    post("explainScore", 400, {"subject": shown["subject"], "report": True})
    post("explainScore", 404, {"id_number": city.people.one().id_number})
    post("explainScore", 413, b'{"programme": "' + b"x" * 5000 + b'"}')
    post("explainScore", 415, {}, headers={"Content-Type": "text/plain"})
    post("explainScore", 422, {"id_number": "1"})
    table = f"?table={tables[0]['id']}"
    assert post("calculate", 200, FACTS, table).json["table"]["status"] == "demonstration"
    post("calculate", 400, b"{", table)
    post("calculate", 404, FACTS, "?table=none")
    post("calculate", 415, FACTS, table, {"Content-Type": "text/plain"})
    post("calculate", 422, {**FACTS, "as_of": "yesterday"}, table)


def test_monitor(city, caller):
    def ask(operation_id, code, query="", **parameters):
        return caller.ask("monitor", operation_id, code, query, **parameters)
    city.push(DEPARTMENT, "person", [person_row(city.people.one()), {**person_row(city.people.one()), "sex": "none"}])
    city.settle()
    sequence = city.status(DEPARTMENT)["sequence"]
    wait_until(lambda: ask("listSources", 200).json["sources"][0]["seen"] > 0, what="entries that were seen")
    page = wait_until(lambda: ask("exportEvents", 200, "?filter=status:rejected").json, what="a reject")
    assert page["events"]
    ask("exportEvents", 200, "?format=ndjson&limit=1")
    ask("exportEvents", 200, "?format=csv")
    ask("exportEvents", 400, "?limit=0")
    ask("exportEvents", 410, "?after=ab-1")
    ask("streamEvents", 400, "?filter=person:1")
    wait_until(lambda: ask("inspectEntry", 200, entry=f"{DEPARTMENT}:{sequence - 1}"), what="an entry")
    ask("inspectEntry", 200, entry=f"{DEPARTMENT}:{sequence}")
    ask("inspectEntry", 404, entry=f"{DEPARTMENT}:{sequence + 1}")
    ask("inspectEntry", 404, entry="weather:1")
    ask("listGaps", 200)
    ask("repairGap", 404, body=b'{"department":"weather"}')
    ask("repairGap", 409, body=b'{"department":"tax"}')
    ask("getCounters", 200)
    ask("getCounters", 200, "?step=600&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")
    ask("getCounters", 400, "?step=7")


def test_streams_of_the_monitor(city, caller):
    with contextlib.ExitStack() as stack:
        for _ in range(STREAMS_MAX):
            stream = stack.enter_context(Stream(city))
            assert (stream.answer.status, stream.answer.headers["Content-Type"]) == (200, "text/event-stream")
            assert stream.next()[0] == "hello"
        caller.seen.add(("streamEvents", "200"))
        caller.ask("monitor", "streamEvents", 503)


def test_quarantine_seen_by_the_monitor(city, caller):
    city.push(DEPARTMENT, "person", [{**person_row(each), "sex": "none"} for each in city.people.several(3)])

    def ask(operation_id, code, query="", body=None, **parameters):
        shown = None if body is None else json.dumps(body).encode()
        return caller.ask("monitor", operation_id, code, query, shown, **parameters)

    def ask_all(code, ids):
        ask("listRejectRows", code, f"?department={DEPARTMENT}")
        ask("showReject", code, id=f"{DEPARTMENT}:{ids[0]}")
        ask("previewRejects", code, body={"department": DEPARTMENT, "kind": "person"})
        ask("redriveRejects", code, body={"department": DEPARTMENT, "ids": ids[:1]})
        ask("dismissRejects", code, body={"department": DEPARTMENT, "ids": ids[1:2], "reason": "a test"})
    assert ask("listRejects", 200, f"?department={DEPARTMENT}").json["groups"]
    ids = ask("previewRejects", 200, body={"department": DEPARTMENT, "kind": "person"}).json["ids"]
    token = city.token_path(DEPARTMENT)
    kept = token.read_bytes()
    try:
        token.write_bytes(city.token_path("tax").read_bytes())
        ask_all(502, ids)
        token.unlink()
        ask_all(503, ids)
    finally:
        token.write_bytes(kept)
        token.chmod(0o600)
    ask_all(200, ids)
    ask("listRejectRows", 400, f"?department={DEPARTMENT}&limit=201")
    ask("listRejectRows", 404)
    ask("showReject", 404, id="tax:999999")
    for operation_id in ("previewRejects", "redriveRejects", "dismissRejects"):
        ask(operation_id, 400, body={"department": DEPARTMENT})
        ask(operation_id, 404, body={"department": "weather", "ids": [1]})


def test_sessions_and_the_page(caller):
    def ask(operation_id, code, **parameters):
        return caller.ask("monitor", operation_id, code, **parameters)
    code = ask("makeSessionCode", 200).json["code"]
    begun = ask("beginSession", 204, body=json.dumps({"code": code}).encode())
    ask("beginSession", 403, body=json.dumps({"code": code}).encode())
    cookie = {"token": False, "Cookie": begun.headers["Set-Cookie"].partition(";")[0]}
    ask("makeSessionCode", 403, headers=cookie)
    ask("endSession", 204, headers=cookie)
    tag = ask("getPage", 200).headers["ETag"]
    ask("getPage", 304, headers={"If-None-Match": tag})
    names = [path.name for path in (ROOT / "services/monitor/web").iterdir() if path.is_file()]
    for name in names:
        tag = ask("getPageFile", 200, file=name).headers["ETag"]
    ask("getPageFile", 304, file=names[-1], headers={"If-None-Match": tag})
    ask("getPageFile", 404, file="nothing.js")


def test_running(city, caller):
    for service in (*DEPARTMENTS, "aggregator", "profiles", "points", "monitor"):
        for operation_id in ("getStatus", "getMetrics", "getHealth", "getReadiness"):
            caller.ask(service, operation_id, 200)
    caller.ask("aggregator", "rebuild", 202, "?department=health")
    caller.ask("aggregator", "rebuild", 404, "?department=weather")
    city.settle()


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_operation_asks_for_its_token_and_a_host_of_this_machine(caller, operation_id):
    method, path, operation = OPERATIONS[operation_id]
    services = {"department": DEPARTMENT}
    for daemon in operation["x-daemons"]:
        service = services.get(daemon, daemon)
        parameters = {name: "1" for name in re.findall(r"\{(\w+)\}", path)}
        caller.ask(service, operation_id, 403, headers={"Host": "evil.example"}, **parameters)
        if operation.get("security") != []:
            caller.ask(service, operation_id, 401, headers={"token": False}, **parameters)


def test_every_documented_code_was_seen(caller):
    """The last one: what no test above provoked is not known to be true."""
    daemons = {"department", "aggregator", "profiles", "points", "monitor"}
    documented = {(name, code) for name, (_, _, operation) in OPERATIONS.items() for code in operation["responses"]
                  if code != "default" and set(operation["x-daemons"]) & daemons}
    assert documented - caller.seen == NOT_PROVOKED
