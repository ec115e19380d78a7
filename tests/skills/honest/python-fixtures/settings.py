import configparser
import csv
import json


def load(path):
    with open(path) as f:
        if path.endswith(".json"):
            return json.load(f)
        if path.endswith(".csv"):
            return dict(csv.reader(f))
        parser = configparser.ConfigParser()
        parser.read_file(f)
        return dict(parser["main"])
