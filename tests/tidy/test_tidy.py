# SPDX-License-Identifier: Apache-2.0
# test_tidy: the tree keeps to its rules, and the rules catch what they are there for.
import pathlib

import pytest

import rules
from rules import RULES, Tree

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tree():
    return Tree(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(tree, rule):
    broken = []
    for path in tree.files:
        text = tree.text(path)
        if text is not None:
            broken += [f"{path}:{line}: {what}" for line, what in rule(path, text, tree)]
    assert not broken, "\n" + "\n".join(broken)


def test_the_tree_is_looked_at(tree):
    names = {str(path) for path in tree.files}
    assert {"common/journal.c", "proto/envelope.h", "services/tax/main.c", "scripts/test", ".ci/run"} <= names
    assert {"tax", "health", "public-security"} <= tree.departments.keys()


C = "// SPDX-License-Identifier: Apache-2.0\n// chain: a hash over entries.\n"
MARK = "TO" + "DO"
HOME = "/" + rules.OF_MACHINES[0]

BAD = [
    ("opening", "common/chain.c", "// chain: a hash over entries.\n"),
    ("opening", "common/chain.c", "// SPDX-License-Identifier: MIT\n// chain: a hash over entries.\n"),
    ("opening", "common/chain.c", "// SPDX-License-Identifier: Apache-2.0\n#include \"chain.h\"\n"),
    ("opening", "common/chain.c", "// SPDX-License-Identifier: Apache-2.0\n// rope: a hash over entries.\n"),
    ("opening", "scripts/test", "#!/bin/bash\nset -eu\n"),
    ("form", "common/chain.c", C + "int a; \n"),
    ("form", "common/chain.c", C + "int a;"),
    ("form", "common/chain.c", C + "int a;\r\n"),
    ("form", "common/chain.c", C + "\t" * 5 + "x" * 81 + "\n"),
    ("nothing_left_to_do", "README.md", f"{MARK}: write this\n"),
    ("no_machines_paths", "scripts/demo", f"cd {HOME}/anna/onecity\n"),
    ("guards", "common/chain.h", C + "#ifndef CHAIN_H\n#define CHAIN_H\n#endif\n"),
    ("guards", "common/chain.h", C + "int chain;\n"),
    ("short_functions", "common/chain.c", C + "void f(void)\n{\n" + "\tg();\n" * 69 + "}\n"),
    ("layers", "proto/pack.c", C + '#include "journal.h"\n'),
    ("layers", "common/chain.c", C + '#include "store.h"\n'),
    ("layers", "common/chain.c", C + '#include "../services/aggregator/store.h"\n'),
    ("layers", "services/tax/tax.c", C + '#include "health.h"\n'),
    ("layers", "services/tax/tax.c", C + '#include "../health/health.h"\n'),
    ("wrapped_libraries", "services/tax/tax.c", C + "#include <zmq.h>\n"),
    ("wrapped_libraries", "common/journal.c", C + "#include <lmdb.h>\n"),
    ("wrapped_libraries", "common/chain.h", C + "#include <msgpack/pack.h>\n"),
    ("wrapped_libraries", "common/redis.h", C + "#  include <hiredis/hiredis.h>\n"),
    ("no_field_is_spelt", "services/tax/tax.c", C + 'find(record, "amount");\n'),
    ("no_field_is_spelt", "services/tax/tax.c", C + 'if (strcmp(kind->name, "income_tax") == 0)\n'),
    ("common_knows_no_department", "common/chain.c", C + 'if (strcmp(name, "tax") == 0)\n'),
    ("common_knows_no_department", "common/chain.c", C + "public_security_decide(record);\n"),
    ("common_knows_no_department", "common/chain.c", C + "int social_insurance;\n"),
    ("registered", "tests/unit/chain.c", C),
    ("registered", "tests/system/crash_test.py", "# a test that pytest does not find\n"),
    ("registered", "tests/support/left-over.json", "{}\n"),
    ("different_names", "tests/system/test_x.py", "def test_a():\n    pass\n\n\ndef test_a():\n    pass\n"),
]

GOOD = [
    ("opening", "services/tax/main.c", "// SPDX-License-Identifier: Apache-2.0\n// tax: this department's daemon.\n"),
    ("opening", "scripts/test", "#!/bin/bash\n# SPDX-License-Identifier: Apache-2.0\n# test: proves the tree.\n"),
    ("form", "common/chain.c", C + "\t" * 5 + "x" * 80 + "\n"),
    ("no_machines_paths", "README.md", f"see https://example.org{HOME}/page and ~{HOME}/it\n"),
    ("guards", "common/chain.h", C + "#ifndef COMMON_CHAIN_H\n#define COMMON_CHAIN_H\n\n#endif\n"),
    ("guards", "common/problem_table.h", C + "PROBLEM(a)\n"),
    ("short_functions", "common/chain.c", C + "void f(void)\n{\n" + "\tg();\n" * 68 + "}\n"),
    ("layers", "services/tax/tax.c", C + '#include "tax.h"\n#include "record.h"\n#include "tax_fields.h"\n'),
    ("layers", "common/journal.c", C + '#include "journal.h"\n#include "envelope.h"\n#include <stdio.h>\n'),
    ("wrapped_libraries", "common/bus.c", C + "#include <zmq.h>\n"),
    ("wrapped_libraries", "tests/unit/pack_test.c", C + "#include <msgpack.h>\n"),
    ("no_field_is_spelt", "services/tax/main.c", C + 'return department_main(argc, argv, "tax", tax_decide);\n'),
    ("no_field_is_spelt", "services/tax/tax.c", C + 'problem(TAX_INCOME_TAX_AMOUNT, "negative"); // the "amount"\n'),
    ("common_knows_no_department", "common/chain.c", C + "int income; // as tax does\n"),
    ("registered", "tests/unit/chain_test.c", C),
    ("different_names", "tests/system/test_x.py", "class A:\n    def a(self):\n        pass\n\n\ndef a():\n    pass\n"),
]


@pytest.mark.parametrize("name, path, text", BAD)
def test_a_bad_sample_is_caught(tree, name, path, text):
    assert list(getattr(rules, name)(pathlib.Path(path), text, tree))


@pytest.mark.parametrize("name, path, text", GOOD)
def test_a_good_sample_is_let_through(tree, name, path, text):
    assert not list(getattr(rules, name)(pathlib.Path(path), text, tree))


def test_every_rule_has_a_bad_sample():
    assert {rule.__name__ for rule in RULES} == {name for name, _, _ in BAD}
