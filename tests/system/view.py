# SPDX-License-Identifier: Apache-2.0
# view: reads the profiles in Redis, written from common/profile.h alone.
import hashlib
import json
import re

import msgpack

from city import ROOT, wait_until

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PARTITIONS = 64
PROFILE = re.compile(rf"^oc:\{{(\d+)\}}:([pder][{ALPHABET}]{{17}}|s[{ALPHABET}]{{17}})$")
POSITION = re.compile(r"^oc:\{(\d+)\}:position$")


def base32(data):
    bits = int.from_bytes(data, "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(len(data) * 8 - 5, -1, -5))


def subject_of(city, id_number, letter="p"):
    """A person's pseudonym: a keyed BLAKE2b of the number, made here without the programs under test."""
    version, secret = (city.data / "keys/pseudonym.secret").read_text("ascii").split()
    digest = hashlib.blake2b(letter.encode() + id_number.encode(), key=bytes.fromhex(secret), digest_size=32).digest()
    return letter + version + base32(digest[:10])


def partition_of(subject):
    bits = 0
    for character in subject[-3:]:
        bits = bits << 5 | ALPHABET.index(character)
    return bits % PARTITIONS


def kind_number(department, kind):
    catalogue = json.loads((ROOT / f"proto/records/{department}.json").read_text("utf-8"))
    return catalogue["number"], next(known["number"] for known in catalogue["kinds"] if known["kind"] == kind)


def field_name(department, kind, key=""):
    number, of_kind = kind_number(department, kind)
    return f"{number}.{of_kind}" + (f":{key}" if key else "")


class Fact:
    """One value of a profile: [sequence, recorded, valid_since|nil, body|nil]."""

    def __init__(self, packed):
        self.sequence, self.recorded_ms, self.valid_since, body = msgpack.unpackb(packed)
        self.packed_body = body
        self.body = msgpack.unpackb(body)


class Mark:
    """A row for this record is in quarantine: [sequence, recorded, code]."""

    def __init__(self, packed):
        self.sequence, self.recorded_ms, self.code = msgpack.unpackb(packed)


def profile(city, id_number):
    """The facts of a person by field name, and the marks."""
    subject = subject_of(city, id_number)
    with city.redis() as connection:
        fields = connection.hgetall(f"oc:{{{partition_of(subject)}}}:{subject}")
    facts = {name.decode(): Fact(value) for name, value in fields.items() if not name.startswith(b"!")}
    marks = {name.decode()[1:]: Mark(value) for name, value in fields.items() if name.startswith(b"!")}
    return facts, marks


def facts_of(city, department):
    """All facts of a department: (subject, field) -> fact."""
    prefix = f"{kind_number_of(department)}.".encode()
    found = {}
    with city.redis() as connection:
        for key in connection.scan_iter("oc:{*}:*", count=1000):
            match = PROFILE.match(key.decode())
            if not match:
                continue
            assert partition_of(match.group(2)) == int(match.group(1))
            for name, value in connection.hgetall(key).items():
                if name.startswith(prefix):
                    found[match.group(2), name.decode()] = Fact(value)
    return found


def kind_number_of(department):
    return json.loads((ROOT / f"proto/records/{department}.json").read_text("utf-8"))["number"]


def canonical(city):
    """Profiles and positions as text, sorted; without change streams, freshness, run, generation and counter."""
    lines = []
    with city.redis() as connection:
        for key in connection.scan_iter("oc:{*}:*", count=1000):
            name = key.decode()
            if PROFILE.match(name):
                lines += [f"{name} {field.decode()} {value.hex()}" for field, value in connection.hgetall(key).items()]
            elif POSITION.match(name):
                lines += [f"{name} {field.decode()} {value.decode()}"
                          for field, value in connection.hgetall(key).items() if field.isdigit()]
    return "\n".join(sorted(lines))


def positions_are_at_the_heads(city):
    """Partitions that a department did not touch are moved on in quiet seconds; a dump is taken after that."""
    heads = {}
    for feed in city.status()["departments"]:
        heads[str(feed["number"])] = feed["head"]
    with city.redis() as connection:
        for partition in range(PARTITIONS):
            position = {name.decode(): int(value.split(b".")[1])
                        for name, value in connection.hgetall(f"oc:{{{partition}}}:position").items()
                        if name.isdigit()}
            assert position == {number: head for number, head in heads.items() if head > 0}, (partition, position)
    return True


def settled_dump(city, seconds=30):
    city.settle(seconds)
    wait_until(lambda: positions_are_at_the_heads(city), seconds, "positions at the heads")
    return canonical(city)
