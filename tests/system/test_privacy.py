# SPDX-License-Identifier: Apache-2.0
# test_privacy: promise 8: no ID number and no name where it does not belong, whatever departments send and people ask.
#
# Every test's city is looked through like this when it ends (city.py); here everything is done that could make it slip.
import json
import urllib.parse

import pytest

from bus import following, receive, replay
from city import DEPARTMENTS
from people import contribution_row, person_row, sample_rows
from view import PROFILE, kind_number_of

PERSON_KIND = 1


def wrongly_placed(person, other):
    """Rows with an ID number or a name where none may stand: department, kind, row."""
    number, name = person.id_number, person.name
    base = {"id_number": other.id_number}
    yield "public-security", "person", {**person_row(other), "name": number}
    yield "public-security", "person", {**person_row(other), "remark": f"{name} {number}"}
    yield "public-security", "residence", {**base, "from": "2020-01-01", "town": "杨舍镇", "grid": number}
    yield "public-security", "residence", {**base, "from": number, "town": name}
    yield "public-security", "kinship", {**base, "relation": "spouse", "relative": number}
    yield "public-security", "kinship", {**base, "relation": name, "relative": number}
    yield "social-insurance", "contribution", {**contribution_row(other), "insurance": number}
    yield "social-insurance", "contribution", {**contribution_row(other), "name": name}
    yield "social-insurance", "contribution", {**contribution_row(other), "_op": number}
    yield "social-insurance", "contribution", {**contribution_row(other), "_version": name}
    yield "social-insurance", "contribution", {**contribution_row(other), name: number}
    yield "social-insurance", "qualification", {**base, "certificate": number, "class": "skill",
                                                "issued_on": "2020-01-01"}
    yield "social-insurance", "employment", {**base, "employer": number, "from": "2020-01-01", "occupation": name}
    yield "tax", "income_tax", {**base, "voucher": number, "item": "wages", "period": "2024-05",
                                "paid_on": "2024-06-14", "amount": "1"}
    yield "tax", "shareholding", {**base, "enterprise": number}
    yield "health", "vaccination", {**base, "complete": True, "card": number}
    yield "service-centre", "application", {**base, "receipt": number, "programme": "school", "year": 2024,
                                            "town": "杨舍镇", "state": "accepted"}
    yield "service-centre", "application", {**base, "receipt": f"申请人{number}号", "programme": "school", "year": 2024,
                                            "town": "杨舍镇", "state": "accepted"}
    wide = number.translate({ord(digit): ord(digit) + 0xfee0 for digit in "0123456789"})
    yield "service-centre", "application", {**base, "receipt": wide, "programme": "x", "year": 2024, "town": "杨舍镇"}
    yield "service-centre", "education", {**base, "level": "21", "graduated_on": "2023-06-30", "school": number}
    yield "service-centre", "home", {**base, "dwelling": number, "area": "90", "owners": [{"owner": number}]}
    yield "service-centre", "coverage", {**base, "kind": number, "complete_through": "2024-01-01"}


@pytest.fixture(scope="module")
def eventful(city):
    """A city to which everything was sent; the people it is about, and all that its publishers sent live."""
    frames = {}
    with_sockets = [following(city, department) for department in DEPARTMENTS]
    sockets = [opened.__enter__() for opened in with_sockets]
    for socket in sockets:
        assert receive(socket, 5)
    people = city.people.several(60)
    for person, other in zip(people[::2], people[1::2]):
        for department, (kind, row) in sample_rows(person, other).items():
            city.push(department, kind, row)
        for department, kind, row in wrongly_placed(person, other):
            city.push(department, kind, row)
    for person in people:
        ask_in_every_wrong_way(city, person)
        city.command("profile", "-", rows=person.id_number.encode(), code=None)
    city.settle()
    for department, socket in zip(DEPARTMENTS, sockets):
        frames[department] = []
        while message := receive(socket, 0.2):
            frames[department] += message
    for opened in with_sockets:
        opened.__exit__(None, None, None)
    return city, frames


