import json
import os

from settings import load


def test_json(tmp):
    path = os.path.join(tmp, "a.json")
    with open(path, "w") as f:
        json.dump({"a": "1"}, f)
    assert load(path) == {"a": "1"}


def test_csv(tmp):
    path = os.path.join(tmp, "a.csv")
    with open(path, "w") as f:
        f.write("a,1\n")
    assert load(path) == {"a": "1"}


def test_ini(tmp):
    path = os.path.join(tmp, "a.ini")
    with open(path, "w") as f:
        f.write("[main]\na = 1\n")
    assert load(path) == {"a": "1"}
