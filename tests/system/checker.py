#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# checker: holds every profile in Redis against what the exports of a simulated city say.
#
# It reads the exports by itself: encodings, headers, dates, codes, numbers, pseudonyms and months are understood here
# a second time, from the catalogues and proto's headers alone. Rows that mistakes.csv lists with a code must have been
# refused; all others must be there, with every value, and nothing else. truth.ndjson is held against the same.
import argparse
import csv
import datetime
import functools
import hashlib
import io
import json
import os
import pathlib
import re
import sys

import msgpack
import redis

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PROFILE = re.compile(rf"oc:\{{(\d+)\}}:([pders][{ALPHABET}]{{17}})")
SPACES = re.compile("[\t-\r \x85\xa0\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]")
HASHED = {"person": "p", "dwelling": "d", "enterprise": "e", "reference": "r"}
YES, NO = {"TRUE", "YES", "Y", "T", "1", "是", "有"}, {"FALSE", "NO", "N", "F", "0", "否", "无"}
DIFFERENCES_SHOWN = 40


# --- texts ---------------------------------------------------------------------------------------

def trimmed(text):
    start, end = 0, len(text)
    while start < end and SPACES.match(text[start]):
        start += 1
    while end > start and SPACES.match(text[end - 1]):
        end -= 1
    return text[start:end]


def narrow(text):
    """Full-width forms as ASCII, without what surrounds the text and Excel's mark of a text."""
    if text.isascii() and text[:1] != "'" and not SPACES.search(text):
        return text
    text = trimmed(text)
    if text[:1] in ("'", "＇", "‘", "’"):
        text = trimmed(text[1:])
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)


def without_spaces(text):
    return SPACES.sub("", narrow(text))


def upper(text):
    return text.upper() if text.isascii() else "".join(c.upper() if c.isascii() else c for c in text)


@functools.cache
def header_word(text):
    word = upper(without_spaces(text)).lstrip("*")
    while True:
        shorter = re.sub(r"(?<=.)(?:[*:]|\([^()]*\))$", "", word)
        if shorter == word:
            return word
        word = shorter


# --- the catalogues ------------------------------------------------------------------------------

class Codes:
    def __init__(self, content):
        self.words = {}
        for code in content["codes"]:
            for word in (code["code"], code["zh"], code["en"], *code.get("aliases", [])):
                self.words.setdefault(upper(without_spaces(word)), code["code"])

    @functools.cache
    def find(self, text):
        word = upper(without_spaces(text))
        for width in range(7):
            if word.zfill(width) in self.words:
                return self.words[word.zfill(width)]
        return None


class Kind:
    def __init__(self, department, content):
        self.department, self.name, self.number = department, content["kind"], content["number"]
        self.subject, self.fields = content["subject"], content["fields"]
        self.by_name = {field["name"]: field for field in self.fields}
        self.key = [self.by_name[name] for name in content["key"]]
        self.valid_since = self.by_name.get(content.get("valid_since"))
        self.fold = content.get("fold")
        if self.fold:
            self.list = self.by_name[self.fold["list"]]
            self.entry = {field["name"]: field for field in self.list["fields"]}
            self.into = self.by_name[self.fold["into"]]

    @functools.cache
    def column(self, header):
        """What a column, or a member of a JSON row, is for: ("subject"|"field"|"from"|"entry", field)."""
        places = [("subject", self.subject)]
        places += [("field", field) for field in self.fields if field["type"] != "id_number"]
        if self.fold:
            places.append(("from", {"type": "month", **self.fold["from"]}))
            places += [("entry", field) for field in self.list["fields"]]
        return column_among(places, header)


def column_among(places, header):
    word = header_word(header)
    for place, field in places:
        if word == header_word(field["name"]):
            return place, field
    for place, field in places:
        names = [field["title"]["zh"], field["title"]["en"], *field.get("aliases", [])]
        if word in map(header_word, names):
            return place, field
    return None


class Catalogues:
    def __init__(self, proto):
        self.codes = {path.stem: Codes(load(path)) for path in proto.glob("codes/*.json")}
        everywhere = load(proto / "records/every-department.json")["kinds"]
        self.departments, self.kinds = {}, {}
        for path in sorted(proto.glob("records/*.json")):
            if path.stem == "every-department":
                continue
            content = load(path)
            self.departments[path.stem] = content["number"]
            for kind in content["kinds"] + everywhere:
                self.kinds[path.stem, kind["kind"]] = Kind(path.stem, kind)
        self.by_number = {(self.departments[kind.department], kind.number): kind for kind in self.kinds.values()}


