# SPDX-License-Identifier: MIT
"""The table that the cases_*.py fill: see README.md."""

SKILL = b"---\nname: h\nversion: 1.0.0\ndescription: hostile\n---\n\nbody\n"
CASES = []


class Case:
    """
    want: "ok" or the code. warnings: exactly those. member, name: what detail must
    say. modes: octal modes that the listing must have by path. big: memory is sampled
    over the whole process tree. serve: also goes through a running service.
    """

    def __init__(self, name, want, build, warnings=(), member=None, shown=None, stream=None, files=None,
                 big=False, serve=False, under=20.0, line=None):
        self.name, self.want, self.build = name, want, build
        self.warnings, self.member, self.shown = sorted(warnings), member, shown
        self.files, self.big, self.serve, self.under, self.line = files, big, serve, under, line


def case(name, want, build, **kw):
    """build: the bytes, or a function that makes them (for big ones)."""
    assert all(c.name != name for c in CASES), name
    CASES.append(Case(name, want, build if callable(build) else (lambda: build), **kw))
