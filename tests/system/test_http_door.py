# SPDX-License-Identifier: Apache-2.0
# test_http_door: every refusal at the HTTP door has its own code and takes nothing in; every row gets an answer.
import json
import socket

import pytest

from city import DEPARTMENTS, NUMBERS, wait_until
from people import contribution_row, person_row

DEPARTMENT = "public-security"
PATHS = {"public-security": "/v1/status", "aggregator": "/v1/status", "profiles": "/v1/status"}


def assert_problem(answer, code, name):
    assert answer.code == code, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert (problem["status"], problem["code"]) == (code, name)
    assert problem["detail"] and problem["detail_zh"]


@pytest.fixture
def untouched(city):
    """The department must be as it was when the test is over."""
    before = city.status(DEPARTMENT)
    yield
    after = city.status(DEPARTMENT)
    for name in ("sequence", "chain", "records", "quarantined", "started"):
        assert after[name] == before[name]


@pytest.mark.parametrize("service", PATHS)
@pytest.mark.parametrize("authorization", [
    None, "", "Bearer", "Bearer ", "Bearer wrong-wrong-wrong-wrong", "Basic b25lOmNpdHk=", "bearer x" * 200])
def test_a_wrong_or_missing_token_is_401(city, service, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = city.ask(service, "GET", PATHS[service], headers=headers, token=False)
    assert answer.code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_token_of_one_service_does_not_open_another(city):
    answer = city.ask("tax", "GET", "/v1/status", headers=city.token(DEPARTMENT), token=False)
    assert answer.code == 401


@pytest.mark.parametrize("service", PATHS)
def test_health_needs_no_token_and_tells_nothing(city, service):
    for path in ("/healthz", "/readyz"):
        answer = city.ask(service, "GET", path, token=False)
        assert answer.code == 200 and answer.json["ok"] is True


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7401", "127.0.0.1.evil.example", "localhost.evil", ""])
def test_a_foreign_host_is_403(city, host, untouched):
    answer = city.ask(DEPARTMENT, "POST", "/v1/rows/person", b"[]", {"Host": host, "Content-Type": "application/json"})
    assert answer.code == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]"])
def test_the_names_of_this_machine_are_welcome(city, host):
    assert city.ask(DEPARTMENT, "GET", "/v1/status", headers={"Host": host}).code == 200


def test_an_unknown_kind_is_404(city, untouched):
    assert_problem(city.post(DEPARTMENT, "unicorn", []), 404, "unknown_kind")


def test_a_foreign_departments_kind_is_403(city, untouched):
    row = contribution_row(city.people.one())
    assert_problem(city.post(DEPARTMENT, "contribution", row), 403, "foreign_kind")


def test_an_unknown_path_is_404_and_a_wrong_method_405(city, untouched):
    assert city.ask(DEPARTMENT, "GET", "/v1/secrets").code == 404
    answer = city.ask(DEPARTMENT, "DELETE", "/v1/status")
    assert answer.code == 405 and "GET" in answer.headers["Allow"]


def test_an_unknown_content_type_is_415(city, untouched):
    assert_problem(city.post(DEPARTMENT, "person", b"<xml/>", "text/xml"), 415, "content_type")


def test_an_oversized_body_is_413_before_it_is_sent(city, untouched):
    """Nothing but the announcement is sent: the answer must come all the same."""
    head = ("POST /v1/rows/person HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in city.token(DEPARTMENT).items())
            + f"Content-Length: {17 << 20}\r\n\r\n")
    with socket.create_connection(("127.0.0.1", city.base + NUMBERS[DEPARTMENT]), timeout=10) as client:
        client.sendall(head.encode())
        assert client.recv(64).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("body", [
    b"", b"{", b"[1,2", b"nonsense", b"\xff\xfe\x00", b'{"id_number":"1","id_number":"2"}', b'{"a":"\\ud800"}',
    b'{"a":"\x00"}', b"[" * 100000, b'{"birth_date":1e999}', "{\"name\":\"\u202e\"".encode()])
