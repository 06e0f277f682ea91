#!/usr/bin/env python3
"""generate.py FOLDER: writes the cases of test_product.c.

Each case is a function of ordinary user code: a list that comes from somewhere, and a statement that
is sent for each of its rows in one way or another. It is put together from a source (where the list
comes from), a call (how a row is asked for) and a shape (how the calls are made), and run in one of
several modes. What a scope has to find follows from how the case was made, and stands beside it in a
table, with the lines at which the marks @list and @loop came to stand.
"""

import re
import sys
from pathlib import Path

AUTHORS = 12
FILES = 10


# --- families: the same models with different keys ----------------------------------------------


class Family:
    def __init__(self, prefix, header, columns):
        self.p, self.header, self.columns = prefix, header, columns

    @property
    def single(self):
        return len(self.columns) == 1

    def names(self, role=None):
        return [f"{role}_{name}" if role else name for name, _ in self.columns]

    def fields(self, row, role=None):
        return [f"{row}->{name}" for name in self.names(role)]

    def parameters(self):
        return ", ".join(f"{kind}key{i}" for i, (_, kind) in enumerate(self.columns))

    def arguments(self):
        return [f"key{i}" for i in range(len(self.columns))]

    def where(self, model, role, values):
        tests = [f"{self.p}_{model}_{name}_is(orm_eq({value}))"
                 for name, value in zip(self.names(role), values)]
        return tests[0] if self.single else f"{self.p}_{model}_all_of(db, {', '.join(tests)})"

    def sql_where(self, role):
        return " AND ".join(f"{name} = ${i + 1}" for i, name in enumerate(self.names(role)))

    def bind(self, values):
        return ", ".join(f"orm_bind({value})" for value in values)

    def table(self, model):
        return f"{self.p}_{model}s"

    def literal(self, number):
        """The key as SQL."""
        return {
            "n": f"{number}",
            "l": f"'k{number:02d}'",
            "u": f"'00000000-0000-4000-8000-{number:012d}'",
            "p": f"'z{number % 2}', {number}",
        }[self.p]

    def null(self):
        return ", ".join("NULL" for _ in self.columns)

    def constant(self, number):
        """The key as C."""
        return {
            "n": [f"{number}"],
            "l": [f'"k{number:02d}"'],
            "u": [f"product_uuid({number})"],
            "p": [f'"z{number % 2}"', f"{number}"],
        }[self.p]

    def fresh(self):
        """Members of a new row for a key that nothing has."""
        return {
            "n": ".id = ORM_SET(product_next())",
            "l": '.id = ORM_SET(orm_session_printf(db, "new %d", (int)product_next()))',
            "u": ".id = ORM_SET(product_uuid(product_next()))",
            "p": '.area = ORM_SET("new"), .no = ORM_SET((int32_t)product_next())',
        }[self.p]

    def given(self, role, values):
        return ", ".join(f".{name} = ORM_SET({value})"
                         for name, value in zip(self.names(role), values))


FAMILIES = {
    "number": Family("n", "number", [("id", "int64_t ")]),
    "letter": Family("l", "letter", [("id", "const char *")]),
    "uuid": Family("u", "uuid", [("id", "orm_uuid ")]),
    "pair": Family("p", "pair", [("area", "const char *"), ("no", "int32_t ")]),
}


def books_of(author):
    return author % 3 + 1


