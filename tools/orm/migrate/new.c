#include <string.h>

#include "diff/report.h"
#include "diff/side.h"
#include "migrate/migrate.h"
#include "migrate/online.h"
#include "migrate/plan.h"

/* A migration in the making. It is tried out in the scratch database before it is written. */
struct making {
    struct arena *arena;
    const struct migrate_words *words;
    enum sql_dialect dialect;
    struct folder folder;
    struct side_room room; /* its database gets what the folder makes */
    struct catalog before;
    struct catalog after;
    struct side models;
    struct plan up;
    struct plan down;
    /* With --online, what comes behind that, one by one and without a transaction. */
    const struct catalog *half; /* what `up` leads to; that of the models without --online */
    struct plan late_up;
    struct plan late_down;
};

static bool is_name(const char *name)
{
    for (const char *at = name; *at; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", *at))
            return false;
    return *name != '\0' && strlen(name) <= 100;
}

static bool load_folder(struct making *making)
{
    struct runner runner = {.arena = making->arena,
                            .target = &making->room.scratch.target,
                            .folder = &making->folder,
                            .quiet = true};

    return runner_up(&runner, SIZE_MAX, NULL) &&
           catalog_read(&making->room.scratch.target.connection, NULL, 0, &making->before);
}

/* All steps as `up` will run them. */
static bool try_plan(struct making *making, const struct plan *plan)
{
    struct target *target = &making->room.scratch.target;
    bool together = !plan->options.concurrent;
    bool ok = !plan->no_foreign_keys || target_run(target, "PRAGMA foreign_keys = OFF");

    ok = ok && (!together || target_begin(target));
    for (size_t i = 0; ok && i < plan->steps.count; i++) {
        const struct step *step = plan->steps.items[i];

        ok = target_run(target, step->sql);
        if (!ok)
            report_error("the database refuses a step of the plan: %s\n  %s\n  write this "
                         "migration by hand (orm migrate new --empty)",
                         target->fault, step->sql);
    }
    if (ok && together)
        return target_commit(target);
    target_rollback(target);
    return ok;
}

/* Whether the plan leads where it should; what is left is named. */
static bool is_equal(struct making *making, const struct comparison *comparison, const char *what)
{
    struct changes left = changes_find(making->arena, comparison);

    for (size_t i = 0; i < left.items.count; i++) {
        const struct change *change = left.items.items[i];

        report_error("%s: the plan leaves a difference, %s%s%s%s%s", what,
                     diff_subject(making->arena, change), change->property_count ? ": " : "",
                     change->property_count ? change->properties[0].name : "",
                     change->property_count ? " stays " : "",
                     change->property_count && change->properties[0].old ? change->properties[0].old
                                                                         : "");
    }
    if (left.items.count)
        report_error("write this migration by hand (orm migrate new --empty)");
    return left.items.count == 0;
}

/* Whether the plan can be made; what can't be done is named. */
static bool is_whole(const struct plan *plan)
{
    for (size_t i = 0; i < plan->faults.count; i++)
        report_error("%s", (const char *)plan->faults.items[i]);
    return plan->faults.count == 0;
}

static struct changes *find_changes(struct making *making, const struct comparison *comparison)
{
    struct changes *changes = arena_alloc(making->arena, sizeof *changes);

    *changes = changes_find(making->arena, comparison);
    return changes;
}

static bool read_state(struct making *making, struct catalog *to)
{
    return catalog_read(&making->room.scratch.target.connection, NULL, 0, to);
}

static bool plan_up(struct making *making)
{
    struct comparison comparison = {
        .from = &making->before, .to = making->half, .to_models = making->models.models};
    struct comparison reached = {
        .from = &making->after, .to = making->half, .to_models = making->models.models};
    struct plan_options options = {.fills = &making->words->fills};

    making->up = plan_make(find_changes(making, &comparison), &options);
    return is_whole(&making->up) && try_plan(making, &making->up) &&
           read_state(making, &making->after) && is_equal(making, &reached, "up");
}

/* From the first half to the models and back to it. */
static bool plan_late(struct making *making)
{
    struct catalog whole;
    struct catalog back;
    struct comparison comparison = {
        .from = &making->after, .to = &making->models.catalog, .to_models = making->models.models};
    struct comparison reached = {
        .from = &whole, .to = &making->models.catalog, .to_models = making->models.models};
    struct comparison way_back = {.from = &whole, .to = &making->after, .complete = true};
    struct comparison left = {.from = &back, .to = &making->after, .complete = true};
    struct plan_options options = {.fills = &making->words->fills, .concurrent = true};

    making->late_up = plan_make(find_changes(making, &comparison), &options);
    if (!is_whole(&making->late_up) || !try_plan(making, &making->late_up) ||
        !read_state(making, &whole) || !is_equal(making, &reached, "up"))
        return false;
    options.backwards = true;
    making->late_down = plan_make(find_changes(making, &way_back), &options);
    return is_whole(&making->late_down) && try_plan(making, &making->late_down) &&
           read_state(making, &back) && is_equal(making, &left, "down");
}

static bool plan_down(struct making *making)
{
    struct catalog back;
    struct comparison comparison = {.from = &making->after,
                                    .to = &making->before,
                                    .from_models = making->models.models,
                                    .complete = true};
    struct comparison reached = {.from = &back, .to = &making->before, .complete = true};

    making->down =
        plan_make(find_changes(making, &comparison), &(struct plan_options){.backwards = true});
    return is_whole(&making->down) && try_plan(making, &making->down) &&
           read_state(making, &back) && is_equal(making, &reached, "down");
}

/* Each step that loses something is named. */
static bool may_destroy(const struct making *making)
{
    size_t count = 0;

    for (size_t i = 0; i < making->up.steps.count; i++) {
        const struct step *step = making->up.steps.items[i];

        if (!step->destroys)
            continue;
        count++;
        if (!making->words->allow_destructive)
            report_error("this would destroy: %s", step->destroys);
    }
    if (count && !making->words->allow_destructive)
        report_error("nothing was written; say --allow-destructive if that is meant, or give a "
                     "`was` to what only got another name");
    return !count || making->words->allow_destructive;
}

static void print_remarks(const struct plan *plan)
{
    size_t locks = 0;

    for (size_t i = 0; i < plan->warnings.count; i++)
        fprintf(stderr, "orm: warning: %s\n", (const char *)plan->warnings.items[i]);
    for (size_t i = 0; i < plan->steps.count; i++) {
        const struct step *step = plan->steps.items[i];

        if (step->destroys)
            printf("destroys: %s\n", step->destroys);
        if (step->locks)
            printf("locks: %s\n", step->locks);
        locks += step->safe != NULL;
    }
    if (locks)
        puts("the file says how it is done without keeping others waiting");
}

static const char *path_of(const struct making *making, const char *version, const char *name,
                           const char *way)
{
    return arena_format(making->arena, "%s/%s_%s.%s.sql", making->folder.path, version, name, way);
}

static bool write_pair(struct making *making, const char *version, const char *name, const char *up,
                       const char *down)
{
    struct file_set set = {.arena = making->arena};
    const char *up_path = path_of(making, version, name, "up");
    const char *down_path = path_of(making, version, name, "down");

    files_add(&set, up_path, up, strlen(up));
    files_add(&set, down_path, down, strlen(down));
    if (!directory_make(making->arena, making->folder.path) || !files_write(&set))
        return false;
    printf("%s\n%s\n", up_path, down_path);
    return true;
}

static bool write_empty(struct making *making, const char *name)
{
    const char *dialect = sql_dialect_name(making->dialect);
    const char *up = arena_format(making->arena, "-- %s\n-- orm: dialect %s\n\n", name, dialect);
    const char *down =
        arena_format(making->arena, "-- %s, taken back\n-- orm: dialect %s\n\n", name, dialect);

    return write_pair(making, folder_next_version(making->arena, &making->folder, 0), name, up,
                      down);
}

static bool write_plans(struct making *making, const char *name, unsigned step,
                        const struct plan *up, const struct plan *down)
{
    bool together = !up->options.concurrent;
    const char *back = arena_format(making->arena, "%s, taken back", name);

    print_remarks(up);
    return write_pair(making, folder_next_version(making->arena, &making->folder, step), name,
                      plan_text(up, name, together), plan_text(down, back, together));
}

static bool make(struct making *making, const char *name)
{
    bool online = making->words->online;

    if (!load_folder(making))
        return false;
    making->half = online ? online_half(making->arena, &making->before, &making->models)
                          : &making->models.catalog;
    if (!plan_up(making) || (online && !plan_late(making)))
        return false;
    if (!making->up.steps.count && !making->late_up.steps.count) {
        puts("nothing to do: the models are what the migrations make");
        return true;
    }
    if (!may_destroy(making) || !plan_down(making))
        return false;
    if (making->up.steps.count && !write_plans(making, name, 0, &making->up, &making->down))
        return false;
    return !making->late_up.steps.count ||
           write_plans(making, arena_format(making->arena, "%s_online", name), 1, &making->late_up,
                       &making->late_down);
}

bool migrate_dialect(struct arena *arena, const struct migrate_words *words,
                     enum sql_dialect *dialect_out, const char **dev_url_out)
{
    struct side_words options = {.dialect = words->dialect,
                                 .dev_url = words->dev_url ? words->dev_url : words->url};
    const char *sides[2] = {words->dir, words->url};

    *dev_url_out = side_dev_url(&options, sides, 1);
    return side_dialect(&command_migrate, arena, &options, sides, words->url ? 2 : 1, dialect_out);
}

enum exit_code migrate_new(struct arena *arena, const struct migrate_words *words)
{
    struct making making = {.arena = arena, .words = words};
    const char *name = words->rest.count ? words->rest.items[0] : NULL;
    const char *dev_url;
    bool ok;

    if (words->online && words->empty)
        return wrong_command(&command_migrate,
                             "migrate new: --online and --empty exclude each other");
    if (!name || (words->rest.count < 2) != words->empty)
        return wrong_command(&command_migrate,
                             "migrate new: give a name and the models, or a name and --empty");
    if (!is_name(name))
        return wrong_command(&command_migrate,
                             "migrate new: a name has letters, digits, '_' and '-'");
    if (!migrate_dialect(arena, words, &making.dialect, &dev_url) ||
        !folder_read(arena, making.dialect, words->dir, true, &making.folder))
        return EXIT_WRONG_INPUT;
    if (words->empty)
        return write_empty(&making, name) ? EXIT_FINE : EXIT_WRONG_INPUT;
    if (words->online && making.dialect == SQL_SQLITE) {
        report_error("--online is for PostgreSQL: SQLite has one writer at a time anyway");
        return EXIT_WRONG_INPUT;
    }
    making.room = side_room_of(arena, making.dialect, dev_url);
    ok = side_of_models(&making.room, (const char *const *)words->rest.items + 1,
                        words->rest.count - 1, &making.models) &&
         fill_check(arena, &words->fills, &making.models.catalog) && make(&making, name);
    side_room_close(&making.room);
    side_close(&making.models);
    return ok ? EXIT_FINE : EXIT_WRONG_INPUT;
}