def load(path):
    return json.loads(path.read_text("utf-8"))


# --- values --------------------------------------------------------------------------------------

def base32(data):
    bits = int.from_bytes(data, "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(len(data) * 8 - 5, -1, -5))


def partition_of(subject, partitions):
    bits = 0
    for character in subject[-3:]:
        bits = bits << 5 | ALPHABET.index(character)
    return bits % partitions


def day(year, month, day_of_month):
    return int(datetime.date(int(year), int(month), int(day_of_month)).strftime("%Y%m%d"))


def date_of(text):
    parts = re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", text)
    if parts:
        return day(parts[1], parts[3], parts[4])
    parts = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?", text) or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)
    if parts:
        return day(*parts.groups())
    if not re.fullmatch(r"\d{3,5}", text):
        raise ValueError("no date")
    moment = datetime.date(1899, 12, 30) + datetime.timedelta(int(text))
    return day(moment.year, moment.month, moment.day)


def month_of(text):
    parts = re.fullmatch(r"(\d{4})(?:[-/]|年)?(\d{1,2})月?", text)
    if not parts or not 1 <= int(parts[2]) <= 12:
        raise ValueError("no month")
    return int(parts[1]) * 100 + int(parts[2])


def scaled(text, scale):
    parts = re.fullmatch(r"(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?", text)
    if not parts or len((parts[3] or "").rstrip("0")) > scale:
        raise ValueError("no number")
    number = int(parts[2].replace(",", "") + (parts[3] or "")[:scale].ljust(scale, "0"))
    return -number if parts[1] else number


def check_digit_fits(number):
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


class Reader:
    """Makes of the texts of a row what the department publishes."""

    def __init__(self, catalogues, data):
        self.catalogues = catalogues
        version, secret = (data / "keys/pseudonym.secret").read_text("ascii").split()
        self.version, self.secret = version, bytes.fromhex(secret)

    @functools.lru_cache(maxsize=100000)
    def hashed(self, letter, text):
        digest = hashlib.blake2b(letter.encode() + text.encode(), key=self.secret, digest_size=32).digest()
        return letter + self.version + base32(digest[:10])

    @functools.lru_cache(maxsize=100000)
    def citizen(self, text):
        number = upper(without_spaces(text))
        if not re.fullmatch(r"\d{17}[\dX]", number) or not check_digit_fits(number):
            raise ValueError("no ID number")
        day(number[6:10], number[10:12], number[12:14])
        return number

    def code(self, field, text):
        code = self.catalogues.codes[field["codes"]].find(text)
        if code is None:
            raise ValueError("no such code")
        return code

    def integer(self, field, text):
        known = self.catalogues.codes[field["codes"]].find(text) if "codes" in field else None
        number = scaled(known if known is not None else narrow(text), 0)
        if not field.get("minimum", number) <= number <= field.get("maximum", number):
            raise ValueError("out of range")
        return number

    def boolean(self, text):
        word = upper(narrow(text))
        if word not in YES | NO:
            raise ValueError("neither yes nor no")
        return word in YES

    def rows(self, field, value):
        rows = []
        for entry in json.loads(value) if isinstance(value, str) else value:
            values = {}
            for header, text in entry.items():
                _, inner = column_among([("entry", inner) for inner in field["fields"]], header)
                values[inner["number"]] = self.value(inner, text)
            rows.append(body_of(values))
        return rows

    def value(self, field, text):
        """The value as it lies in a body."""
        kind = field["type"]
        if kind == "list":
            return self.rows(field, text)
        text = json_text(text)
        if kind in HASHED and kind != "person":
            return self.hashed(HASHED[kind], upper(without_spaces(text)))
        return READERS[kind](self, field, text)


READERS = {
    "text": lambda reader, field, text: trimmed(text),
    "id_number": lambda reader, field, text: reader.citizen(text),
    "person": lambda reader, field, text: reader.hashed("p", reader.citizen(text)),
    "credit_code": lambda reader, field, text: upper(without_spaces(text)),
    "code": Reader.code,
    "boolean": lambda reader, field, text: reader.boolean(text),
    "integer": Reader.integer,
    "decimal": lambda reader, field, text: scaled(narrow(text), field["scale"]),
    "money": lambda reader, field, text: scaled(narrow(text), 2),
    "date": lambda reader, field, text: date_of(narrow(text)),
    "month": lambda reader, field, text: month_of(narrow(text)),
    "year": lambda reader, field, text: scaled(narrow(text), 0),
}


def json_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_blank(value):
    return value == "" or (isinstance(value, str) and SPACES.match(value) and not without_spaces(value))


def body_of(values):
    """An array by field numbers, without what is absent at its end."""
    return [values.get(number) for number in range(1, max(values, default=0) + 1)]


# --- the exports ---------------------------------------------------------------------------------

def decoded(content):
    if content[:3] == b"\xef\xbb\xbf":
        return content[3:].decode("utf-8")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def rows_of(path):
    """Yields the number of each row, from 1, and its given values by header or name."""
    text = decoded(path.read_bytes())
    if path.suffix == ".ndjson":
        rows = (json.loads(line, parse_float=str) for line in text.split("\n") if line)
    else:
        lines = csv.reader(io.StringIO(text, newline=""))
        header = next(lines)
        rows = (dict(zip(header, line, strict=True)) for line in lines)
    for number, row in enumerate(rows, 1):
        yield number, {name: value for name, value in row.items() if not is_blank(value)}


def mistakes_of(exports):
    """(file, row) -> code, for those that must be refused."""
    with (exports / "mistakes.csv").open(encoding="utf-8", newline="") as file:
        return {(row["file"], int(row["row"])): row["code"] for row in csv.DictReader(file) if row["code"]}


class Row:
    """One row, its cells by what they are for."""

    def __init__(self, reader, kind, cells):
        self.reader, self.kind = reader, kind
        self.places = {}
        for header, text in cells.items():
            column = kind.column(header)
            if column:
                self.places[column[0], column[1]["name"]] = column[1], text

    def read(self, place, name):
        field, text = self.places[place, name]
        return self.reader.value(field, text)

    def subject(self):
        if ("subject", self.kind.subject["name"]) in self.places:
            return self.read("subject", self.kind.subject["name"])
        if not self.kind.subject.get("optional"):
            raise ValueError("no subject")
        return f"s1{self.reader.catalogues.departments[self.kind.department]:016}"

    def period(self):
        return self.read("from", self.kind.fold["from"]["name"])

    def key_value(self, field):
        if self.kind.fold and field is self.kind.into:
            return self.period() // 100
        return self.read("field", field["name"])

    def values(self):
        values = {self.kind.by_name[name]["number"]: self.read(place, name)
                  for place, name in self.places if place == "field"}
        for field in self.kind.fields:
            if field["type"] == "id_number":
                values[field["number"]] = self.reader.citizen(self.places["subject", self.kind.subject["name"]][1])
        if self.kind.fold:
            values[self.kind.into["number"]] = self.period() // 100
        return values

    def entry(self):
        """The month that a row of a list is, as a row of the list."""
        values = {self.kind.entry[name]["number"]: self.read(place, name)
                  for place, name in self.places if place == "entry"}
        values[self.kind.entry[self.kind.fold["by"]]["number"]] = self.period() % 100
        return body_of(values)


def key_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("%", "%25").replace("|", "%7C")


class Expected:
    """What the profiles must hold."""

    def __init__(self, catalogues, reader):
        self.catalogues, self.reader = catalogues, reader
        self.records = {}  # (subject, field of the profile) -> (kind, values by number, months)
        self.marks = {}    # the same -> code
        self.rows = self.refused = 0

    def field_name(self, kind, key):
        name = f"{self.catalogues.departments[kind.department]}.{kind.number}"
        return f"{name}:{key}" if key else name

    def add(self, kind, cells):
        row = Row(self.reader, kind, cells)
        name = self.field_name(kind, "|".join(key_text(row.key_value(field)) for field in kind.key))
        subject = row.subject()
        known, values, months = self.records.setdefault((subject, name), (kind, {}, {}))
        assert known is kind
        if not kind.fold and values and values != row.values():
            raise ValueError("another row says something else about the same record")
        values.update(row.values())
        if kind.fold:
            entry = row.entry()
            months[row.period() % 100] = entry

    def refuse(self, kind, cells, code):
        """A profile says of a refused row that it was, as far as the row tells whom and what it was about."""
        row = Row(self.reader, kind, cells)
        try:
            subject = row.subject()
        except ValueError:
            return
        try:
            key = "|".join(key_text(row.key_value(field)) for field in kind.key)
        except (ValueError, KeyError):
            key = ""
        self.marks[subject, self.field_name(kind, key)] = code

    def read(self, exports):
        mistakes = mistakes_of(exports)
        for path in sorted(exports.glob("*/*/*")):
            kind = self.catalogues.kinds[path.parts[-3], path.parts[-2]]
            name = str(path.relative_to(exports))
            for number, cells in rows_of(path):
                self.rows += 1
                code = mistakes.pop((name, number), None)
                try:
                    if code is None:
                        self.add(kind, cells)
                    else:
                        self.refuse(kind, cells, code)
                        self.refused += 1
                except (ValueError, KeyError) as error:
                    raise ValueError(f"{name}: row {number} cannot be read: {type(error).__name__}") from None
        if mistakes:
            raise ValueError(f"mistakes.csv names {len(mistakes)} rows that are not there")

    def body(self, subject, name):
        kind, values, months = self.records[subject, name]
        if kind.fold:
            values = {**values, kind.list["number"]: [months[month] for month in sorted(months)]}
        return body_of(values)

    def valid_since(self, subject, name):
        kind, values, _ = self.records[subject, name]
        return values.get(kind.valid_since["number"]) if kind.valid_since else None


# --- the truth -----------------------------------------------------------------------------------

def truth_of(exports, expected):
    """What the simulation itself says: (subject, field of the profile) -> body."""
    truth = {}
    with (exports / "truth.ndjson").open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line, parse_float=str)
            kind = expected.catalogues.kinds[record["department"], record["kind"]]
            subject = expected.reader.value(kind.subject, record["subject"]) if record["subject"] else \
                f"s1{expected.catalogues.departments[kind.department]:016}"
            key = "|".join(key_text(expected.reader.value(field, text))
                           for field, text in zip(kind.key, record["key"], strict=True))
            body = {kind.by_name[name]["number"]: expected.reader.value(kind.by_name[name], value)
                    for name, value in record["fields"].items()}
            truth[subject, expected.field_name(kind, key)] = body_of(body)
    return truth


