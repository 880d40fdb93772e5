# SPDX-License-Identifier: Apache-2.0
# rules: what every file of the tree must keep to; docs/architecture.md and the headers say why.
#
# A rule takes a path, the file's text and the tree, and yields (line, what is wrong).
import json
import pathlib
import re

COLUMNS_MAX = 120
FUNCTION_LINES_MAX = 70
TAB_WIDTH = 8
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LEFT_OUT = {".git", "build", "__pycache__", "onecity-data", ".pytest_cache"}

# Each library has one file that knows it. Tests may check against the library itself.
WRAPPERS = {
    "zmq": "common/bus.c", "uv": "common/loop.c", "lmdb": "common/database.c", "hiredis": "common/redis.c",
    "cjson": "common/json.c", "microhttpd": "common/http.c", "curl": "common/http_client.c",
    "sodium": "common/digest.c", "msgpack": "proto/pack.c",
}
OF_MACHINES = ("home", "root", "work", "Users", "mnt")
MADE_BY_BUILD = {
    "common": re.compile(r"every_department_fields\.h"),
    "services": re.compile(r"[a-z_]+_fields\.h|(?:facts|points)_lua\.h"),
}


class Tree:
    """The files of the tree and what its catalogues say."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(path.relative_to(self.root) for path in self.root.rglob("*")
                            if path.is_file() and not LEFT_OUT & set(path.relative_to(self.root).parts))
        self.departments = {}  # name -> names of its kinds and fields
        for path in self.root.glob("proto/records/*.json"):
            if path.stem != "every-department":
                self.departments[path.stem] = set(words_of(json.loads(path.read_text("utf-8"))))

    def text(self, path):
        """A file's text, or None for what is no text."""
        try:
            return (self.root / path).read_text("utf-8")
        except UnicodeDecodeError:
            return None


def words_of(value):
    """The names of all kinds and fields of a catalogue."""
    for kind in value.get("kinds", []):
        yield kind["kind"]
        yield from fields_of(kind)


def fields_of(value):
    for field in value.get("fields", []):
        yield field["name"]
        yield from fields_of(field)


def lines_of(text):
    return list(enumerate(text.split("\n"), 1))


def is_c(path):
    return path.suffix in (".c", ".h")


def is_source(path):
    return path.suffix in (".c", ".h", ".py", ".sh", ".cmake", ".lua") or path.parts[0] in ("scripts", ".ci") or \
        path.name == "CMakeLists.txt"


def without_comments(line):
    return re.sub(r"//.*|/\*.*?\*/", "", line)


def strings_in(line):
    return re.findall(r'"((?:[^"\\]|\\.)*)"', line)


# --- every file ----------------------------------------------------------------------------------

def opening(path, text, tree):
    """The licence first, then "name: purpose."."""
    if not is_source(path):
        return
    lines = text.split("\n")
    if lines[0].startswith("#!"):
        lines = lines[1:]
    first = re.fullmatch(r"(//|#|--) (.*)", lines[0])
    if not first or first.group(2) != LICENCE:
        yield 1, f"the first line must be: {LICENCE}"
        return
    if path.name == "CMakeLists.txt":
        return
    name = path.parent.name if path.stem == "main" else path.stem
    second = lines[1].removeprefix(first.group(1)).strip() if len(lines) > 1 else ""
    if not second.startswith(f"{name}: ") or len(second) < len(name) + 8:
        yield 2, f'the second line must say what this is for: "{name}: ..."'


def form(path, text, tree):
    """No trailing blanks, one newline at the end, Unix line ends; lines of code that can be read."""
    if path.suffix in (".bin", ".txt") or path.name == "LICENSE" or "corpus" in path.parts:
        return
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield text.count("\n") + 1, "the file must end with one newline"
    for number, line in lines_of(text):
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        width = len(line.expandtabs(TAB_WIDTH).rstrip(" \\"))  # where a macro's backslashes stand is no matter
        if width > COLUMNS_MAX and is_source(path):
            yield number, f"{width} columns; {COLUMNS_MAX} at most"


def nothing_left_to_do(path, text, tree):
    marks = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
    for number, line in lines_of(text):
        if marks.search(line):
            yield number, "something is left to do"


def no_machines_paths(path, text, tree):
    machine = re.compile(r"(?<![\w.~{}$/-])/(?:" + "|".join(OF_MACHINES) + r")/\w")
    for number, line in lines_of(text):
        if path.name != "LICENSE" and machine.search(line):
            yield number, "a path of somebody's own machine"


# --- C -------------------------------------------------------------------------------------------

