#include "migrate/history.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_words[] = {
    [HISTORY_APPLIED] = "applied",
    [HISTORY_APPLYING] = "applying",
    [HISTORY_REVERTING] = "reverting",
};

static bool is_there(struct target *target, bool *there_out)
{
    struct cells cells;
    bool ok = connection_rows(&target->connection,
                              target->connection.pg
                                  ? "SELECT 1 WHERE to_regclass('" HISTORY_TABLE "') IS NOT NULL"
                                  : "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND "
                                    "name = '" HISTORY_TABLE "'",
                              NULL, 0, &cells);

    *there_out = ok && cells.rows;
    return ok;
}

static size_t number_of(const char *text)
{
    return text ? (size_t)strtoull(text, NULL, 10) : 0;
}

static struct history_entry entry_of(const char *const *cells)
{
    struct history_entry entry = {.version = cells[0],
                                  .name = cells[1],
                                  .checksum = cells[2],
                                  .step = number_of(cells[4]),
                                  .steps = number_of(cells[5]),
                                  .running = number_of(cells[6]),
                                  .done = cells[7],
                                  .applied_at = cells[8]};

    for (int i = HISTORY_APPLIED; i <= HISTORY_REVERTING; i++)
        if (strcmp(cells[3], state_words[i]) == 0)
            entry.state = (enum history_state)i;
    return entry;
}

bool history_read(struct target *target, struct history *history_out)
{
    struct arena *arena = target->connection.arena;
    struct cells cells = {0};
    bool there;

    *history_out = (struct history){0};
    if (!is_there(target, &there))
        return false;
    if (!there)
        return true;
    if (!connection_rows(&target->connection,
                         "SELECT version, name, checksum, state, step, steps, running, done, "
                         "applied_at FROM " HISTORY_TABLE " ORDER BY version",
                         NULL, 0, &cells))
        return false;
    history_out->count = cells.rows;
    history_out->items = arena_array(arena, cells.rows, sizeof *history_out->items);
    for (size_t i = 0; i < cells.rows; i++)
        history_out->items[i] = entry_of(cells.items + i * cells.columns);
    return true;
}

const struct history_entry *history_find(const struct history *history, const char *version)
{
    for (size_t i = 0; i < history->count; i++)
        if (strcmp(history->items[i].version, version) == 0)
            return &history->items[i];
    return NULL;
}

bool history_prepare(struct target *target)
{
    bool there = false;

    if (!is_there(target, &there))
        return false;
    return there || target_run(target, "CREATE TABLE IF NOT EXISTS " HISTORY_TABLE " (\n"
                                       "    version text NOT NULL PRIMARY KEY,\n"
                                       "    name text NOT NULL,\n"
                                       "    checksum text NOT NULL,\n"
                                       "    state text NOT NULL,\n"
                                       "    step integer NOT NULL,\n"
                                       "    steps integer NOT NULL,\n"
                                       "    running integer NOT NULL,\n"
                                       "    done text NOT NULL,\n"
                                       "    applied_at text NOT NULL\n)");
}

static bool run_with(struct target *target, const char *sql, const char *const *values,
                     size_t count)
{
    struct cells cells;
    bool ok = connection_rows(&target->connection, sql, values, count, &cells);

    if (!ok)
        target->fault = "the table " HISTORY_TABLE " can't be written";
    return ok;
}

bool history_write(struct target *target, const struct history_entry *entry)
{
    struct arena *arena = target->connection.arena;
    const char *now = target->connection.pg
                          ? "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
                          : "strftime('%Y-%m-%d %H:%M:%S', 'now')";
    const char *const values[] = {entry->version,
                                  entry->name,
                                  entry->checksum,
                                  state_words[entry->state],
                                  arena_format(arena, "%zu", entry->step),
                                  arena_format(arena, "%zu", entry->steps),
                                  arena_format(arena, "%zu", entry->running),
                                  entry->done ? entry->done : ""};
    const char *numbers = target->connection.pg ? "$5::text::integer, $6::text::integer, "
                                                  "$7::text::integer"
                                                : "CAST($5 AS INTEGER), CAST($6 AS INTEGER), "
                                                  "CAST($7 AS INTEGER)";

    return run_with(target,
                    arena_format(arena,
                                 "INSERT INTO " HISTORY_TABLE " (version, name, checksum, state, "
                                 "step, steps, running, done, applied_at) "
                                 "VALUES ($1, $2, $3, $4, %s, $8, %s) "
                                 "ON CONFLICT (version) DO UPDATE SET name = excluded.name, "
                                 "checksum = excluded.checksum, state = excluded.state, "
                                 "step = excluded.step, steps = excluded.steps, "
                                 "running = excluded.running, done = excluded.done, "
                                 "applied_at = excluded.applied_at",
                                 numbers, now),
                    values, sizeof values / sizeof *values);
}

bool history_remove(struct target *target, const char *version)
{
    return run_with(target, "DELETE FROM " HISTORY_TABLE " WHERE version = $1", &version, 1);
}
