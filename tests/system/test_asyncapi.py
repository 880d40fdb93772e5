# SPDX-License-Identifier: Apache-2.0
# test_asyncapi: proto/asyncapi.yaml says what travels on the bus: in golden bytes, and in a running city.
import json
import re

import jsonschema
import msgpack
import pytest
import yaml
import zmq

from bus import CREDIT, FORMAT, following, receive, socket_to
from city import DEPARTMENTS, ROOT, wait_until
from people import person_row, sample_rows

DOCUMENT = yaml.safe_load((ROOT / "proto/asyncapi.yaml").read_text("utf-8"))
GOLDEN = {"batch": "answer", "heartbeat": "heartbeat", "replay": "request"}  # file -> message
ENVELOPE = (ROOT / "proto/envelope.h").read_text("utf-8")


def validator(schema):
    return jsonschema.Draft7Validator({"components": DOCUMENT["components"], "allOf": [schema]})


def errors_of(message, value):
    return [f"{'/'.join(map(str, error.path))}: {error.message}"
            for error in validator(DOCUMENT["components"]["messages"][message]["payload"]).iter_errors(value)]


def in_text(value):
    """A decoded message as the schemas see it: bin as hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    return [in_text(member) for member in value] if isinstance(value, list) else value


def decoded(message):
    return in_text(msgpack.unpackb(message))


def walk(value, place="#"):
    yield place, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from walk(member, f"{place}/{name}")


def find(reference):
    found = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_every_reference_leads_somewhere_and_every_schema_is_one():
    named = {value["$ref"] for _, value in walk(DOCUMENT) if isinstance(value, dict) and "$ref" in value}
    for reference in named:
        find(reference)
    for group in ("schemas", "messages"):
        for name in DOCUMENT["components"][group]:
            assert f"#/components/{group}/{name}" in named
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)


def test_every_example_validates():
    examples = [(name, example) for name, message in DOCUMENT["components"]["messages"].items()
                for example in message.get("examples", [])]
    assert len(examples) >= 3
    for name, example in examples:
        assert not errors_of(name, example["payload"]), example["name"]


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_bytes_are_as_the_document_says(name):
    assert not errors_of(GOLDEN[name], decoded((ROOT / f"proto/golden/{FORMAT}/{name}.bin").read_bytes()))


@pytest.mark.parametrize("path", sorted((ROOT / "proto/golden/1").glob("entry-*.bin")), ids=lambda path: path.stem)
def test_golden_entries_are_as_the_document_says(path):
    errors = list(validator({"$ref": "#/components/schemas/Entry"}).iter_errors(decoded(path.read_bytes())))
    assert not [error.message for error in errors]


def constant(name):
    return eval(re.search(rf"\b{name}\s*=\s*([^,]+),", ENVELOPE).group(1))  # a product of numbers


def test_limits_and_lists_are_those_of_the_code():
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Format"]["const"] == constant("ENVELOPE_FORMAT")
    assert schemas["Entries"]["maxItems"] == schemas["Batch"]["items"][4]["maximum"] == constant("BATCH_ENTRIES_MAX")
    assert schemas["Inputs"]["maxItems"] == constant("BATCH_INPUTS_MAX")
    operations = re.search(r"enum operation \{(.*?)OPERATION_COUNT", ENVELOPE, re.S).group(1)
    names = re.findall(r"OPERATION_(\w+)", operations)
    operation = schemas["Entry"]["items"][0]
    assert operation["enum"] == list(range(len(names)))
    assert re.findall(r"\d (\w+)", operation["description"]) == [name.lower() for name in names]
    assert set(DOCUMENT["channels"]["department"]["parameters"]["department"]["enum"]) == set(DEPARTMENTS)
    for name, schema in (("entry", "Entry"), ("batch", "Batch"), ("input", "Input"), ("replay", "Request")):
        line = re.sub(r"\s*//\s*", " ", ENVELOPE)
        members = re.search(rf"{name}\s+\[((?:[^\[\]]|\[\w+, \.\.\.\])*)\]", line).group(1)
        places = re.sub(r"\[entry, \.\.\.\]", "entries", re.sub(r"\[input, \.\.\.\]", "inputs", members))
        places = " ".join(places.replace("|nil", "").split())
        assert schemas[schema]["title"] == f"[{places}]"


# --- a running city ------------------------------------------------------------------------------

def test_what_a_department_publishes_is_as_the_document_says(city):
    person, other, bad = city.people.several(3)
    wanted = {"batch", "heartbeat"}
    with following(city, "public-security") as socket:
        wait_until(lambda: receive(socket, 1), what="a heartbeat")
        row = person_row(person)
        city.push("public-security", "person", [row, {**person_row(bad), "sex": "none"}, person_row(other)])
        city.push("public-security", "person", {"id_number": person.id_number, "_op": "retract"})
        city.push("public-security", "person", person_row(bad))
        operations = set()

        def hear():
            topic, message = receive(socket, 2)
            shown = decoded(message)
            name = "batch" if shown[9] else "heartbeat"
            assert topic == b"public-security" and not errors_of(name, shown), errors_of(name, shown)
            operations.update(entry[0] for entry in shown[9])
            wanted.discard(name)
            return not wanted and len(operations) == 4 and name == "heartbeat" and len(shown[10]) > 0
        while not hear():
            pass
    assert operations == {0, 1, 2, 3}


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_replay_is_as_the_document_says(city, department):
    kind, row = sample_rows(*city.people.several(2))[department]
    city.take(department, kind, row)
    request = [FORMAT, None, 1, CREDIT, 5]
    assert not errors_of("request", request)
    with socket_to(city, department, zmq.DEALER, 200) as socket:
        socket.send(msgpack.packb(request))
        heard = []
        while "end" not in heard:
            shown = decoded(receive(socket, 5)[-1])
            heard.append("answer" if shown[9] else "end")
            assert not errors_of(heard[-1], shown), errors_of(heard[-1], shown)
            assert shown[8] == 5
    assert heard[0] == "answer"


def test_a_wrong_message_is_told():
    """The schemas are no open door."""
    good = next(iter(DOCUMENT["components"]["messages"]["batch"]["examples"]))["payload"]
    for place, wrong in ((0, 2), (2, "0e"), (3, 0), (4, 0), (8, 1), (9, [[4]]), (10, [[1, 2, 3, 4]])):
        changed = json.loads(json.dumps(good))
        changed[place] = wrong
        assert errors_of("batch", changed), place
    assert errors_of("batch", good + [0]) and errors_of("batch", good[:-1])