def guards(path, text, tree):
    """Headers can be included twice; tables (X-macros) are meant to be."""
    if path.suffix != ".h" or path.stem.endswith("_table"):
        return
    names = [re.sub(r"\W", "_", f"{folder}_{path.name}").upper() for folder in (path.parent.name, path.parts[0])]
    begins = any(f"#ifndef {guard}\n#define {guard}\n" in text for guard in names)
    if not begins or not text.rstrip().endswith("#endif"):
        yield 1, f"the include guard must be {names[0]}"


def short_functions(path, text, tree):
    if path.suffix != ".c":
        return
    begun = None
    for number, line in lines_of(text):
        if line == "{":
            begun = number
        elif line == "}" and begun is not None:
            length = number - begun + 1
            if length > FUNCTION_LINES_MAX:
                yield begun, f"a function of {length} lines; {FUNCTION_LINES_MAX} at most"
            begun = None


def layers(path, text, tree):
    """services -> common -> proto; services never include each other."""
    if not is_c(path) or path.parts[0] not in ("proto", "common", "services"):
        return
    below = {"proto": ["proto"], "common": ["common", "proto"]}
    allowed = below.get(path.parts[0], [str(path.parent), "common", "proto"])
    for number, line in lines_of(text):
        included = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not included:
            continue
        name = included.group(1)
        of_build = path.parts[0] in MADE_BY_BUILD and MADE_BY_BUILD[path.parts[0]].fullmatch(name)
        if not of_build and not any(pathlib.Path(folder, name) in tree.files for folder in allowed):
            yield number, f"{name} is not from {', '.join(allowed)}"


def wrapped_libraries(path, text, tree):
    if not is_c(path) or path.parts[0] == "tests":
        return
    for number, line in lines_of(text):
        included = re.match(r"\s*#\s*include\s+<([a-zA-Z]+)[./]", line)
        library = included.group(1) if included else None
        if library in WRAPPERS and str(path) != WRAPPERS[library]:
            yield number, f"only {WRAPPERS[library]} knows {library}"


def no_field_is_spelt(path, text, tree):
    """Departments' code uses the numbers made from their catalogue."""
    if len(path.parts) != 3 or path.parts[0] != "services" or not is_c(path) or path.parts[1] not in tree.departments:
        return
    for number, line in lines_of(text):
        if line.lstrip().startswith("#"):
            continue
        for word in strings_in(without_comments(line)):
            if word in tree.departments[path.parts[1]] and word != path.parts[1]:
                yield number, f'the name "{word}" stands in the catalogue'


def common_knows_no_department(path, text, tree):
    if path.parts[0] not in ("common", "proto") or not is_c(path):
        return
    for number, line in lines_of(text):
        code = without_comments(line)
        for name in tree.departments:
            symbol = name.replace("-", "_")
            in_code = "_" in symbol and re.search(rf"\b{symbol}(?:_|\b)", code, re.I)
            if in_code or name in strings_in(code) or symbol in strings_in(code):
                yield number, f"{name} is a department: nothing here may know it by name"


# --- tests ---------------------------------------------------------------------------------------

def registered(path, text, tree):
    """A test that nobody runs looks like one that passes."""
    if path.parts[0] != "tests" or "corpus" in path.parts:
        return
    runs = {"unit": r".*_test\.c", "conformance": r".*_conformance\.c", "system": r"test_.*\.py|conftest\.py",
            "fuzz": r".*_fuzz\.c|CMakeLists\.txt", "sim": r".*\.c|CMakeLists\.txt|README\.md",
            "fault": r".*_test\.c|CMakeLists\.txt",
            "tidy": r"test_.*\.py"}.get(path.parts[1])
    if runs and re.fullmatch(runs, path.name):
        return
    if path.parts[1] == "unit" or not is_mentioned(path, path.parts[2].split(".")[0], tree):
        yield 1, "nobody runs it and no test uses it: see what CMakeLists.txt and pytest take by their names"


def is_mentioned(path, name, tree):
    def may_use(other):
        if other == path or not is_source(other) or other.parts[:2] == ("tests", "tidy") != path.parts[:2]:
            return False  # tidy's own samples use nothing
        return other.parts[0] == "tests" or other.name == "CMakeLists.txt"

    users = filter(may_use, tree.files)
    return any(re.search(rf"\b{re.escape(name)}\b", tree.text(other) or "") for other in users)


def different_names(path, text, tree):
    """Of two functions with one name Python keeps the last, and the first test is never run."""
    if path.suffix != ".py":
        return
    seen = {}
    for number, line in lines_of(text):
        name = re.match(r"(?:def|class) (?!_\b)(\w+)", line)  # _ is what a decorator takes by another name
        if name and name.group(1) in seen:
            yield number, f"{name.group(1)} is there already, in line {seen[name.group(1)]}"
        if name:
            seen[name.group(1)] = number


RULES = [opening, form, nothing_left_to_do, no_machines_paths, guards, short_functions, layers, wrapped_libraries,
         no_field_is_spelt, common_knows_no_department, registered, different_names]
