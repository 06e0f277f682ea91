#include "migrate/runner.h"

#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "migrate/steps.h"

const struct migration *runner_find(const struct runner *runner, const char *version)
{
    for (size_t i = 0; i < runner->folder->count; i++)
        if (strcmp(runner->folder->items[i].version, version) == 0)
            return &runner->folder->items[i];
    return NULL;
}

static bool judge_entry(const struct runner *runner, const struct history_entry *entry)
{
    const struct migration *migration = runner_find(runner, entry->version);

    if (!migration && entry->state != HISTORY_APPLIED) {
        report_error("%s_%s is half done, and its file is not in %s; put it back", entry->version,
                     entry->name, runner->folder->path);
        return false;
    }
    if (!migration || entry->state == HISTORY_APPLYING)
        return true;
    if (strcmp(migration->checksum, entry->checksum) == 0)
        return true;
    report_error("%s was changed after it was applied (%s); bring back what it was, and write "
                 "a new migration for what is new",
                 migration->up_path, entry->applied_at);
    return false;
}

bool runner_prepare(struct runner *runner)
{
    bool ok = true;

    if (!history_read(runner->target, &runner->history))
        return false;
    for (size_t i = 0; i < runner->history.count; i++)
        ok = judge_entry(runner, &runner->history.items[i]) && ok;
    return ok;
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool apply(struct runner *runner, const struct migration *migration,
                  const struct history_entry *begun)
{
    double from = seconds_now();

    if (!steps_run(runner, migration, begun, true))
        return false;
    if (!runner->quiet)
        printf("applied %s_%s (%.2f s)\n", migration->version, migration->name,
               seconds_now() - from);
    fflush(stdout);
    return true;
}

static bool revert(struct runner *runner, const struct migration *migration,
                   const struct history_entry *entry)
{
    double from = seconds_now();

    if (!migration->down_path) {
        report_error("%s has no .down.sql; write one, or leave it applied", migration->up_path);
        return false;
    }
    if (!steps_run(runner, migration, entry, false))
        return false;
    if (!runner->quiet)
        printf("reverted %s_%s (%.2f s)\n", migration->version, migration->name,
               seconds_now() - from);
    fflush(stdout);
    return true;
}

static const struct history_entry *half_done(const struct runner *runner)
{
    for (size_t i = 0; i < runner->history.count; i++)
        if (runner->history.items[i].state != HISTORY_APPLIED)
            return &runner->history.items[i];
    return NULL;
}

/* Goes on with what was interrupted, in the direction in which it went. */
static bool finish(struct runner *runner)
{
    const struct history_entry *entry = half_done(runner);
    const struct migration *migration = entry ? runner_find(runner, entry->version) : NULL;
    bool ok;

    if (!entry)
        return true;
    printf("going on with %s_%s: %zu of %zu steps were done\n", entry->version, entry->name,
           entry->step, entry->steps);
    ok = entry->state == HISTORY_APPLYING ? apply(runner, migration, entry)
                                          : revert(runner, migration, entry);
    return ok && runner_prepare(runner);
}

/* Files older than the newest that is applied come from branches that were merged. */
static void note_order(const struct runner *runner, const struct migration *migration)
{
    const struct history *history = &runner->history;

    if (history->count &&
        strcmp(history->items[history->count - 1].version, migration->version) > 0)
        fprintf(stderr, "orm: note: %s_%s is older than %s, which is applied already\n",
                migration->version, migration->name, history->items[history->count - 1].version);
}

bool runner_up(struct runner *runner, size_t limit, const char *to)
{
    size_t done = 0;

    if (!finish(runner))
        return false;
    for (size_t i = 0; i < runner->folder->count && done < limit; i++) {
        const struct migration *migration = &runner->folder->items[i];

        if (history_find(&runner->history, migration->version))
            continue;
        if (to && strcmp(migration->version, to) > 0)
            break;
        note_order(runner, migration);
        if (!apply(runner, migration, NULL))
            return false;
        done++;
    }
    if (!done && !runner->quiet)
        puts("nothing to apply");
    return true;
}

bool runner_down(struct runner *runner, size_t count, const char *to)
{
    size_t done = 0;

    if (!finish(runner))
        return false;
    for (size_t i = runner->history.count; i-- > 0 && (to || done < count);) {
        const struct history_entry *entry = &runner->history.items[i];
        const struct migration *migration = runner_find(runner, entry->version);

        if (to && strcmp(entry->version, to) <= 0)
            break;
        if (!migration) {
            report_error("%s_%s is applied, and its file is not in %s", entry->version, entry->name,
                         runner->folder->path);
            return false;
        }
        if (!revert(runner, migration, entry))
            return false;
        done++;
    }
    if (!done && !runner->quiet)
        puts("nothing to revert");
    return true;
}

bool runner_baseline(struct runner *runner, const char *to)
{
    struct target *target = runner->target;
    size_t done = 0;
    bool ok = target_begin(target) && history_prepare(target);

    for (size_t i = 0; ok && i < runner->folder->count; i++) {
        const struct migration *migration = &runner->folder->items[i];
        struct history_entry entry = {.version = migration->version,
                                      .name = migration->name,
                                      .checksum = migration->checksum,
                                      .step = migration->up.count,
                                      .steps = migration->up.count};

        if (history_find(&runner->history, migration->version) ||
            (to && strcmp(migration->version, to) > 0))
            continue;
        ok = history_write(target, &entry);
        done++;
    }
    if (!ok)
        target_rollback(target);
    ok = ok && target_commit(target);
    if (ok)
        printf("%zu migration%s marked as applied\n", done, done == 1 ? "" : "s");
    return ok;
}
