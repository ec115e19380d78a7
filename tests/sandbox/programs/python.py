# SPDX-License-Identifier: MIT
# One of CPython's own test modules, less the tests that excluded.tsv names; those
# are tried too, and one that works is a failure: the table says only what is so.
# Usage: python.py MODULE
import fnmatch
import os
import sys
import tempfile
import unittest
from test import support

# As CPython's own runner without -u: no network, no large files, nothing that takes minutes.
support.use_resources = []
support.verbose = 0


def excluded(module):
    """Patterns of the table for a module."""
    with open("excluded.tsv", encoding="utf-8") as table:
        rows = [line.rstrip("\n").split("\t") for line in table if not line.startswith("#")]
    return [row[1] for row in rows if row[0] == module]


def members(suite):
    """Every single test of a suite, in order."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from members(test)
        else:
            yield test


def names(pattern, test):
    """Whether a pattern is the end of a test's name."""
    return fnmatch.fnmatchcase(test.id(), "*." + pattern)


def run(tests, report):
    """Runs what stands in a suite of their classes; a class that cannot start counts too."""
    return unittest.TextTestRunner(stream=report, verbosity=1).run(unittest.TestSuite(tests))


def good(result):
    """Tests that ran to their end and held."""
    return result.testsRun - len(result.skipped) - len(result.failures) - len(result.errors)


def main(module):
    patterns = excluded(module)
    # Not /skill, an overlay, which gives directories other inode numbers when listed than when asked.
    os.chdir(tempfile.mkdtemp())
    wanted, named, ok = [], [], True
    for test in members(unittest.defaultTestLoader.loadTestsFromName("test." + module)):
        (named if any(names(p, test) for p in patterns) else wanted).append(test)
    result = run(wanted, sys.stderr)
    for pattern in patterns:
        if not any(names(pattern, test) for test in named):
            print("excluded.tsv: no test of", module, "is", pattern)
            ok = False
    with open("/dev/null", "w", encoding="utf-8") as nowhere:
        for test in named:
            if run([test], nowhere).wasSuccessful():
                print("excluded.tsv:", test.id(), "works; it need not be excluded")
                ok = False
    print(f"{module}: {good(result)} hold, {len(result.skipped)} skip themselves,",
        f"{len(named)} excluded")
    return 0 if ok and result.wasSuccessful() and good(result) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
