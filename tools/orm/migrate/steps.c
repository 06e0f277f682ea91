#include "migrate/steps.h"

#include <string.h>

#include "progress.h"

/* One file on its way. */
struct work {
    struct runner *runner;
    struct target *target;
    const struct migration *migration;
    const struct script *script;
    const char *path;
    bool up;
    struct history_entry entry; /* as it is in the database, without a transaction */
    struct progress progress;
};

static void show_progress(struct work *work, size_t index)
{
    const char *words = script_words(work->runner->arena, work->script->statements[index].text);

    if (!work->runner->quiet && work->script->count > 1)
        progress_step(&work->progress,
                      arena_format(work->runner->arena, "%s: %s", work->migration->name, words));
}

/* What to do about it, for the failures that people meet most. */
static const char *advice(const struct work *work, const char *statement)
{
    const char *fault = work->target->fault;
    const char *state = work->target->state;

    if (strcmp(state, "23502") == 0 || strstr(fault, "NOT NULL constraint failed") ||
        strstr(fault, "Cannot add a NOT NULL column"))
        return "\n  the table has rows without a value for it: give the column a default, make it "
               "nullable,\n  or write an UPDATE that fills it before it becomes NOT NULL "
               "(`orm migrate new --fill`)";
    if (strcmp(state, "25001") == 0 || strstr(fault, "within a transaction"))
        return "\n  it can't run in a transaction: begin the file with '-- orm: no transaction'";
    if (strcmp(state, "55P04") == 0)
        return "\n  a new label of an enum can be used only after COMMIT: add it in a migration of "
               "its own";
    if (strcmp(state, "55P03") == 0)
        return arena_format(
            work->runner->arena,
            "\n  others held a lock on it for %.3g s, and everybody else would have queued up "
            "behind "
            "this\n  statement; apply it again when they are done (SELECT pid, xact_start, query "
            "FROM\n  pg_stat_activity ORDER BY xact_start), or wait longer: --lock-timeout",
            (double)work->target->lock_ms / 1000);
    if (!*state && strstr(fault, "database is locked"))
        return "\n  another process writes to it, or holds a transaction open; try again when it "
               "is "
               "done,\n  or wait longer: --lock-timeout";
    (void)statement;
    return "";
}

static void report_step(struct work *work, size_t index, const char *outcome)
{
    const struct script_statement *statement = &work->script->statements[index];

    progress_end(&work->progress);
    report_error("%s:%u: %s: %s%s\n  %s", work->path, statement->line,
                 script_words(work->runner->arena, statement->text), work->target->fault,
                 advice(work, statement->text), outcome);
}

static bool record(struct work *work, enum history_state state)
{
    work->entry.state = state;
    work->entry.checksum = work->migration->checksum;
    return history_write(work->target, &work->entry);
}

/* What the foreign keys of SQLite refuse, as text; NULL: the database can't tell. */
static const char *violations(struct work *work, size_t *count_out)
{
    struct arena *arena = work->runner->arena;
    struct text found = {0};
    struct cells cells;

    if (!connection_rows(&work->target->connection,
                         "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check "
                         "GROUP BY 1, 2 ORDER BY 1, 2",
                         NULL, 0, &cells))
        return NULL;
    text_add_string(arena, &found, "");
    for (size_t i = 0; i < cells.rows; i++) {
        const char *const *row = cells.items + i * 3;

        text_add_string(arena, &found,
                        arena_format(arena, "%s%s row%s of %s refer%s to no row of %s",
                                     i ? ", " : "", row[2], strcmp(row[2], "1") == 0 ? "" : "s",
                                     row[0], strcmp(row[2], "1") == 0 ? "s" : "", row[1]));
    }
    *count_out = cells.rows;
    return found.text;
}

static bool check_keys(struct work *work, const char *before)
{
    size_t count = 0;
    const char *after = violations(work, &count);

    if (after && (!count || strcmp(before, after) == 0))
        return true;
    progress_end(&work->progress);
    report_error("%s: foreign keys would be broken: %s\n  the database is as it was", work->path,
                 after ? after : "they can't be checked");
    return false;
}

static bool run_all(struct work *work)
{
    for (size_t i = 0; i < work->script->count; i++) {
        show_progress(work, i);
        if (!target_run(work->target, work->script->statements[i].text)) {
            report_step(work, i, "nothing of this migration was done, the database is as it was");
            return false;
        }
    }
    return true;
}

