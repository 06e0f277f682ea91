#!/usr/bin/env python3
"""validate.py SCHEMA FILE...: judges JSON files, or files of a JSON value a line (.jsonl)."""
import json
import sys

import jsonschema


def values(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".jsonl"):
            return [json.loads(line) for line in file]
        return [json.load(file)]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    faults = 0
    for path in sys.argv[2:]:
        for value in values(path):
            for fault in jsonschema.Draft7Validator(schema).iter_errors(value):
                place = "/".join(str(part) for part in fault.absolute_path)
                print(f"{path}: {place}: {fault.message}")
                faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
