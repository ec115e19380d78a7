from text import shorten, slug

assert slug("The Quick, Brown Fox!") == "the-quick-brown-fox"
assert slug("") == ""
assert shorten("short", 10) == "short"
assert shorten("one two three four", 12) == "one two..."
assert len(shorten("x" * 50, 20)) == 20
print("5 assertions held")