def rows_sql(family):
    f, key = family, family.literal
    full = f.p == "n"

    def insert(model, values):
        return f"INSERT INTO {f.table(model)} VALUES ({', '.join(values)})"

    if full:
        for realm in 1, 2:
            yield insert("realm", [key(realm), f"'realm {realm}'"])
    for guild in range(1, 5):
        yield insert("guild", [key(guild)] + ([key((guild - 1) // 2 + 1)] if full else [])
                     + [f"'guild {guild}'"])
    for place in range(1, AUTHORS + 1):
        yield insert("place", [key(place), f"'place {place}'"])
    for tag in range(1, 6):
        yield insert("tag", [key(tag), f"'tag {tag}'"])
    for prize in range(1, 5 if full else 1):
        yield insert("prize", [key(prize), f"'prize {prize}'"])
    for author in range(1, AUTHORS + 1):
        mentor = key(author // 2) if author > 1 else f.null()
        yield insert("author", [key(author), key((author - 1) // 3 + 1), key(13 - author), mentor,
                                f"'name {99 - author}'", f"{20 + author}", f"'bio {author}'"])
    book = chapter = 0
    for author in range(1, AUTHORS + 1):
        for _ in range(books_of(author)):
            book += 1
            yield insert("book", [key(book), key(author), key((author + 6) % AUTHORS + 1),
                                  f"'book {book}'", f"{100 + book}"])
            for _ in range(book % 2 + 1 if full else 0):
                chapter += 1
                yield insert("chapter", [key(chapter), key(book), f"'chapter {chapter}'"])
        yield insert("profile", [key(20 - author), key(author), f"'motto {author}'"])
        for tag in author % 5 + 1, (author + 2) % 5 + 1:
            yield insert("author_tag", [key(author), key(tag)])
        for prize in (author % 4 + 1, (author + 1) % 4 + 1) if full else ():
            yield insert("award", [key(author), key(prize), "2001"])


# --- rows as the code in a loop has them --------------------------------------------------------


class Row:
    """What stands for the row in a loop: the object (or None), its key, and its home's key."""

    def __init__(self, row, key, home=None):
        self.row, self.key, self.home = row, key, home


def object_row(family, row):
    return Row(row, family.fields(row), family.fields(row, "home"))


# --- sources: where the list comes from ---------------------------------------------------------


class Source:
    """Lines before the loop; those that open and close loops around it; its bound; the row at i."""

    def __init__(self, name, rows, setup, count="list.count", item="list.items[i]", around=(),
                 closing=(), row=None, families=("number",), linked=True, extra=(), takes=None,
                 writes=False, stream=None, before="", flat=True, lists=1):
        self.name, self.rows, self.setup, self.count, self.item = name, rows, setup, count, item
        self.around, self.closing, self.row_of, self.families = around, closing, row, families
        self.linked, self.extra, self.takes, self.writes = linked, extra, takes, writes
        self.stream, self.before, self.flat, self.lists = stream, before, flat, lists

    def row(self, family):
        return self.row_of(family) if self.row_of else object_row(family, "row")


ALL = tuple(FAMILIES)
EVERY = AUTHORS


def query(members):
    return lambda f, more="": "&(%s_author_query){%s}" % (
        f.p, ", ".join(part for part in (members(f) if callable(members) else members, more) if part))


def select_source(name, rows, members, families=("number",), call="select", extra_setup=()):
    """A list of authors by a query that other members can be added to."""
    made = query(members)

    def setup(f, more=""):
        out = "list" if call == "select" else "page"
        return [*(line.replace("P_", f.p + "_") for line in extra_setup),
                f"{f.p}_author_{'list' if call == 'select' else 'page'} {out};",
                f"TRY({f.p}_author_{call}(db, {made(f, more)}, &{out})); /* @list */"]

    out = "list" if call == "select" else "page"
    return Source(name, rows, setup, count=f"{out}.count", item=f"{out}.items[i]",
                  families=families, takes=setup)


def lines(*text, **options):
    """Setup that is the same text for each family but for the prefix P_."""
    def setup(f, more=""):
        made = []
        for line in text:
            line = line.replace("P_", f.p + "_").replace("$MORE", more)
            line = re.sub(r"\$K(\d+)", lambda m: ", ".join(f.constant(int(m[1]))), line)
            line = re.sub(r"\$W(\d+)", lambda m: f.where("author", None, f.constant(int(m[1]))), line)
            made.append(line)
        return made
    return setup


def keys_row(f):
    return Row(None, [f"keys{i}[i]" for i in range(len(f.columns))])


def copies(f, source="list", count="list.count"):
    made = [f"{kind}keys{i}[{EVERY}];" for i, (_, kind) in enumerate(f.columns)]
    made.append("size_t count = 0;")
    made.append(f"for (size_t k = 0; k < {count}; k++, count++) {{")
    made += [f"    keys{i}[k] = {source}.items[k]->{name};" for i, name in enumerate(f.names())]
    return made + ["}"]


def setup_keys(f, more=""):
    return [f"{f.p}_author_list list;",
            f"TRY({f.p}_author_select(db, NULL, &list)); /* @list */", *copies(f)]


def setup_released(f, more=""):
    text = f.p == "l" or f.p == "p"
    made = [f"{f.p}_author_list list;", "orm_mark mark;", "TRY(orm_session_mark(db, &mark));",
            f"TRY({f.p}_author_select(db, NULL, &list)); /* @list */", *copies(f)]
    return (made if not text else made) + ["TRY(orm_session_release(db, mark));"]


def setup_other_session(f, more=""):
    return ["orm_session *other;",
            "TRY(orm_session_open(run->engine, &(orm_session_options){.read_only = true, "
            ".scope = run->scope}, &other, NULL));",
            f"{f.p}_author_list list = {{0}};",
            f"orm_status listed = {f.p}_author_select(other, NULL, &list);",
            *copies(f), "orm_session_close(other);", "TRY(listed);"]


def setup_constants(numbers):
    def setup(f, more=""):
        return [f"{kind if kind.startswith('const') else 'const ' + kind}keys{i}[] = {{"
                + ", ".join(f.constant(n)[i] for n in numbers) + "};"
                for i, (_, kind) in enumerate(f.columns)]
    return setup


def setup_finds_loop(f, more=""):
    numbers = (2, 5, 6, 11)
    return [*setup_constants(numbers)(f), f"{f.p}_author *some[{len(numbers)}];",
            f"for (size_t k = 0; k < {len(numbers)}; k++) {{",
            f"    TRY({f.p}_author_find(db, {', '.join(f'keys{i}[k]' for i in range(len(f.columns)))}"
            ", &some[k])); /* @list */", "}"]


def setup_insert_all(f, more=""):
    rows = []
    for k in range(1, 5):
        c = f.constant(k)
        new = {"n": [f"{100 + k}"], "l": [f'"x{k}"'], "u": [f"product_uuid({100 + k})"],
               "p": ['"x"', f"{k}"]}[f.p]
        rows.append("{" + ", ".join([f.given(None, new), f.given("guild", f.constant(1)),
                                     f.given("home", c), '.name = ORM_SET("new")',
                                     ".age = ORM_SET(1)", '.bio = ORM_SET("none")']) + "}")
    return [f"const {f.p}_author_new made[] = {{{', '.join(rows)}}};", f"{f.p}_author_list list;",
            f"TRY({f.p}_author_insert_all(db, made, 4, &list)); /* @list */"]


def by_name(f, name):
    return (f"static int {name}_by_name(const void *left, const void *right)\n{{\n"
            f"    return strcmp((*({f.p}_author *const *)left)->name, "
            f"(*({f.p}_author *const *)right)->name);\n}}\n")


def keyed(f):
    return "".join(f", {f.p.upper()}_AUTHOR_BY_{name.upper()}" for name in f.names()).lstrip(", ")


def ordered(f):
    return f".order_by = {{{keyed(f)}}}"


SOURCES = [
    select_source("all", 12, ".limit = 0", ALL),
    select_source("where", 5, lambda f: f".where = {f.p}_author_age_is(orm_le(25))", ALL),
    select_source("limit", 4, lambda f: f".order_by = {{{f.p.upper()}_AUTHOR_BY_AGE_DESC}}, .limit = 4",
                  ALL),
    select_source("two", 2, lambda f: ordered(f) + ", .limit = 2", ALL),
    select_source("offset", 5, lambda f: ordered(f) + ", .limit = 5, .offset = 5"),
    select_source("page", 5, lambda f: ordered(f) + ", .limit = 5", ALL, "select_page"),
    select_source("distinct", 12, ".distinct = true"),
    select_source("refreshed", 12, ".refresh = true"),
    select_source("related_where", 6, lambda f: f".where = {f.p}_author_has_guild(db, "
                  f"{f.p}_guild_name_is(orm_le(\"guild 2\")))", ALL),
    select_source("union", 6, lambda f: f".where = {f.p}_author_age_is(orm_le(23)), .union_with = &other",
                  extra_setup=("P_author_query other = {.where = P_author_age_is(orm_gt(29))};",)),
    select_source("undeferred", 12, ".undefer = {.bio = true}"),
    Source("everything", 12, lines("P_author_list list;",
                                   "TRY(P_author_select(db, NULL, &list)); /* @list */")),
    Source("raw", 5, lines("P_author_list list;",
                           "TRY(P_author_raw(db, \"SELECT * FROM P_authors WHERE age < 26\", NULL, 0, "
                           "&list)); /* @list */"), families=ALL),
    Source("named", 5, lines("P_author_list list;",
                             "TRY(P_young_authors(db, 26, &list)); /* @list */")),
    Source("walk", 11, lines("P_author *first;", "TRY(P_author_find(db, $K1, &first));",
                             "P_author_list list;",
                             "TRY(P_author_walk_pupils(db, first, NULL, NULL, &list)); /* @list */"),
           families=ALL),
    Source("related", 3, lines("P_guild *guild;", "TRY(P_guild_find(db, $K2, &guild));",
                               "P_author_list list;",
                               "TRY(P_guild_load_authors(db, guild, &list)); /* @list */"),
           families=ALL),
    Source("eager", 12, lines("P_guild_list guilds;",
                              "TRY(P_guild_select(db, &(P_guild_query){.with.authors = &P_author_all}, "
                              "&guilds)); /* @list */"),
           around=("for (size_t g = 0; g < guilds.count; g++) {", "P_author_list list;",
                   "TRY(P_guild_authors(guilds.items[g], &list));"), closing=("}",), families=ALL,
           flat=False, lists=4),
    Source("joined", 12, lines("P_guild_list guilds;",
                               "TRY(P_guild_select(db, &(P_guild_query){.with.authors = "
                               "&(P_author_query){.load = ORM_LOAD_JOIN}}, &guilds)); /* @list */"),
           around=("for (size_t g = 0; g < guilds.count; g++) {", "P_author_list list;",
                   "TRY(P_guild_authors(guilds.items[g], &list));"), closing=("}",),
           flat=False, lists=4),
    Source("preloaded", 12, lines("P_guild_list guilds;", "TRY(P_guild_select(db, NULL, &guilds));",
                                  "TRY(P_guild_preload_authors(db, &guilds, NULL)); /* @list */"),
           around=("for (size_t g = 0; g < guilds.count; g++) {", "P_author_list list;",
                   "TRY(P_guild_authors(guilds.items[g], &list));"), closing=("}",),
           flat=False, lists=4),
    Source("nested", 12, lines("P_realm_list realms;",
                               "TRY(P_realm_select(db, &(P_realm_query){.with.guilds = "
                               "&(P_guild_query){.with.authors = &P_author_all}}, &realms)); /* @list */"),
           around=("for (size_t r = 0; r < realms.count; r++) {", "P_guild_list guilds;",
                   "TRY(P_realm_guilds(realms.items[r], &guilds));",
                   "for (size_t g = 0; g < guilds.count; g++) {", "P_author_list list;",
                   "TRY(P_guild_authors(guilds.items[g], &list));"), closing=("}", "}"),
           flat=False, lists=4),
    Source("chain", 12, lines("P_place_list places;",
                              "TRY(P_place_select(db, &(P_place_query){.with.residents = "
                              "&P_author_all}, &places)); /* @list */"),
           around=("for (size_t g = 0; g < places.count; g++) {", "P_author_list list;",
                   "TRY(P_place_residents(places.items[g], &list));"), closing=("}",),
           flat=False, lists=12),
    Source("pages", 12, lines(),
           around=("for (int64_t at = 0; at < 12; at += 5) {", "P_author_list list;",
                   "TRY(P_author_select(db, &(P_author_query){$ORDER, .limit = 5, .offset = at}, "
                   "&list)); /* @list */"), closing=("}",), flat=False, lists=3),
    Source("keyset", 12, lines("int last = 0;", "size_t got = 1;"),
           around=("while (got > 0) {", "P_author_list list;",
                   "TRY(P_author_select(db, &(P_author_query){.where = P_author_age_is(orm_gt(last)), "
                   ".order_by = {$PREFIX_AUTHOR_BY_AGE}, .limit = 5}, &list)); /* @list */",
                   "got = list.count;",
                   "last = got > 0 ? list.items[got - 1]->age : 0;"), closing=("}",), flat=False,
           lists=3),
    Source("cursor", 12, lines("const char *after = NULL;"),
           around=("do {", "P_author_page list;",
                   "TRY(P_author_select_page(db, &(P_author_query){$ORDER, .limit = 5, .after = after}, "
                   "&list)); /* @list */", "after = list.next;"), closing=("} while (after != NULL);",),
           flat=False, lists=3),
    Source("finds", 3, lines("P_author *some[3];", "TRY(P_author_find(db, $K3, &some[0]));",
                             "TRY(P_author_find(db, $K5, &some[1]));",
                             "TRY(P_author_find(db, $K8, &some[2])); /* @list */"),
           count="3", item="some[i]", families=ALL),
    Source("finds_loop", 4, setup_finds_loop, count="4", item="some[i]", families=ALL,
           extra=(("N1", "NONE", "find author", 4),)),
    Source("identity", 12, lines("P_author *known;", "TRY(P_author_find(db, $K3, &known));",
                                 "TRY(P_author_find(db, $K4, &known));",
                                 "TRY(P_author_find(db, $K9, &known));", "P_author_list list;",
                                 "TRY(P_author_select(db, NULL, &list)); /* @list */"), families=ALL),
    Source("sorted", 12, lines("P_author_list list;",
                               "TRY(P_author_select(db, NULL, &list)); /* @list */",
                               "qsort(list.items, list.count, sizeof *list.items, $NAME_by_name);"),
           before=by_name),
    Source("filtered", 6, lines("P_author_list list;",
                                "TRY(P_author_select(db, NULL, &list)); /* @list */",
                                "P_author *some[12];", "size_t count = 0;",
                                "for (size_t k = 0; k < list.count; k++)",
                                "    if (list.items[k]->age % 2 == 0)",
                                "        some[count++] = list.items[k];"),
           count="count", item="some[i]", families=ALL),
    Source("holes", 6, lines("P_author_list list;",
                             "TRY(P_author_select(db, NULL, &list)); /* @list */",
                             "size_t count = 0;",
                             "for (size_t k = 0; k < list.count; k++)",
                             "    if (list.items[k]->age % 2 == 0)",
                             "        list.items[count++] = list.items[k];"),
           count="count", item="list.items[i]"),
    Source("keys", 12, setup_keys, count="count", item=None, row=keys_row, families=ALL),
    Source("released", 12, setup_released, count="count", item=None, row=keys_row,
           families=("number", "uuid")),
    Source("other_session", 12, setup_other_session, count="count", item=None, row=keys_row,
           families=("number", "uuid"), linked=False),
    Source("constants", 4, setup_constants((2, 5, 7, 11)), count="4", item=None, row=keys_row,
           families=ALL, linked=False),
    Source("cards", 12, lines("P_author_card_list list;",
                              "TRY(P_author_select_card(db, NULL, &list)); /* @list */"), item=None,
           row=lambda f: Row(None, [f"list.items[i].{n}" for n in f.names()],
                             [f"list.items[i].{n}" for n in f.names("home")]), families=ALL),
    Source("insert_all", 4, setup_insert_all, writes=True, families=ALL),
    Source("stream", 12, lines(), stream="NULL", families=ALL, flat=False),
    Source("stream_batches", 12, lines(), stream="&(orm_each){.batch = 4}", flat=False),
]

SOURCE = {source.name: source for source in SOURCES}


# --- calls: how a row is asked for --------------------------------------------------------------


class Call:
    """One statement for a row. `needs`: "row", "key" or "home", what of the row the code uses."""

    def __init__(self, name, needs, code, subject, kind="N1", evidence="STEMS", families=ALL,
                 writes=False, relation=None, column=None, counted=1):
        self.name, self.needs, self.code, self.subject = name, needs, code, subject
        self.kind, self.evidence, self.families, self.writes = kind, evidence, families, writes
        self.relation, self.column, self.counted = relation, column, counted


def load(relation, target, many=True, families=ALL):
    def code(f, row):
        out = f"{f.p}_{target}_list found;" if many else f"{f.p}_{target} *found;"
        return [out, f"TRY({f.p}_author_load_{relation}(db, {row.row}, &found)); /* @loop */"]
    return Call("load_" + relation, "row", code, "author." + relation, families=families,
                relation=(relation, target))


def select(name, needs, made, subject, **options):
    """One or more lines; P_ is the prefix, $WHERE the condition on the books of the author."""
    def code(f, row):
        key = row.home if needs == "home" else row.key
        replace = {
            "$WHERE": f.where("book", "author", key), "$KEY": ", ".join(key), "$BIND": f.bind(key),
            "$PROFILE": f.where("profile", "author", key), "$SELF": f.where("author", None, key),
            "$SQL": f.sql_where("author"), "$SELFSQL": f.sql_where(None), "$FRESH": f.fresh(),
            "$AUTHOR": f.given("author", key), "$EDITOR": f.given("editor", key),
            "$ID": f.given(None, key), "$N": str(len(key)), "$ROW": row.row or "",
            "$NAME": f.names("author")[0].upper(), "$IN": f"{f.p}_book_{f.names('author')[0]}_is",
            "$PREFIX": f.p.upper(),
        }
        result = []
        for line in made:
            line = line.replace("P_", f.p + "_")
            for word in sorted(replace, key=len, reverse=True):
                line = line.replace(word, replace[word])
            result.append(line)
        return result
    return Call(name, needs, code, subject, **options)


CALLS = [
    load("books", "book"),
    load("edited", "book"),
    load("tags", "tag"),
    load("pupils", "author"),
    load("prizes", "prize", families=("number",)),
    load("profile", "profile", many=False),
    load("home", "place", many=False),
    select("load_bio", "row", ["const char *bio;",
                               "TRY(P_author_load_bio(db, $ROW, &bio)); /* @loop */"], "author.bio"),
    select("find", "home", ["P_place *found;", "TRY(P_place_find(db, $KEY, &found)); /* @loop */"],
           "find place"),
    select("select", "key", ["P_book_list found;",
                             "TRY(P_book_select(db, &(P_book_query){.where = $WHERE}, &found)); "
                             "/* @loop */"], "select book"),
    select("select_in", "key", ["P_book_list found;", "const TYPE only[] = {$KEY};",
                                "TRY(P_book_select(db, &(P_book_query){.where = $IN(orm_in(only, 1))}, "
                                "&found)); /* @loop */"], "select book",
           families=("number", "letter", "uuid")),
    select("select_with", "key", ["P_book_list found;", "P_author *editor;",
                                  "TRY(P_book_select(db, &(P_book_query){.where = $WHERE, "
                                  ".with.editor = &P_author_all}, &found)); /* @loop */",
                                  "for (size_t b = 0; b < found.count; b++)",
                                  "    TRY(P_book_editor(found.items[b], &editor));"], "select book"),
    select("first", "key", ["P_book_list found;",
                            "TRY(P_book_select(db, &(P_book_query){.where = $WHERE, .order_by = "
                            "{$PREFIX_BOOK_BY_TITLE}, .limit = 1}, &found)); /* @loop */"],
           "select book"),
    select("paged", "key", ["P_book_page found;",
                            "TRY(P_book_select_page(db, &(P_book_query){.where = $WHERE, .limit = 2}, "
                            "&found)); /* @loop */"], "select book"),
    select("count", "key", ["int64_t count_of;",
                            "TRY(P_book_count(db, &(P_book_query){.where = $WHERE}, &count_of)); "
                            "/* @loop */"], "count book"),
    select("exists", "key", ["bool is_there;",
                             "TRY(P_book_exists(db, &(P_book_query){.where = $WHERE}, &is_there)); "
                             "/* @loop */"], "exists book"),
    select("sum", "key", ["orm_opt_i64 total;",
                          "TRY(orm_sum(db, P_book_rows(&(P_book_query){.where = $WHERE}), "
                          "P_book_columns.pages, &total)); /* @loop */"], "aggregate book"),
    select("max", "key", ["orm_opt_i64 most;",
                          "TRY(orm_max(db, P_book_rows(&(P_book_query){.where = $WHERE}), "
                          "P_book_columns.pages, &most)); /* @loop */"], "aggregate book"),
    select("rows", "key", ["P_book_line_list found;",
                           "TRY(P_book_select_line(db, &(P_book_line_query){.where = $WHERE}, "
                           "&found)); /* @loop */"], "rows of book"),
    select("count_rows", "key", ["int64_t count_of;",
                                 "TRY(P_book_count_line(db, &(P_book_line_query){.where = $WHERE}, "
                                 "&count_of)); /* @loop */"], "count book"),
    select("has", "key", ["P_prize_list found;",
                          "TRY(P_prize_select(db, &(P_prize_query){.where = P_prize_has_winners(db, "
                          "$SELF)}, &found)); /* @loop */"], "select prize", families=("number",)),
    select("raw", "key", ["const orm_value values[] = {$BIND};",
                          "TRY(orm_raw(db, \"SELECT title FROM P_books WHERE $SQL\", values, $N, NULL, "
                          "NULL, NULL)); /* @loop */"], "raw SQL"),
    select("raw_model", "key", ["P_book_list found;", "const orm_value values[] = {$BIND};",
                                "TRY(P_book_raw(db, \"SELECT * FROM P_books WHERE $SQL\", values, $N, "
                                "&found)); /* @loop */"], "raw book"),
    select("raw_join", "key", ["const orm_value values[] = {$BIND};",
                               "TRY(orm_raw(db, \"SELECT t.label FROM P_author_tags j JOIN P_tags t ON "
                               "t.id = j.tag_id WHERE j.$SQL\", values, $N, NULL, NULL, NULL)); "
                               "/* @loop */"], "raw SQL", families=("number", "letter", "uuid")),
    select("raw_literal", "key", ["const char *text = orm_session_printf(db, \"SELECT title FROM "
                                  "P_books WHERE author_id = %d\", (int)$KEY);",
                                  "TRY(orm_raw(db, text, NULL, 0, NULL, NULL, NULL)); /* @loop */"],
           "raw SQL", families=("number",)),
    select("named", "key", ["P_book_list found;", "TRY(P_books_of(db, $KEY, &found)); /* @loop */"],
           "raw book", families=("number",)),
    select("named_rows", "key", ["P_titles_of_list found;",
                                 "TRY(P_titles_of(db, $KEY, &found)); /* @loop */"], "raw SQL",
           families=("number",)),
    select("refresh", "row", ["TRY(P_author_refresh(db, $ROW)); /* @loop */"], "find author"),
    select("preload_one", "row", ["P_author *only[] = {$ROW};", "P_book_list found;",
                                  "P_author_list one = {.count = 1, .items = only};",
                                  "TRY(P_author_preload_books(db, &one, NULL)); /* @loop */",
                                  "TRY(P_author_books($ROW, &found));"], "author.books"),
    select("preload_count", "row", ["P_author *only[] = {$ROW};", "int64_t total;",
                                    "P_author_list one = {.count = 1, .items = only};",
                                    "TRY(P_author_preload_books_count(db, &one, NULL)); /* @loop */",
                                    "TRY(P_author_books_count($ROW, &total));"], "author.books"),
    select("walk", "row", ["P_author_list found;",
                           "TRY(P_author_walk_pupils(db, $ROW, NULL, NULL, &found)); /* @loop */"],
           "select author"),
    select("stream", "key", ["TRY(P_book_each(db, &(P_book_query){.where = $WHERE}, NULL, P_pass_book, "
                             "NULL)); /* @loop */"], "select book"),
    select("update", "row", ["TRY(P_author_update(db, $ROW, &(P_author_changes){.name = ORM_SET(\"new\")})); "
                             "/* @loop */"], "update author", kind="WRITE",
           writes=True),
    select("update_where", "key", ["TRY(P_author_update_where(db, $SELF, &(P_author_changes){.name = "
                                   "ORM_SET(\"new\")}, NULL)); /* @loop */"], "update author", kind="WRITE",
           writes=True),
    select("delete_where", "key", ["TRY(P_profile_delete_where(db, $PROFILE, NULL)); /* @loop */"],
           "delete profile", kind="WRITE", writes=True),
    select("insert", "key", ["TRY(P_book_insert(db, &(P_book_new){$FRESH, $AUTHOR, $EDITOR, .title = "
                             "ORM_SET(\"new\"), .pages = ORM_SET(1)}, NULL)); /* @loop */"],
           "insert book", kind="WRITE", writes=True),
    select("upsert", "key", ["TRY(P_tag_upsert(db, &(P_tag_new){$ID, .label = ORM_SET(\"new\")}, NULL, "
                             "NULL)); /* @loop */"], "insert tag", kind="WRITE", evidence="MATCHES",
           writes=True),
    select("raw_update", "key", ["const orm_value values[] = {$BIND};",
                                 "TRY(orm_raw(db, \"UPDATE P_authors SET name = name WHERE $SELFSQL\", "
                                 "values, $N, NULL, NULL, NULL)); /* @loop */"], "raw SQL",
           kind="WRITE", writes=True),
    select("named_exec", "key", ["TRY(P_name_all(db, $KEY, NULL)); /* @loop */"], "raw SQL",
           kind="WRITE", writes=True, families=("number",)),
]

CALL = {call.name: call for call in CALLS}
WRITES = [call for call in CALLS if call.writes]


def call_code(call, family, row):
    kind = {"n": "int64_t", "l": "char *const", "u": "orm_uuid", "p": "int"}[family.p]
    return [line.replace("const TYPE only", f"const {kind} only") for line in call.code(family, row)]


# --- shapes: how the calls are made -------------------------------------------------------------


SHAPES = ["for", "while", "back", "until", "helper", "elsewhere", "site", "pointer", "recursion",
          "queue", "goto", "twice", "marked", "scoped"]


def indent(text, by=1):
    return ["    " * by + line if line else line for line in text]


def helper_parameters(call, family, source):
    """How a helper gets its row: parameters, arguments, and the row as it sees it."""
    row = source.row(family)
    if call.needs == "row":
        return f"{family.p}_author *row", "row", object_row(family, "row")
    values = row.home if call.needs == "home" else row.key
    seen = Row(None, family.arguments(), family.arguments())
    return family.parameters(), ", ".join(values), seen


class Body:
    """A case's code: what stands before its function, and the function's lines."""

    def __init__(self):
        self.before, self.body = [], []


def fill(line, family):
    return (line.replace("P_", family.p + "_").replace("$ORDER", ordered(family))
            .replace("$PREFIX", family.p.upper()))


def loop(shape, source, family, inner):
    """A loop over the list whose body is `inner`."""
    item = [f"{family.p}_author *row = {source.item};"] if source.item else []
    uses_row = any(re.search(r"\brow\b", line) for line in inner)
    inner = (item if uses_row else []) + inner
    count = source.count
    if shape == "while":
        return ["size_t i = 0;", f"while (i < {count}) {{", *indent(inner), "    i++;", "}"]
    if shape == "back":
        return [f"for (size_t i = {count}; i-- > 0;) {{", *indent(inner), "}"]
    if shape == "until":
        return ["size_t i = 0;", "do {", *indent(inner), f"}} while (++i < {count});"]
    if shape == "twice":
        return ["for (int pass = 0; pass < 2; pass++) {",
                f"    for (size_t i = 0; i < {count}; i++) {{", *indent(inner, 2), "    }", "}"]
    if shape == "queue":
        return [f"size_t queue[{EVERY}];", "size_t tail = 0;",
                f"for (size_t k = 0; k < {count}; k++)", "    queue[tail++] = k;",
                "for (size_t head = 0; head < tail; head++) {", "    size_t i = queue[head];",
                *indent(inner), "}"]
    if shape == "goto":
        return ["size_t i = 0;", "again:;", "{", *indent(inner), "}", f"if (++i < {count})",
                "    goto again;"]
    if shape == "marked":
        return [f"for (size_t i = 0; i < {count}; i++) {{", "    orm_mark mark_of_row;",
                "    TRY(orm_session_mark(db, &mark_of_row));", *indent(inner),
                "    TRY(orm_session_release(db, mark_of_row));", "}"]
    if shape == "scoped":
        return [f"for (size_t i = 0; i < {count}; i++) {{", "    orm_savepoint savepoint;",
                "    TRY(orm_session_savepoint(db, &savepoint));", *indent(inner),
                "    TRY(orm_savepoint_release(db, savepoint));", "}"]
    if shape == "first":
        return [f"for (size_t i = 0; i < {count}; i++) {{", *indent(inner), "    break;", "}"]
    return [f"for (size_t i = 0; i < {count}; i++) {{", *indent(inner), "}"]


def make(name, source, call, shape, family):
    made = Body()
    if source.before:
        made.before += source.before(family, name).splitlines() + [""]
    f = family
    setup = [line.replace("$NAME", name) for line in source.setup(f)]
    inner_shape = "for"
    if source.stream:
        row = object_row(f, "row")
        made.before += [f"static orm_status {name}_row(orm_session *db, {f.p}_author *row, "
                        "void *context)", "{", "    (void)context;", "    (void)row;",
                        *indent(call_code(call, f, row)), "    return ORM_OK;", "}", ""]
        made.body = [f"TRY({f.p}_author_each(db, NULL, {source.stream}, {name}_row, NULL)); "
                     "/* @list */"]
        return made
    if shape in ("helper", "pointer", "recursion", "elsewhere", "site"):
        parameters, arguments, seen = helper_parameters(call, f, source)
        if shape == "site":
            inner = [f"TRY({name}_one_at(ORM_SITE, db, {arguments})); /* @loop */"]
            code = [re.sub(r"TRY\(([a-z]_\w+|orm_\w+)\(", r"TRY(\1_at(site, ", line)
                    .replace(" /* @loop */", "") if "@loop" in line else line
                    for line in call_code(call, f, seen)]
            made.before += [f"static orm_status {name}_one_at(orm_site site, orm_session *db, "
                            f"{parameters})", "{", *indent(code), "    return ORM_OK;", "}", ""]
        elif shape == "elsewhere":
            inner = [f"TRY({f.p}_elsewhere_{call.name}(db, {arguments}));"]
        else:
            made.before += [f"static orm_status {name}_one(orm_session *db, {parameters})", "{",
                            *indent(call_code(call, f, seen)), "    return ORM_OK;", "}", ""]
            inner = [f"TRY({name}_one(db, {arguments}));"]
        if shape == "pointer":
            kinds = re.sub(r"\b(row|key\d)(?=,|$)", "", parameters).replace(" ,", ",").rstrip()
            setup = setup + [f"orm_status (*visit)(orm_session *, {kinds}) = {name}_one;"]
            inner = [f"TRY(visit(db, {arguments}));"]
        if shape == "recursion":
            # Over the list by calls of its own.
            kind = f"{f.p}_author *const *items" if call.needs == "row" else None
            if kind is None:
                inner_shape = "for"
            else:
                made.before += [f"static orm_status {name}_from(orm_session *db, {kind}, "
                                "size_t count)", "{", "    if (count == 0)", "        return ORM_OK;",
                                f"    TRY({name}_one(db, items[0]));",
                                f"    return {name}_from(db, items + 1, count - 1);", "}", ""]
                items = re.sub(r"\[i\]$", "", source.item)
                body = [f"TRY({name}_from(db, {items}, {source.count}));"]
                around = [fill(line, f) for line in source.around]
                made.body = setup + around + indent(body) + list(source.closing)
                return made
    else:
        inner = call_code(call, f, source.row(f))
        inner_shape = shape
    around = [fill(line, f) for line in source.around]
    made.body = setup + around + loop(inner_shape, source, f, inner) + list(source.closing)
    return made


# --- what is found ------------------------------------------------------------------------------


def expected(source, call, shape, mode, statements=None):
    """The findings of a loop, as (kind, evidence, subject, loop, list, statements, distinct, matched)."""
    rows = source.rows
    linked = source.linked or call.relation is not None
    if call.kind == "WRITE" and source.name in ("finds", "finds_loop"):
        linked = False  # rows that came alone are no list
    evidence = call.evidence if linked or call.evidence == "NONE" else "NONE"
    sessions = 3 if mode == "THREADS" else 1
    twice = 2 if shape == "twice" and call.relation is None and call.name not in (
        "load_bio", "preload_one", "preload_count", "find") else 1
    if source.name == "undeferred" and call.name == "load_bio":
        return []
    least = 3 if evidence == "NONE" or call.kind == "WRITE" else 2
    found = [(kind, how, subject, "list", None, n * sessions, n, 0)
             for kind, how, subject, n in source.extra]
    if rows < least:
        return found
    sent = rows * twice * sessions
    distinct = rows
    if call.name == "insert":
        distinct = sent
    found.append((call.kind, evidence, call.subject, "loop", None if evidence == "NONE" else "list",
                  sent, distinct, 0 if evidence == "NONE" else
                  distinct if call.kind == "WRITE" else rows))
    return found


# --- choosing -----------------------------------------------------------------------------------


class Case:
    def __init__(self, name, family, body, mode, found):
        self.name, self.family, self.body, self.mode, self.found = name, family, body, mode, found


MODES = ["READ_ONLY", "RUN", "SAVEPOINT", "NESTED", "CHILD", "NAMED", "TIMED", "RESUMED", "CLEARED",
         "THREADS"]


def makes_sense(source, call, shape, mode, family):
    row = source.row(FAMILIES[family])
    if family not in source.families or family not in call.families:
        return False
    if (call.needs == "row" and row.row is None) or (call.needs == "home" and row.home is None):
        return False
    if source.stream and (shape != "for" or (call.writes and call.needs == "row") or call.name in (
            "refresh", "walk", "load_bio")):
        return False  # rows of a stream are not the session's
    if shape == "recursion" and (call.needs != "row" or not source.flat):
        return False
    if shape == "goto" and not source.flat:
        return False
    if shape == "site" and call.name in ("sum", "max"):
        return False  # macros of several functions
    if shape == "twice" and call.name in ("delete_where", "insert"):
        return False
    if shape in ("marked", "scoped") and source.name in ("released",):
        return False
    if mode in ("READ_ONLY", "THREADS") and (call.writes or source.writes):
        return False
    if mode in ("RESUMED", "CLEARED") and (call.writes or source.writes):
        return False
    if source.name == "other_session" and mode != "PLAIN":
        return False
    if call.name == "load_home" and source.name == "chain":
        return False  # the place is known
    if call.name == "load_bio" and source.name in ("raw", "named"):
        return False  # the statement brings it
    if call.name == "load_pupils" and source.name == "walk":
        return False  # the walk does
    if source.name == "finds_loop" and call.name in ("load_pupils", "walk"):
        return False  # rows come again as pupils of those before: either list is right
    if call.name == "find" and source.name == "chain":
        return False  # the place is known
    return True


def positives():
    chosen = {}

    def choose(source, call, shape="for", mode="PLAIN", family="number"):
        if makes_sense(source, call, shape, mode, family):
            chosen[(source.name, call.name, shape, mode, family)] = None

    for source in SOURCES:
        for call in CALLS:
            choose(source, call)
    some_calls = ["load_books", "load_tags", "load_home", "load_bio", "find", "select", "count", "raw",
                  "named", "update", "insert"]
    for shape in SHAPES:
        for call in some_calls:
            for source in ("where", "eager", "keys"):
                choose(SOURCE[source], CALL[call], shape)
    for call in CALLS:
        choose(SOURCE["where"], call, "elsewhere")
    for mode in MODES:
        for call in some_calls:
            for source in ("limit", "related", "constants"):
                choose(SOURCE[source], CALL[call], "for", mode)
    for family in ("letter", "uuid", "pair"):
        for call in CALLS:
            for source in ("all", "eager", "cards"):
                choose(SOURCE[source], call, "for", "PLAIN", family)
        for source in SOURCES:
            for call in ("load_books", "find", "select", "raw"):
                choose(source, CALL[call], "for", "PLAIN", family)
    for number, key in enumerate(chosen):
        source, call, shape, mode, family = key
        found = expected(SOURCE[source], CALL[call], shape, mode)
        name = "_".join(["p", str(number), family, source, call, shape, mode.lower()])
        body = make(f"p{number}", SOURCE[source], CALL[call], shape, FAMILIES[family])
        yield Case(name, FAMILIES[family], body, mode, found), f"p{number}", shape, call


# --- two statements in one loop, two loops over one list, one loop over two lists ---------------


PAIRED = ("load_books", "load_tags", "load_profile", "load_home", "load_bio", "select", "count", "exists",
          "sum", "raw", "raw_model", "rows", "named", "first", "stream")


def marked(lines_of_code, mark):
    return [line.replace("@loop", "@" + mark) for line in lines_of_code]


def together(source, calls, family, way):
    made = Body()
    made.body = [line for line in source.setup(family)]
    row = source.row(family)
    code = [["{", *indent(marked(call_code(call, family, row), f"loop{k}")), "}"]
            for k, call in enumerate(calls)]
    around = [fill(line, family) for line in source.around]
    if way == "interleaved":
        loops = loop("for", source, family, code[0] + code[1])
    else:
        loops = loop("for", source, family, code[0]) + loop("for", source, family, code[1])
    made.body += around + loops + list(source.closing)
    return made


def couples():
    """One finding for each statement, whatever else is in the loop, and in the loops before."""
    number = 0
    for source in (SOURCE["where"], SOURCE["eager"], SOURCE["keys"], SOURCE["cards"], SOURCE["pages"]):
        for a, first in enumerate(PAIRED):
            for b, second in enumerate(PAIRED):
                calls = CALL[first], CALL[second]
                way = ("interleaved", "in_turn")[(a + b) % 2]
                if a == b or not all(makes_sense(source, call, "for", "PLAIN", "number")
                                     for call in calls):
                    continue
                if source.name != "where" and (a + 2 * b) % 4 != 0:
                    continue
                found = [(kind, how, subject, f"loop{k}", origin, *numbers)
                         for k, call in enumerate(calls)
                         for kind, how, subject, _, origin, *numbers in
                         expected(source, call, "for", "PLAIN")]
                title = "_".join(["c", str(number), source.name, first, second, way])
                body = together(source, calls, FAMILIES["number"], way)
                yield Case(title, FAMILIES["number"], body, "PLAIN", found), f"c{number}", way, first
                number += 1


# --- what is no finding -------------------------------------------------------------------------


def one_row(name, *text, **options):
    return Source(name, 1, lines(*text), **options)


ONE_ROW = [
    one_row("one_where", "P_author_list list;",
            "TRY(P_author_select(db, &(P_author_query){.where = $W3}, &list));", families=ALL),
    one_row("one_limit", "P_author_list list;",
            "TRY(P_author_select(db, &(P_author_query){.limit = 1}, &list));", families=ALL),
    one_row("one_page", "P_author_page list;",
            "TRY(P_author_select_page(db, &(P_author_query){.where = $W5, .limit = 10}, &list));"),
    one_row("one_raw", "P_author_list list;",
            "TRY(P_author_raw(db, \"SELECT * FROM P_authors WHERE age = 27\", NULL, 0, &list));",
            families=ALL),
    one_row("one_named", "P_author_list list;", "TRY(P_young_authors(db, 22, &list));"),
    one_row("one_find", "P_author *found_first;", "TRY(P_author_find(db, $K4, &found_first));",
            count="1", item="found_first", families=ALL),
    one_row("one_related", "P_place *place;", "TRY(P_place_find(db, $K4, &place));",
            "P_author_list list;", "TRY(P_place_load_residents(db, place, &list));", families=ALL),
    one_row("one_eager", "P_place_list places;",
            "TRY(P_place_select(db, &(P_place_query){.limit = 1, .with.residents = &P_author_all}, "
            "&places));", "P_author_list list;",
            "TRY(P_place_residents(places.items[0], &list));", families=ALL),
    one_row("one_walk", "P_author *first;", "TRY(P_author_find(db, $K6, &first));",
            "P_author_list list;",
            "TRY(P_author_walk_pupils(db, first, NULL, NULL, &list));"),
    one_row("one_card", "P_author_card_list list;",
            "TRY(P_author_select_card(db, &(P_author_card_query){.limit = 1}, &list));", item=None,
            row=lambda f: Row(None, [f"list.items[i].{n}" for n in f.names()],
                              [f"list.items[i].{n}" for n in f.names("home")]), families=ALL),
]


def at_index(text, index):
    return re.sub(r"\[i\]", f"[{index}]", text)


def row_at(source, family, index):
    row = source.row(family)
    item = at_index(source.item, index) if source.item else None
    fix = lambda values: [at_index(value, index) for value in values] if values else None
    return item, Row(row.row, fix(row.key), fix(row.home))


def separate(name, source, call, family, way):
    """Two rows of the list, each by a call of its own: on lines of their own, on one line, or by a
    helper called from different lines."""
    made = Body()
    if source.before:
        made.before += source.before(family, name).splitlines() + [""]
    made.body = [line.replace("$NAME", name) for line in source.setup(family)]
    if way == "calls":
        parameters, _, seen = helper_parameters(call, family, source)
        made.before += [f"static orm_status {name}_one(orm_session *db, {parameters})", "{",
                        *indent(call_code(call, family, seen)), "    return ORM_OK;", "}", ""]
    blocks = []
    for index in 0, 1:
        item, row = row_at(source, family, index)
        code = call_code(call, family, row)
        if way == "calls":
            values = [item] if call.needs == "row" else row.home if call.needs == "home" else row.key
            values = [re.sub(r"\brow\b", item, value) if item else value for value in values]
            blocks.append([f"TRY({name}_one(db, {', '.join(values)}));"])
            continue
        if any(re.search(r"\brow\b", line) for line in code):
            code = [f"{family.p}_author *row = {item};"] + code
        code = [line.replace(" /* @loop */", "") for line in code]
        blocks.append(["{", *indent(code), "}"])
    if way == "line":
        made.body.append(" ".join(line.strip() for block in blocks for line in block))
    else:
        made.body += blocks[0] + blocks[1]
    return made


def loaded_before(name, source, call, family, way):
    """The relation is in the query, or preloaded, before the loop over the rows."""
    made = Body()
    relation, target = call.relation
    if way == "with":
        made.body = source.takes(family, f".with.{relation} = &{family.p}_{target}_all")
    else:
        made.body = source.setup(family)
        given = "&list" if source.count == "list.count" else (
            f"&({family.p}_author_list){{.count = {source.count}, "
            f".items = {re.sub(r'.i.$', '', source.item)}}}")
        made.body.append(f"TRY({family.p}_author_preload_{relation}(db, {given}, NULL));")
    made.body = made.body + loop("for", source, family,
                                 call_code(call, family, source.row(family)))
    return made


def negatives():
    chosen = {}

    def choose(source, call, way, mode="PLAIN", family="number"):
        if not makes_sense(source, call, "for", mode, family) or source.extra:
            return
        if way not in ("for", "first") and (not source.flat or source.stream):
            return
        if way == "first" and (not source.flat or source.stream):
            return
        chosen[(source, call, way, mode, family)] = None

    ways = ("lines", "line", "calls")
    for s, source in enumerate(SOURCES):
        for c, call in enumerate(CALLS):
            way = (s + c) % 4
            choose(source, call, ways[way] if way < 3 else "first")
            if way < 2:
                choose(source, call, "first")
    for source in ONE_ROW:
        for call in CALLS:
            choose(source, call, "for")
        for family in ("letter", "uuid", "pair"):
            for call in ("load_books", "load_bio", "find", "select", "count", "raw", "update"):
                choose(source, CALL[call], "for", "PLAIN", family)
    for family in ("number", "letter", "pair"):
        for source in SOURCES:
            for call in CALLS:
                if call.relation and source.takes:
                    choose(source, call, "with", "PLAIN", family)
                if call.relation and source.name in ("all", "limit", "page", "raw", "walk", "related",
                                                     "finds", "filtered", "identity", "insert_all"):
                    choose(source, call, "preload", "PLAIN", family)
                if call.relation and source.name in ("where", "limit", "eager", "nested", "raw",
                                                     "related", "pages", "filtered", "sorted"):
                    choose(source, call, "for", "SIBLINGS", family)
    for mode in ("PAUSED", "IGNORED", "HIGH"):
        for source in ("where", "eager", "constants", "stream"):
            for call in CALLS:
                choose(SOURCE[source], call, "for", mode)
    for number, (source, call, way, mode, family) in enumerate(chosen):
        name, f = f"n{number}", FAMILIES[family]
        if way in ways:
            body = separate(name, source, call, f, way)
        elif way in ("with", "preload"):
            body = loaded_before(name, source, call, f, way)
        else:
            body = make(name, source, call, way, f)
        title = "_".join(["n", str(number), family, source.name, call.name, way, mode.lower()])
        yield Case(title, f, body, mode, []), name, way, call.name


# --- writing ------------------------------------------------------------------------------------


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


HEAD = """/* Made by generate.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elsewhere.h"
#include "letter.orm.h"
#include "number.orm.h"
#include "nplusone/product/product.h"
#include "pair.orm.h"
#include "uuid.orm.h"
"""


class Writer:
    """A file, and the lines at which the marks of the case being written came to stand."""

    def __init__(self, name):
        self.name, self.lines = name, HEAD.rstrip("\n").split("\n") + [""]

    def add(self, text, marks=None):
        for line in text:
            self.lines.append(line)
            for mark in re.findall(r"/\* @(\w+) \*/", line):
                if marks is not None:
                    marks.setdefault(mark, (self.name, len(self.lines)))


def write_elsewhere(folder):
    """Helpers in a file of their own; where their statements stand, by family and call."""
    header = ["/* Made by generate.py. */", "#include <orm/orm.h>", "",
              '#include "letter.orm.h"', '#include "number.orm.h"', '#include "pair.orm.h"',
              '#include "uuid.orm.h"', ""]
    writer, places = Writer("elsewhere.c"), {}
    for family in FAMILIES.values():
        head = (f"orm_status {family.p}_pass_book(orm_session *db, {family.p}_book *row, "
                "void *context)")
        header.append(head + ";")
        writer.add([head, "{", "    (void)db;", "    (void)row;", "    (void)context;",
                    "    return ORM_OK;", "}", ""])
    family = FAMILIES["number"]
    for call in CALLS:
        parameters, _, seen = helper_parameters(call, family, SOURCE["all"])
        head = f"orm_status {family.p}_elsewhere_{call.name}(orm_session *db, {parameters})"
        header.append(head + ";")
        marks = {}
        writer.add([head, "{"])
        writer.add(indent(call_code(call, family, seen)), marks)
        writer.add(["    return ORM_OK;", "}", ""])
        places[call.name] = marks["loop"]
    (folder / "elsewhere.h").write_text("\n".join(header) + "\n")
    (folder / "elsewhere.c").write_text("\n".join(writer.lines) + "\n")
    return places


def write_cases(folder, cases, places):
    writers = [Writer(f"cases_{i}.c") for i in range(FILES)]
    tables = [[] for _ in writers]
    for number, (case, function, shape, call) in enumerate(cases):
        writer, marks = writers[number % FILES], {}
        uses_run = any(re.search(r"\brun\b", line) for line in case.body.body)
        writer.add(case.body.before, marks)
        writer.add([f"static orm_status {function}(orm_session *db, const product_run *run)", "{"])
        writer.add(indent(([] if uses_run else ["(void)run;"]) + case.body.body), marks)
        writer.add(["    return ORM_OK;", "}", ""])
        if shape == "elsewhere":
            marks["loop"] = places[call]
        table = [f"    {{{c_string(case.name)}, {function}, PRODUCT_{case.mode}, {{"]
        for kind, evidence, subject, at, origin, statements, distinct, matched in case.found:
            site = marks[at]
            made = marks[origin] if origin else (None, 0)
            table.append(f"        {{ORM_FINDING_{kind}, ORM_EVIDENCE_{evidence}, {c_string(subject)}, "
                         f"{c_string(site[0])}, {site[1]}, "
                         f"{c_string(made[0]) if made[0] else 'NULL'}, {made[1]}, {statements}, "
                         f"{distinct}, {matched}}},")
        table.append("        {.kind = 0}}},")
        tables[number % FILES] += table
    for i, writer in enumerate(writers):
        writer.add([f"extern const product_case product_cases_{i}[];",
                    f"extern const size_t product_count_{i};",
                    f"const product_case product_cases_{i}[] = {{"] + tables[i] + ["};",
                    f"const size_t product_count_{i} = sizeof product_cases_{i} / "
                    f"sizeof *product_cases_{i};"])
        (folder / writer.name).write_text("\n".join(writer.lines) + "\n")


def write_index(folder):
    text = ["/* Made by generate.py. */", '#include "nplusone/product/product.h"', ""]
    for i in range(FILES):
        text += [f"extern const product_case product_cases_{i}[];",
                 f"extern const size_t product_count_{i};"]
    text += ["size_t product_group_size(size_t group)", "{",
             "    const size_t *const sizes[] = {"
             + ", ".join(f"&product_count_{i}" for i in range(FILES)) + "};",
             "    return *sizes[group];", "}", "",
             "const product_case *const product_groups[] = {"
             + ", ".join(f"product_cases_{i}" for i in range(FILES)) + "};",
             f"const size_t product_group_count = {FILES};", "", "const char *const product_rows[] = {"]
    for family in FAMILIES.values():
        text += [f"    {c_string(row)}," for row in rows_sql(family)]
    text += ["    NULL};"]
    (folder / "index.c").write_text("\n".join(text) + "\n")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    places = write_elsewhere(folder)
    write_cases(folder, [*positives(), *couples(), *negatives()], places)
    write_index(folder)


if __name__ == "__main__":
    main()
