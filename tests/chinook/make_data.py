#!/usr/bin/env python3
"""make_data.py CHINOOK_POSTGRESQL_SQL: prints the rows of Chinook as SQL for both databases.

Reads the origin's Chinook_PostgreSql.sql and keeps its INSERT statements, with three changes to the
spelling of values and none to the values:

    N'text'     'text', which SQLite can read
    '2021/1/2'  '2021-01-02 00:00:00', as a timestamp is stored
    0.99        '0.99': SQLite would make a floating point number of it
"""

import re
import sys

INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\) VALUES\n(.*?\));\n", re.S)
TOKEN = re.compile(r"N?'(?:[^']|'')*'|-?\d+\.\d+|-?\d+|NULL|[(),]|\s+")
DATE = re.compile(r"'(\d{4})/(\d{1,2})/(\d{1,2})'")

HEAD = """\
-- The rows of Chinook, for the tables of models/chinook.yaml on PostgreSQL and SQLite.
-- Made by make_data.py from the origin named in README.md; licence: LICENSE.md.
"""


def rewrite(token):
    date = DATE.fullmatch(token)
    if date:
        year, month, day = map(int, date.groups())
        return f"'{year:04}-{month:02}-{day:02} 00:00:00'"
    if token.startswith("N'"):
        return token[1:]
    if re.fullmatch(r"-?\d+\.\d+", token):
        return f"'{token}'"
    return token


def rewrite_rows(rows):
    made, at = [], 0
    while at < len(rows):
        token = TOKEN.match(rows, at)
        if token is None:
            raise ValueError(f"unexpected text: {rows[at:at + 40]!r}")
        made.append(rewrite(token.group(0)))
        at = token.end()
    return "".join(made)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8-sig", newline=None) as origin:
        text = origin.read()
    statements = INSERT.findall(text)
    if len(statements) != len(re.findall(r"^INSERT ", text, re.M)):
        sys.exit("some INSERT statements have an unknown form")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(HEAD, end="")
    for table, columns, rows in statements:
        print(f"INSERT INTO {table} ({columns}) VALUES\n{rewrite_rows(rows)};")


main()