# --- the comparison ------------------------------------------------------------------------------

def same(one, other):
    """Equal, and of equal types: 1 is not true."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def shown(field, value):
    """No number and no name of a person."""
    if value is not None and (field["type"] == "id_number" or field["name"] == "name"):
        return "..."
    return repr(value)


def fields_that_differ(kind, expected, found):
    for field in kind.fields:
        place = field["number"] - 1
        one, other = ((body[place] if place < len(body) else None) for body in (expected, found))
        if not same(one, other):
            yield f"{field['name']}: expected {shown(field, one)}, found {shown(field, other)}"


class Comparison:
    def __init__(self, expected, connection):
        self.expected, self.connection = expected, connection
        self.partitions = int(connection.get("oc:partitions") or 64)
        self.differences, self.facts, self.subjects, self.marks = [], set(), 0, set()

    def differ(self, subject, name, what):
        number = re.match(r"!?(\d+)\.(\d+)", name)
        kind = self.expected.catalogues.by_number.get((int(number[1]), int(number[2]))) if number else None
        title = f"{kind.department} {kind.name}" if kind else "unknown kind"
        self.differences.append(f"{subject} {name} ({title}): {what}")

    def compare_fact(self, subject, name, packed):
        if (subject, name) not in self.expected.records:
            self.differ(subject, name, "in Redis, but in no export")
            return
        self.facts.add((subject, name))
        sequence, recorded_ms, valid_since, body = msgpack.unpackb(packed)
        kind = self.expected.records[subject, name][0]
        expected, found = self.expected.body(subject, name), msgpack.unpackb(body)
        if not same(expected, found):
            what = "; ".join(fields_that_differ(kind, expected, found))
            self.differ(subject, name, what or f"{len(expected)} fields expected, {len(found)} found")
        if valid_since != self.expected.valid_since(subject, name):
            self.differ(subject, name, f"valid since {self.expected.valid_since(subject, name)}, found {valid_since}")
        if sequence < 1 or recorded_ms < 1600000000000:
            self.differ(subject, name, f"sequence {sequence}, recorded {recorded_ms}")

    def compare_mark(self, subject, name, packed):
        code = msgpack.unpackb(packed)[2]
        expected = self.expected.marks.get((subject, name))
        self.marks.add((subject, name))
        if expected != code:
            self.differ(subject, f"!{name}", f"refused with {code}, expected {expected or 'no such row'}")

    def compare_all(self):
        keys = list(self.connection.scan_iter("oc:{*}:*", count=5000))
        for start in range(0, len(keys), 500):
            wanted = [(key, PROFILE.fullmatch(key.decode())) for key in keys[start:start + 500]]
            wanted = [(key, match) for key, match in wanted if match]
            pipe = self.connection.pipeline(transaction=False)
            for key, _ in wanted:
                pipe.hgetall(key)
            for (_, match), fields in zip(wanted, pipe.execute()):
                self.compare_profile(match, fields)
        for subject, name in self.expected.records.keys() - self.facts:
            self.differ(subject, name, "in the exports, but not in Redis")
        # A good row about the same record, before or behind, may have settled the matter.
        for subject, name in self.expected.marks.keys() - self.marks - self.expected.records.keys():
            self.differ(subject, f"!{name}", "refused, but the profile does not say so")

    def compare_profile(self, match, fields):
        subject = match[2]
        self.subjects += 1
        if partition_of(subject, self.partitions) != int(match[1]):
            self.differ(subject, "", "in the wrong partition")
        for name, packed in fields.items():
            name = name.decode()
            if name.startswith("!"):
                self.compare_mark(subject, name[1:], packed)
            else:
                self.compare_fact(subject, name, packed)


class Result:
    def __init__(self, expected, differences, subjects):
        self.rows, self.refused, self.records = expected.rows, expected.refused, len(expected.records)
        self.differences, self.subjects = differences, subjects

    def __str__(self):
        lines = self.differences[:DIFFERENCES_SHOWN]
        if len(self.differences) > len(lines):
            lines.append(f"... and {len(self.differences) - len(lines)} more")
        lines.append(f"{self.rows} rows, {self.refused} to be refused, {self.records} records of {self.subjects} "
                     f"subjects: {len(self.differences) or 'no'} differences")
        return "\n".join(lines)


def compare_truth(exports, expected):
    truth = truth_of(exports, expected)
    for subject, name in sorted(truth.keys() ^ expected.records.keys()):
        yield f"{subject} {name}: only in {'truth.ndjson' if (subject, name) in truth else 'the exports'}"
    for subject, name in sorted(truth.keys() & expected.records.keys()):
        if not same(truth[subject, name], expected.body(subject, name)):
            kind = expected.records[subject, name][0]
            what = "; ".join(fields_that_differ(kind, truth[subject, name], expected.body(subject, name)))
            yield f"{subject} {name}: truth.ndjson and the exports differ: {what}"


def check(exports, data, connection, proto):
    """Compares all; the result's differences are empty where all is as it must be."""
    catalogues = Catalogues(proto)
    expected = Expected(catalogues, Reader(catalogues, data))
    expected.read(exports)
    comparison = Comparison(expected, connection)
    comparison.compare_all()
    return Result(expected, [*compare_truth(exports, expected), *comparison.differences], comparison.subjects)


def main():
    parser = argparse.ArgumentParser(description="Holds the profiles in Redis against a simulated city's exports.")
    parser.add_argument("exports", type=pathlib.Path, help="what onecity simulate --out wrote")
    parser.add_argument("data", type=pathlib.Path, help="the data directory of onecity up")
    beside = pathlib.Path(__file__).resolve().parents[2] / "proto"
    parser.add_argument("--proto", type=pathlib.Path, default=pathlib.Path(os.environ.get("ONECITY_PROTO", beside)))
    options = parser.parse_args()
    with redis.Redis(unix_socket_path=str(options.data / "redis/redis.sock")) as connection:
        result = check(options.exports, options.data, connection, options.proto)
    print(result)
    return 1 if result.differences else 0


if __name__ == "__main__":
    sys.exit(main())
