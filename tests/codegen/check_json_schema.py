#!/usr/bin/env python3
"""check_json_schema.py ORM FOLDER: judges the schema that `orm json-schema` prints.

Every file of models in the checkout is valid by it; every faulty file that has an unknown key, or
lacks one, is not; and each word of the format has a description.
"""
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """As editors read YAML (1.2): dates are texts, and so are yes, no, on and off."""


Loader.yaml_implicit_resolvers = {
    first: [rule for rule in rules
            if not rule[0].endswith(":timestamp") and (not rule[0].endswith(":bool") or
                                                       first in "tTfF")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def faults_of(validator, path):
    return [fault.message
            for fault in validator.iter_errors(yaml.load(path.read_text(), Loader=Loader))]


def undescribed(schema):
    for name, entry in [("file", schema), *schema["definitions"].items()]:
        for word, value in entry["properties"].items():
            if "description" not in value:
                yield f"{name}.{word} has no description: add it to codegen/yaml/words.c"


def faulty_files(folder):
    """Those that the command refuses for their words alone."""
    for expected in sorted((folder / "tests/codegen/faulty").rglob("*")):
        if expected.suffix in (".yaml", ".yml"):
            yield expected


def main():
    command, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.run([command, "json-schema"], check=True, capture_output=True,
                                       text=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    faults = list(undescribed(schema))
    good = [*folder.glob("models/*.yaml"), *folder.glob("tests/models/*.yaml"),
            *folder.glob("examples/*/*.yaml")]
    for path in good:
        faults += [f"{path}: {fault}" for fault in faults_of(validator, path)]
    refused = 0
    for path in faulty_files(folder):
        said = subprocess.run([command, "check", path], capture_output=True, text=True).stderr
        try:
            found = faults_of(validator, path)
        except (yaml.YAMLError, UnicodeDecodeError, ValueError):
            continue
        unknown = re.search(re.escape(path.name) + r":\d+:\d+: error: unknown key '(?!<<)", said)
        if unknown and not found:
            faults.append(f"{path}: has an unknown key and is valid by the schema")
        refused += bool(found)
    print(f"{len(good)} files are valid, {refused} faulty ones are not")
    if len(good) < 10 or refused < 10:
        faults.append("too few files were looked at")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