def test_broken_json_is_quarantined_never_a_crash(city, body):
    before = city.pid(DEPARTMENT)
    answer = city.post(DEPARTMENT, "person", body)
    assert answer.code == 202, answer.body
    assert answer.json["accepted"] == 0
    if body:
        assert answer.json["quarantined"] == 1
        assert answer.json["problems"][0]["code"] in ("json_form", "row_encoding", "duplicate_member", "long_number")
    assert city.pid(DEPARTMENT) == before


def test_a_broken_line_of_ndjson_is_quarantined_and_the_others_go_on(city):
    rows = [json.dumps(person_row(person)) for person in city.people.several(2)]
    counts = city.post(DEPARTMENT, "person", f"{rows[0]}\n{{\"id_number\":\n{rows[1]}", "application/x-ndjson").json
    assert (counts["accepted"], counts["quarantined"]) == (2, 1)
    assert counts["problems"][0]["row"] == 2


def test_a_row_that_comes_again_is_one_row_in_quarantine(city):
    row = {**person_row(city.people.one()), "sex": "unheard of"}
    city.push(DEPARTMENT, "person", row)
    before = city.status(DEPARTMENT)["quarantined"]
    for _ in range(3):
        assert city.push(DEPARTMENT, "person", row)["quarantined"] == 1
    assert city.status(DEPARTMENT)["quarantined"] == before


@pytest.mark.parametrize("change, code", [
    ({"id_number": "320582199001011234"}, "check_digit"), ({"id_number": "3.20582E+17"}, "excel_damage"),
    ({"id_number": "x"}, "id_number_form"), ({"id_number": None}, "missing_value"),
    ({"birth_date": "1990-13-01"}, "date_form"), ({"birth_date": "2090-01-01"}, "future_date"),
    ({"sex": "7"}, "unknown_code"), ({"name": "a\nb"}, "text_form"),
    ({"name": "字" * 100}, "too_long"), ({"colour": "red"}, "unknown_member"), ({"_op": "erase"}, "unknown_operation"),
    ({"_version": "soon"}, "version_form")])
def test_every_mistake_has_its_own_code_and_both_languages_and_no_value(city, change, code):
    row = {**person_row(city.people.one()), **change}
    counts = city.push(DEPARTMENT, "person", row)
    assert (counts["accepted"], counts["quarantined"]) == (0, 1)
    problem = counts["problems"][0]
    assert problem["code"] == code
    assert all(problem[text] for text in ("en", "zh", "hint_en", "hint_zh"))
    said = json.dumps(counts, ensure_ascii=False)
    assert not [value for value in row.values() if value and len(value) > 2 and value in said]


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_department_serves_its_catalogue_and_a_schema_for_each_kind(city, department):
    catalogue = city.ask(department, "GET", "/v1/catalogue").json
    assert catalogue["department"] == department
    for kind in catalogue["kinds"]:
        schema = city.ask(department, "GET", f"/v1/schemas/{kind['kind']}")
        assert schema.code == 200 and schema.json["$schema"].endswith("2020-12/schema")


def test_answers_are_never_stored(city):
    assert city.ask(DEPARTMENT, "GET", "/v1/status").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("sent", [
    b"", b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000 + b"\r\n",
    b"POST /v1/rows/person HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/rows/person HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"])
def test_a_client_that_speaks_nonsense_disturbs_nobody(city, sent, untouched):
    with socket.create_connection(("127.0.0.1", city.base + NUMBERS[DEPARTMENT]), timeout=10) as client:
        client.sendall(sent)
        client.settimeout(0.2)
        try:
            client.recv(64)
        except OSError:
            pass
    assert city.status(DEPARTMENT)["service"] == DEPARTMENT


def test_many_clients_that_say_nothing_do_not_keep_others_out(city):
    silent = [socket.create_connection(("127.0.0.1", city.base + NUMBERS[DEPARTMENT])) for _ in range(100)]
    try:
        wait_until(lambda: city.ask(DEPARTMENT, "GET", "/v1/status").code == 200, 5)
    finally:
        for client in silent:
            client.close()


def test_a_kind_that_is_off_by_default_is_refused_until_the_settings_enable_it(city, untouched):
    answer = city.ask(DEPARTMENT, "POST", "/v1/rows/sanction", b"{}",
                      {"Content-Type": "application/json"})
    assert_problem(answer, 403, "kind_off")
