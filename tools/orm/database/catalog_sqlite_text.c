#include <string.h>
#include <strings.h>

#include "database/catalog.h"
#include "database/sqlite_scan.h"

/* What is read of one CREATE TABLE. */
struct reading {
    struct arena *arena;
    struct scan scan;
    struct catalog_table *table;
    struct catalog_column *column; /* the one whose definition it is in, or NULL */
    const char *name;              /* what CONSTRAINT said, or NULL */
    size_t foreign_keys;           /* seen so far */
    struct pointers uniques;
    struct pointers checks;
};

static struct catalog_column *column_of(struct catalog_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcasecmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

/* ON CONFLICT word: the word, or NULL. */
static const char *read_conflict(struct reading *reading)
{
    const char *word;

    if (!scan_is(&reading->scan, "on"))
        return NULL;
    scan_next(&reading->scan);
    if (!scan_take(&reading->scan, "conflict"))
        return NULL;
    word = scan_name(&reading->scan);
    scan_next(&reading->scan);
    return word;
}

/* (a COLLATE b DESC, c) */
static struct catalog_names read_names(struct reading *reading)
{
    struct scan *scan = &reading->scan;
    struct pointers names = {0};
    bool starts = true;

    for (scan_next(scan); scan->kind != SCAN_END && !scan_is_character(scan, ')');
         scan_next(scan)) {
        if (starts && scan->kind != SCAN_OTHER) {
            const char *name = scan_name(scan);
            const struct catalog_column *column = column_of(reading->table, name);

            pointers_add(reading->arena, &names, (void *)(column ? column->name : name));
        }
        starts = scan_is_character(scan, ',');
    }
    scan_next(scan);
    return (struct catalog_names){(const char **)names.items, names.count};
}

static struct catalog_names one_name(struct arena *arena, const char *name)
{
    const char **items = arena_array(arena, 1, sizeof *items);

    items[0] = name;
    return (struct catalog_names){items, 1};
}

/* A key of one INTEGER column is the row's number, unless it is written DESC at the column. */
static void set_rowid(struct reading *reading, bool descending, bool increments)
{
    struct catalog_table *table = reading->table;
    const struct catalog_key *key = table->primary_key;
    struct catalog_column *column;

    if (!key || key->columns.count != 1 || table->without_rowid || descending)
        return;
    column = column_of(table, key->columns.items[0]);
    if (column && strcasecmp(column->type, "integer") == 0)
        column->generated = increments ? CATALOG_AUTOINCREMENT : CATALOG_ROWID;
}

static void read_primary_key(struct reading *reading)
{
    struct scan *scan = &reading->scan;
    struct catalog_key *key = reading->table->primary_key;
    bool descending = false;
    const char *conflict;

    scan_take(scan, "key");
    if (!reading->column && scan_is_character(scan, '('))
        read_names(reading);
    if (!scan_take(scan, "asc"))
        descending = scan_take(scan, "desc");
    conflict = read_conflict(reading);
    set_rowid(reading, descending, scan_take(scan, "autoincrement"));
    if (!key)
        return;
    key->name = reading->name;
    key->conflict = conflict;
}

static void read_unique(struct reading *reading)
{
    struct catalog_key *key = arena_alloc(reading->arena, sizeof *key);

    key->name = reading->name;
    if (reading->column)
        key->columns = one_name(reading->arena, reading->column->name);
    else if (scan_is_character(&reading->scan, '('))
        key->columns = read_names(reading);
    key->conflict = read_conflict(reading);
    pointers_add(reading->arena, &reading->uniques, key);
}

static void read_check(struct reading *reading)
{
    struct catalog_check *check = arena_alloc(reading->arena, sizeof *check);

    check->name = reading->name;
    check->valid = true;
    check->column = reading->column ? reading->column->name : NULL;
    check->expression = catalog_unwrapped(
        reading->arena, catalog_expression(reading->arena, scan_parenthesis(&reading->scan)));
    read_conflict(reading);
    pointers_add(reading->arena, &reading->checks, check);
}

/* [NOT] DEFERRABLE [INITIALLY word] */
static void read_deferrable(struct reading *reading, struct catalog_foreign_key *key, bool is_not)
{
    struct scan *scan = &reading->scan;

    key->deferrable = !is_not;
    if (!scan_take(scan, "initially"))
        return;
    key->deferred = key->deferrable && scan_is(scan, "deferred");
    scan_next(scan);
}

/* From behind REFERENCES. The pragma told columns and actions. */
static void read_references(struct reading *reading)
{
    struct scan *scan = &reading->scan;
    struct catalog_foreign_key none;
    struct catalog_foreign_key *key = reading->foreign_keys < reading->table->foreign_key_count
                                          ? &reading->table->foreign_keys[reading->foreign_keys]
                                          : &none;

    reading->foreign_keys++;
    key->name = reading->name;
    scan_next(scan);
    if (scan_is_character(scan, '('))
        scan_parenthesis(scan);
    for (;;) {
        if (scan_take(scan, "on")) {
            scan_next(scan); /* DELETE or UPDATE */
            if (scan_take(scan, "set") || scan_take(scan, "no"))
                scan_next(scan);
            else
                scan_next(scan);
        } else if (scan_take(scan, "match")) {
            scan_next(scan);
        } else if (scan_take(scan, "deferrable")) {
            read_deferrable(reading, key, false);
        } else if (scan_is(scan, "not")) {
            struct scan ahead = *scan;

            scan_next(&ahead);
            if (!scan_is(&ahead, "deferrable"))
                return;
            scan_next(scan);
            scan_next(scan);
            read_deferrable(reading, key, true);
        } else {
            return;
        }
    }
}

static void read_generated(struct reading *reading)
{
    struct catalog_column *column = reading->column;
    const char *expression = scan_parenthesis(&reading->scan);

    if (column)
        column->expression =
            catalog_unwrapped(reading->arena, catalog_expression(reading->arena, expression));
    if (!scan_take(&reading->scan, "stored"))
        scan_take(&reading->scan, "virtual");
}

/* DEFAULT (expression), a word, or a number with its sign; the pragma told it. */
static void skip_default(struct reading *reading)
{
    struct scan *scan = &reading->scan;

    if (scan_is_character(scan, '(')) {
        scan_parenthesis(scan);
        return;
    }
    if (scan_is_character(scan, '-') || scan_is_character(scan, '+'))
        scan_next(scan);
    scan_next(scan);
}

static void read_collation(struct reading *reading)
{
    const char *name = scan_name(&reading->scan);

    if (reading->column && strcasecmp(name, "binary") != 0)
        reading->column->collation = name;
    scan_next(&reading->scan);
}

/* One constraint of a column or a table. False: this is none. */
static bool read_constraint(struct reading *reading)
{
    struct scan *scan = &reading->scan;

    reading->name = NULL;
    if (scan_take(scan, "constraint")) {
        reading->name = scan_name(scan);
        scan_next(scan);
    }
    if (scan_take(scan, "primary")) {
        read_primary_key(reading);
    } else if (scan_take(scan, "unique")) {
        read_unique(reading);
    } else if (scan_take(scan, "check")) {
        read_check(reading);
    } else if (scan_take(scan, "foreign")) {
        scan_take(scan, "key");
        scan_parenthesis(scan);
    } else if (scan_take(scan, "references")) {
        read_references(reading);
        if (reading->column)
            reading->name = NULL;
    } else if (scan_take(scan, "not") || scan_take(scan, "null")) {
        scan_take(scan, "null");
        read_conflict(reading);
    } else if (scan_take(scan, "default")) {
        skip_default(reading);
    } else if (scan_take(scan, "collate")) {
        read_collation(reading);
    } else if (scan_take(scan, "generated")) {
        scan_take(scan, "always");
    } else if (scan_take(scan, "as")) {
        read_generated(reading);
    } else {
        return reading->name != NULL;
    }
    return true;
}

static bool starts_table_constraint(const struct scan *scan)
{
    static const char *const words[] = {"constraint", "primary", "unique", "check", "foreign"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (scan_is(scan, words[i]))
            return true;
    return false;
}

static bool starts_column_constraint(const struct scan *scan)
{
    static const char *const words[] = {"constraint", "primary",   "not",     "null",
                                        "unique",     "check",     "default", "collate",
                                        "references", "generated", "as"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (scan_is(scan, words[i]))
            return true;
    return false;
}

static bool ends_part(const struct scan *scan)
{
    return scan->kind == SCAN_END || scan_is_character(scan, ',') || scan_is_character(scan, ')');
}

static void skip_type(struct scan *scan)
{
    while (!ends_part(scan) && !starts_column_constraint(scan)) {
        if (scan_is_character(scan, '('))
            scan_parenthesis(scan);
        else
            scan_next(scan);
    }
}

/* A name before FOREIGN KEY (...) holds for the REFERENCES behind it. */
static void read_table_constraint(struct reading *reading)
{
    const char *name = NULL;
    struct scan *scan = &reading->scan;

    while (!ends_part(scan)) {
        size_t start = scan->start;

        if (scan_is(scan, "references")) {
            scan_next(scan);
            reading->name = name;
            read_references(reading);
            continue;
        }
        if (!read_constraint(reading) || scan->start == start)
            scan_next(scan);
        name = reading->name;
    }
}

static void read_column(struct reading *reading)
{
    struct scan *scan = &reading->scan;

    reading->column = column_of(reading->table, scan_name(scan));
    scan_next(scan);
    skip_type(scan);
    while (!ends_part(scan)) {
        size_t start = scan->start;

        if (!read_constraint(reading) || scan->start == start)
            scan_next(scan);
    }
    reading->column = NULL;
}

static void keep_lists(struct reading *reading)
{
    struct catalog_table *table = reading->table;

    table->unique_count = reading->uniques.count;
    table->uniques = arena_array(reading->arena, table->unique_count, sizeof *table->uniques);
    for (size_t i = 0; i < table->unique_count; i++)
        table->uniques[i] = *(struct catalog_key *)reading->uniques.items[i];
    table->check_count = reading->checks.count;
    table->checks = arena_array(reading->arena, table->check_count, sizeof *table->checks);
    for (size_t i = 0; i < table->check_count; i++)
        table->checks[i] = *(struct catalog_check *)reading->checks.items[i];
}

static void read_view(struct reading *reading)
{
    struct scan *scan = &reading->scan;
    size_t size = strlen(scan->text);

    while (scan->kind != SCAN_END && !scan_is(scan, "as"))
        scan_next(scan);
    scan_next(scan);
    while (size && strchr("; \t\r\n", scan->text[size - 1]))
        size--;
    reading->table->definition =
        size > scan->start
            ? catalog_expression(reading->arena,
                                 scan_slice(reading->arena, scan->text, scan->start, size))
            : "";
}

bool catalog_read_sqlite_text(struct arena *arena, struct catalog_table *table)
{
    struct reading reading = {.arena = arena, .table = table};
    struct scan *scan = &reading.scan;

    *scan = scan_begin(arena, table->sql);
    if (table->kind == CATALOG_VIEW) {
        read_view(&reading);
        return true;
    }
    while (scan->kind != SCAN_END && !scan_is_character(scan, '('))
        scan_next(scan);
    while (scan->kind != SCAN_END && !scan_is_character(scan, ')')) {
        scan_next(scan); /* the parenthesis or comma before it */
        if (starts_table_constraint(scan))
            read_table_constraint(&reading);
        else
            read_column(&reading);
    }
    keep_lists(&reading);
    return true;
}
