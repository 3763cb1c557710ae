#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves that each rule of Pine's emulator is held by a test: takes the rule out of the code, builds,
and sees that the named case fails.

  tests/pine/mutate.py                 every rule of tests/pine/rules/*.txt
  tests/pine/mutate.py 6.4 8           rules whose number begins so
  tests/pine/mutate.py --check         patterns and names only, nothing is built
  tests/pine/mutate.py --table         writes tests/pine/rules.md
  --build DIR                          a configured build folder (default: build)

A rule is

  6.4.1b  C  at one price of the open buys act before sells
    test  unit_engine_pine_orders | at one price of the open buys come before sells
    code  src/engine/pine_walk.c
    - return a->side > b->side;
    + return a->side < b->side;

A case `name()` is a whole function of a C test. Number, evidence (C: lists of trades looked at here, P: PineForge's, M: PyneCore's measurements), words.
`-` is text of the file, found exactly once whatever its white space, and `+` what takes its place; both
may have several lines, and a rule several tests and changes: each change alone must fail each test in
front of it since the last change. `note` is for the table; a rule without a change says there why it has
none. Exit code 1: a change that no test notices, or a pattern or case that is not there.
"""
import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "tests/pine/rules")
TABLE = os.path.join(ROOT, "tests/pine/rules.md")
SECONDS = 120
HEAD = """# The rules of Pine's emulator and the tests that hold them

Made by `tests/pine/mutate.py --table` from `tests/pine/rules/*.txt`; `tests/pine/mutate.py` takes each rule out of
the code and sees its test fail. Numbers are those of the semantics that wick follows; C: lists of trades looked at
here, P: PineForge's findings, M: PyneCore's measurements.

| Rule | | What holds | Where | Test |
| --- | --- | --- | --- | --- |
"""


class Change:
    def __init__(self, path, tests):
        self.path, self.tests, self.old, self.new = path, tests, [], []

    def pattern(self):
        return re.compile(r"\s*".join(re.escape(w) for w in " ".join(self.old).split()))


class Rule:
    def __init__(self, number, tags, words, place):
        self.number, self.tags, self.words, self.place = number, tags, words, place
        self.tests, self.changes, self.notes = [], [], []


def read_rules(path):
    rules, fresh = [], []
    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        place = f"{os.path.relpath(path, ROOT)}:{n}"
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        if not line.startswith(" "):
            parts = text.split(None, 2)
            if len(parts) < 3:
                sys.exit(f"{place}: a rule is number, evidence and words")
            rules.append(Rule(*parts, place))
            fresh = []
            continue
        rule, (word, _, rest) = rules[-1], text.partition(" ")
        rest = rest.strip()
        if word == "test":
            name, _, case = (p.strip() for p in rest.partition("|"))
            if rule.changes and fresh is rule.changes[-1].tests:
                fresh = []
            fresh.append((name, case))
            rule.tests.append((name, case))
        elif word == "code":
            rule.changes.append(Change(rest, fresh))
        elif word == "-":
            rule.changes[-1].old.append(rest)
        elif word == "+":
            rule.changes[-1].new.append(rest)
        elif word == "note":
            rule.notes.append(rest)
        else:
            sys.exit(f"{place}: '{word}' is none of test, code, -, + and note")
    return rules


def test_file(name):
    """Where a test of ctest lives."""
    if name.startswith("unit_"):
        room, _, rest = name[5:].partition("_")
        return f"tests/unit/{room}/test_{rest}.c"
    for head, form in (("prop_", "tests/prop/test_{}.c"), ("lua_", "tests/lua/{}.lua"),
                       ("e2e_", "tests/e2e/{}.sh")):
        if name.startswith(head):
            return form.format(name[len(head):])
    if name.startswith("pine_"):
        return f"tests/pine/semantics/{name[5:]}.pine"
    if name.startswith("abi_"):
        return f"tests/abi/{name[4:]}.sh"
    return None


def run_test(name, build):
    """Exit code and output of a test on the first host."""
    path, env = test_file(name), dict(os.environ, BUILD=build, SRC=ROOT)
    if name.startswith(("unit_", "prop_")):
        words = [os.path.join(build, "tests", name)]
    elif name.startswith("lua_"):
        words = [os.path.join(build, "wick"), "test", path]
    elif name.startswith("pine_"):
        words = ["sh", "tests/e2e/pine_semantics.sh", name[5:]]
    elif name.startswith("abi_"):
        words = ["sh", path, build]
    else:
        words = ["sh", path]
    try:
        done = subprocess.run(words, cwd=ROOT, env=env, timeout=SECONDS, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    except subprocess.TimeoutExpired:
        return 1, "takes too long"
    return done.returncode, done.stdout


def target(name):
    if name.startswith(("unit_", "prop_")):
        return name
    return "build.ninja" if name.startswith("abi_") else "wick"


def make(build, tests):
    targets = sorted({target(t) for t, _ in tests})
    done = subprocess.run(["nice", "ninja", "-j2", "-C", build, *targets], text=True, cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout


def faults(rules):
    """What is wrong with the list itself."""
    for rule in rules:
        if not rule.changes and not rule.notes:
            yield f"{rule.place}: {rule.number} has neither a change nor a note"
        for name, case in rule.tests:
            path = test_file(name)
            if path is None or not os.path.exists(os.path.join(ROOT, path)):
                yield f"{rule.place}: there is no test {name}"
            elif case and case.removesuffix("()") not in open(os.path.join(ROOT, path), encoding="utf-8").read():
                yield f"{rule.place}: {path} has no case '{case}'"
        for c in rule.changes:
            path = os.path.join(ROOT, c.path)
            if not c.tests:
                yield f"{rule.place}: a change of {c.path} has no test"
            if not os.path.exists(path):
                yield f"{rule.place}: there is no {c.path}"
                continue
            n = len(c.pattern().findall(open(path, encoding="utf-8").read())) if c.old else 0
            if n != 1:
                yield f"{rule.place}: {c.path} has this {n} times: {' '.join(c.old)}"


def tried(change, build):
    """What is wrong with a change: nothing when each of its tests fails by the case it names."""
    path = os.path.join(ROOT, change.path)
    with open(path, encoding="utf-8") as f:
        before = f.read()
    new = "\n".join(change.new)
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write(change.pattern().sub(lambda _: new, before, count=1))
        good, told = make(build, change.tests)
        if not good:
            errors = [x for x in told.splitlines() if "error" in x]
            return ["does not compile: " + " ".join(errors[:2])]
        wrong = []
        for name, case in change.tests:
            code, told = run_test(name, build)
            if name.startswith("pine_"):
                case = name[5:] + " on wick"
            elif case.endswith("()"):
                case = "[  FAILED  ] " + case[:-2]
            if code == 0 or name.startswith("pine_") and case not in told:
                wrong.append(f"SURVIVED {name} | {case}")
            elif case and case not in told:
                wrong.append(f"{name} fails, but not by '{case}'")
        return wrong
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(before)


def table(rules):
    rows = []
    for r in rules:
        where = ", ".join(f"`{p}`" for p in dict.fromkeys(c.path for c in r.changes))
        files = {}
        for name, case in r.tests:
            files.setdefault(test_file(name), []).append(case)
        tests = "; ".join(f"`{p}`" + "".join(f" “{c}”" for c in dict.fromkeys(k) if c)
                          for p, k in files.items())
        words = ". ".join([r.words] + r.notes)
        cells = (r.number, r.tags, words, where or "–", tests or "–")
        rows.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |\n")
    return HEAD + "".join(rows)


def main():
    args = argparse.ArgumentParser(description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("numbers", nargs="*")
    args.add_argument("--build", default=os.path.join(ROOT, "build"))
    args.add_argument("--check", action="store_true")
    args.add_argument("--table", action="store_true")
    o = args.parse_args()
    build = os.path.abspath(o.build)
    rules = [r for f in sorted(os.listdir(RULES)) for r in read_rules(os.path.join(RULES, f))]
    if o.table:
        with open(TABLE, "w", encoding="utf-8") as f:
            f.write(table(rules))
        return 0
    wrong = list(faults(rules))
    if not wrong and open(TABLE, encoding="utf-8").read() != table(rules):
        wrong = ["tests/pine/rules.md is old: run tests/pine/mutate.py --table"]
    for w in wrong:
        print(w)
    if wrong or o.check:
        return 1 if wrong else 0
    chosen = [r for r in rules if not o.numbers or r.number.startswith(tuple(o.numbers))]
    tests = [t for r in chosen for c in r.changes for t in c.tests]
    good, told = make(build, tests)
    if not good:
        print(told)
        return 1
    broken = [t for t in sorted({t for t, _ in tests}) if run_test(t, build)[0] != 0]
    if broken:
        print("fail without a change: " + ", ".join(broken))
        return 1
    killed = lost = 0
    for r in chosen:
        for c in r.changes:
            bad = tried(c, build)
            killed, lost = killed + (not bad), lost + bool(bad)
            print(f"{'FAILED' if bad else 'killed'}  {r.number:10} {r.words}", flush=True)
            for b in bad:
                print(f"        {b}", flush=True)
    make(build, tests)
    print(f"{len(chosen)} rules, {killed} changes noticed, {lost} not")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