static bool note_done(struct work *work)
{
    bool ok = history_prepare(work->target) &&
              (work->up ? record(work, HISTORY_APPLIED)
                        : history_remove(work->target, work->migration->version));

    if (!ok)
        report_error("%s: %s\n  the database is as it was", work->path, work->target->fault);
    return ok;
}

static bool run_in_transaction(struct work *work)
{
    bool keys_off = work->target->dialect == SQL_SQLITE && work->script->no_foreign_keys;
    const char *before = NULL;
    size_t count;
    bool ok = true;

    /* SQLite heeds this outside transactions only. */
    if (keys_off)
        ok = target_run(work->target, "PRAGMA foreign_keys = OFF") &&
             (before = violations(work, &count)) != NULL;
    ok = ok && target_begin(work->target);
    work->entry.step = work->entry.steps = work->script->count;
    ok = ok && run_all(work) && (!keys_off || check_keys(work, before)) && note_done(work);
    if (ok)
        ok = target_commit(work->target);
    else
        target_rollback(work->target);
    if (keys_off)
        (void)(target_run(work->target, "PRAGMA legacy_alter_table = OFF") &&
               target_run(work->target, "PRAGMA foreign_keys = ON"));
    return ok;
}

/* Of the first `count` statements: a file may be mended behind what is done. */
static const char *checksum_of(struct arena *arena, const struct script *script, size_t count)
{
    struct text done = {0};

    text_add_string(arena, &done, "");
    for (size_t i = 0; i < count; i++) {
        text_add_string(arena, &done, script->statements[i].text);
        text_add_string(arena, &done, ";\n");
    }
    return folder_checksum(arena, done.text, done.length);
}

static bool needs_no_transaction(const struct target *target, const char *statement)
{
    struct script_token token;
    const char *end = statement + strlen(statement);
    static const char *const words[] = {"VACUUM", "PRAGMA", "ATTACH", "DETACH"};

    if (target->dialect != SQL_SQLITE)
        return false;
    token = script_token(SQL_SQLITE, statement, end);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (script_is(&token, words[i]))
            return true;
    return false;
}

static bool count_step(struct work *work, size_t done)
{
    work->entry.step = done;
    work->entry.running = 0;
    work->entry.done = checksum_of(work->runner->arena, work->script, done);
    return record(work, work->up ? HISTORY_APPLYING : HISTORY_REVERTING);
}

enum outcome { STEP_DONE, STEP_FAILED, STEP_WANTS_NO_TRANSACTION };

/* The statement and its count in one transaction, where the statement allows that. */
static enum outcome try_step(struct work *work, size_t index)
{
    const char *sql = work->script->statements[index].text;
    enum outcome outcome = STEP_FAILED;

    if (needs_no_transaction(work->target, sql))
        return STEP_WANTS_NO_TRANSACTION;
    if (!target_begin(work->target))
        return STEP_FAILED;
    if (target_run(work->target, sql) && count_step(work, index + 1))
        return target_commit(work->target) ? STEP_DONE : STEP_FAILED;
    if (strcmp(work->target->state, "25001") == 0)
        outcome = STEP_WANTS_NO_TRANSACTION;
    target_rollback(work->target);
    work->entry.step = index;
    return outcome;
}

/* "SELECT 1" of an index whose building was interrupted, or the reason to think it was built. */
static const char *index_of(struct arena *arena, const char *statement)
{
    const char *end = statement + strlen(statement);
    const char *name = NULL;
    bool concurrently = false;

    for (const char *at = statement; at < end && !name;) {
        struct script_token token = script_token(SQL_POSTGRESQL, at, end);
        bool skipped = token.kind == SCRIPT_BLANK || script_is(&token, "CREATE") ||
                       script_is(&token, "UNIQUE") || script_is(&token, "INDEX") ||
                       script_is(&token, "IF") || script_is(&token, "NOT") ||
                       script_is(&token, "EXISTS") || script_is(&token, "DROP");

        at += token.length;
        if (script_is(&token, "CONCURRENTLY"))
            concurrently = true;
        else if (!skipped && !concurrently)
            return NULL;
        else if (!skipped)
            name = arena_copy(arena, token.text, strcspn(token.text, " \t\r\n(;"));
    }
    return name;
}

/*
 * A statement outside transactions was begun when the last run ended. Whether it took effect can be
 * told of indexes: a valid one is done, an invalid one is removed and built again, one that is gone
 * need not be dropped. What else must be alone (VACUUM and its like) may run twice.
 */