def ask_in_every_wrong_way(city, person):
    number, name = person.id_number, urllib.parse.quote(person.name)
    for service in ("public-security", "aggregator", "profiles"):
        for path in (f"/v1/rows/{number}", f"/v1/profile/{number}", f"/v1/profile?id_number={number}", f"/{name}",
                     f"/v1/status?{name}={number}", f"/v1/rebuild?department={number}", f"/v1/schemas/{name}"):
            for method in ("GET", "POST"):
                answer = city.ask(service, method, path, b"{" + number.encode(), {"Content-Type": "application/json"})
                assert number.encode() not in answer.body and person.name.encode() not in answer.body
                assert number not in str(answer.headers)
    city.post("public-security", number, [])
    city.post("public-security", "person", f'{{"id_number": "{number}", "name": "{person.name}"')
    city.post("public-security", "person", f'{number} {person.name}\n{{"{number}":{number}}}\n', "application/x-ndjson")
    city.ask("public-security", "GET", "/v1/status", headers={"Authorization": f"Bearer {number}"}, token=False)
    city.ask("public-security", "GET", "/v1/status", headers={"Host": number})


def names_and_numbers(city):
    return city.people.secrets()


def test_promise_8_no_id_number_and_no_name_on_the_bus_but_in_public_securitys_person_record(eventful):
    city, frames = eventful
    secrets = names_and_numbers(city)
    looked_at = 0
    for department in DEPARTMENTS:
        for entry in replay(city, department):
            said = b"|".join([entry.header, entry.packed_body or b""])
            if (kind_number_of(department), entry.kind) == (1, PERSON_KIND):
                said = entry.header
            assert not [secret for secret in secrets if secret in said], (department, entry.kind, entry.operation)
            looked_at += 1
        if department != "public-security":
            said = b"|".join(frames[department])
            assert said and not [secret for secret in secrets if secret in said], department
    assert looked_at > 300


def test_promise_8_no_id_number_in_full_width_either(eventful):
    city, frames = eventful
    wide = {ord(digit): ord(digit) + 0xfee0 for digit in "0123456789"}
    numbers = [number.translate(wide).encode() for number in city.people.known]
    for department, said in frames.items():
        assert not [number for number in numbers if number in b"|".join(said)], department


def test_promise_8_no_id_number_and_no_name_in_redis_but_in_public_securitys_person_record(eventful):
    city, _ = eventful
    secrets = names_and_numbers(city)
    with city.redis() as connection:
        for key in connection.scan_iter(count=1000):
            assert not [secret for secret in secrets if secret in key]
            said = []
            kind = connection.type(key)
            if kind == b"hash":
                is_profile = PROFILE.match(key.decode())
                for field, value in connection.hgetall(key).items():
                    said.append(field if is_profile and field == b"1.1" else field + b"|" + value)
            elif kind == b"stream":
                said += [repr(entry).encode() for entry in connection.xrange(key)]
            else:
                said.append(connection.get(key))
            said = b"|".join(said)
            assert not [secret for secret in secrets if secret in said], key


def test_promise_8_no_id_number_and_no_name_in_a_log_or_the_name_of_a_file(eventful):
    city, _ = eventful
    city.assert_private()


def test_promise_8_what_services_say_of_themselves_names_nobody(eventful):
    city, _ = eventful
    secrets = names_and_numbers(city)
    for service in [*DEPARTMENTS, "aggregator", "profiles"]:
        said = json.dumps(city.status(service), ensure_ascii=False).encode()
        assert not [secret for secret in secrets if secret in said], service
    for command in (["status"], ["sources"], ["lag"], ["status", "--json"]):
        done = city.command(*command, code=None)
        assert not [secret for secret in secrets if secret in done.stdout + done.stderr]
