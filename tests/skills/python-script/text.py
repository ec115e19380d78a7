"""Small helpers for titles and teasers."""

import re


def slug(title):
    """A title as a file name: lower case, words joined by dashes."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def shorten(text, width):
    """The text cut at a word so that it is at most width characters long."""
    if len(text) <= width:
        return text
    cut = text.rfind(" ", 0, width - 2)
    return text[: cut if cut > 0 else width - 3] + "..."