static bool settle_begun(struct work *work, size_t index, bool *done_out)
{
    const char *sql = work->script->statements[index].text;
    struct arena *arena = work->runner->arena;
    const char *name = work->target->connection.pg ? index_of(arena, sql) : NULL;
    bool drops = strncmp(script_words(arena, sql), "DROP", 4) == 0;
    struct cells cells;

    *done_out = false;
    if (!name)
        return true;
    if (!connection_rows(&work->target->connection,
                         "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)",
                         &name, 1, &cells))
        return false;
    *done_out = drops ? !cells.rows : cells.rows && strcmp(cells.items[0], "t") == 0;
    if (drops || !cells.rows || *done_out)
        return true;
    return target_run(work->target, arena_format(arena, "DROP INDEX CONCURRENTLY %s", name));
}

static bool run_alone(struct work *work, size_t index, bool begun)
{
    bool done = false;

    if (begun && !settle_begun(work, index, &done))
        return false;
    work->entry.running = index + 1;
    if (!done && !record(work, work->up ? HISTORY_APPLYING : HISTORY_REVERTING))
        return false;
    /* CREATE INDEX CONCURRENTLY and its like wait for others while nobody waits for them. */
    if (!done && !(target_use_lock_timeout(work->target, false) &&
                   target_run(work->target, work->script->statements[index].text))) {
        const char *fault = work->target->fault;

        /* What failed left nothing but an index that can't be used. */
        if (settle_begun(work, index, &done))
            (void)count_step(work, index);
        work->target->fault = fault;
        return false;
    }
    return target_use_lock_timeout(work->target, true) && count_step(work, index + 1);
}

static bool run_step(struct work *work, size_t index, size_t begun)
{
    enum outcome outcome = STEP_WANTS_NO_TRANSACTION;

    show_progress(work, index);
    if (begun != index + 1)
        outcome = try_step(work, index);
    if (outcome == STEP_WANTS_NO_TRANSACTION)
        outcome = run_alone(work, index, begun == index + 1) ? STEP_DONE : STEP_FAILED;
    if (outcome == STEP_FAILED)
        report_step(work, index,
                    arena_format(work->runner->arena,
                                 "%zu of %zu steps are done; mend the cause, then `orm migrate "
                                 "up` goes on here",
                                 index, work->script->count));
    return outcome == STEP_DONE;
}

/* Whether what is done is still what the file begins with. */
static bool may_go_on(struct work *work, const struct history_entry *entry)
{
    if (entry->step <= work->script->count &&
        strcmp(checksum_of(work->runner->arena, work->script, entry->step), entry->done) == 0)
        return true;
    report_error("%s was changed: its first %zu statement%s %s done already; bring them back, and "
                 "change only what follows",
                 work->path, entry->step, entry->step == 1 ? "" : "s",
                 entry->step == 1 ? "is" : "are");
    return false;
}

static bool finish_counted(struct work *work)
{
    bool ok = target_begin(work->target);

    if (!ok)
        return false;
    if (note_done(work))
        return target_commit(work->target);
    target_rollback(work->target);
    return false;
}

static bool run_counted(struct work *work, const struct history_entry *entry)
{
    bool resumed = entry && entry->state != HISTORY_APPLIED;
    size_t begun = resumed ? entry->running : 0;

    if (resumed && !may_go_on(work, entry))
        return false;
    work->entry.step = resumed ? entry->step : 0;
    work->progress.done = work->entry.step;
    work->entry.steps = work->script->count;
    if (!resumed && !(history_prepare(work->target) && count_step(work, 0))) {
        report_error("%s: %s", work->path, work->target->fault);
        return false;
    }
    for (size_t i = work->entry.step; i < work->script->count; i++)
        if (!run_step(work, i, begun))
            return false;
    work->entry.running = 0;
    return finish_counted(work);
}

bool steps_run(struct runner *runner, const struct migration *migration,
               const struct history_entry *entry, bool up)
{
    struct work work = {.runner = runner,
                        .target = runner->target,
                        .migration = migration,
                        .script = up ? &migration->up : &migration->down,
                        .path = up ? migration->up_path : migration->down_path,
                        .up = up};
    bool ok;

    work.progress = progress_begin(up ? "applying" : "reverting", work.script->count);
    work.entry.version = migration->version;
    work.entry.name = migration->name;
    work.entry.checksum = migration->checksum;
    /* a file before may have set another */
    if (runner->target->lock_ms && !target_use_lock_timeout(runner->target, true)) {
        report_error("%s", runner->target->fault);
        return false;
    }
    ok = work.script->no_transaction ? run_counted(&work, entry) : run_in_transaction(&work);
    progress_end(&work.progress);
    return ok;
}
