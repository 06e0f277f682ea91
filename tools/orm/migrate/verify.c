#include <string.h>

#include "diff/report.h"
#include "diff/side.h"
#include "migrate/migrate.h"

/* Every migration is applied and taken back in a scratch database. */
struct trial {
    struct arena *arena;
    const struct migrate_words *words;
    struct folder folder;
    struct side_room room;
    struct side models;
    struct catalog *made; /* by the first i migrations */
    bool found;           /* something is not as it should be */
};

static struct runner runner_of(struct trial *trial)
{
    return (struct runner){.arena = trial->arena,
                           .target = &trial->room.scratch.target,
                           .folder = &trial->folder,
                           .quiet = true};
}

static bool read_state(struct trial *trial, struct catalog *to)
{
    return catalog_read(&trial->room.scratch.target.connection, NULL, 0, to);
}

static void report_left(struct trial *trial, const struct comparison *comparison, const char *what)
{
    struct changes left = changes_find(trial->arena, comparison);

    for (size_t i = 0; i < left.items.count; i++) {
        const struct change *change = left.items.items[i];
        static const char *const words[] = {[CHANGE_ADD] = "lacks",
                                            [CHANGE_DROP] = "has too much",
                                            [CHANGE_RENAME] = "calls otherwise",
                                            [CHANGE_ALTER] = "has different"};

        trial->found = true;
        report_error("%s %s: %s", what, words[change->action], diff_subject(trial->arena, change));
    }
}

static bool go_up(struct trial *trial)
{
    bool ok = read_state(trial, &trial->made[0]);

    for (size_t i = 0; ok && i < trial->folder.count; i++) {
        struct runner runner = runner_of(trial);

        ok = runner_prepare(&runner) && runner_up(&runner, 1, NULL) &&
             read_state(trial, &trial->made[i + 1]);
    }
    return ok;
}

static bool go_down(struct trial *trial)
{
    for (size_t i = trial->folder.count; i-- > 0;) {
        const struct migration *migration = &trial->folder.items[i];
        struct runner runner = runner_of(trial);
        struct catalog back;
        struct comparison comparison = {.from = &back, .to = &trial->made[i], .complete = true};

        if (!migration->down_path) {
            printf("%s has no way down\n", migration->up_path);
            return true;
        }
        if (!runner_prepare(&runner) || !runner_down(&runner, 1, NULL) || !read_state(trial, &back))
            return false;
        report_left(trial, &comparison,
                    arena_format(trial->arena, "after %s the schema", migration->down_path));
    }
    return true;
}

static bool compare_models(struct trial *trial)
{
    struct comparison comparison = {.from = &trial->made[trial->folder.count],
                                    .to = &trial->models.catalog,
                                    .to_models = trial->models.models};

    if (trial->words->rest.count)
        report_left(trial, &comparison, "what the migrations make");
    return true;
}

/* Files that changed since they were applied to the database. */
static bool compare_history(struct trial *trial)
{
    struct target target;
    struct runner runner = {.arena = trial->arena, .target = &target, .folder = &trial->folder};
    bool ok;

    if (!trial->words->url)
        return true;
    ok = target_open(trial->arena, trial->words->url, false, &target) && runner_prepare(&runner);
    target_close(&target);
    return ok;
}

static bool try_all(struct trial *trial)
{
    trial->made = arena_array(trial->arena, trial->folder.count + 1, sizeof *trial->made);
    return compare_history(trial) && go_up(trial) && compare_models(trial) && go_down(trial);
}

enum exit_code migrate_verify(struct arena *arena, const struct migrate_words *words)
{
    struct trial trial = {.arena = arena, .words = words};
    enum sql_dialect dialect;
    const char *dev_url;
    bool ok;

    if (!migrate_dialect(arena, words, &dialect, &dev_url) ||
        !folder_read(arena, dialect, words->dir, false, &trial.folder))
        return EXIT_WRONG_INPUT;
    trial.room = side_room_of(arena, dialect, dev_url);
    ok = (!words->rest.count || side_of_models(&trial.room, (const char *const *)words->rest.items,
                                               words->rest.count, &trial.models)) &&
         (scratch_is_open(&trial.room.scratch) ||
          scratch_open(arena, dialect, dev_url, &trial.room.scratch)) &&
         try_all(&trial);
    side_room_close(&trial.room);
    side_close(&trial.models);
    if (ok && !trial.found)
        printf("%zu migration%s: up and down lead where they should\n", trial.folder.count,
               trial.folder.count == 1 ? "" : "s");
    return !ok ? EXIT_WRONG_INPUT : trial.found ? EXIT_FOUND : EXIT_FINE;
}

/* A database that is not what the migrations make would fail later, with nobody knowing why. */
bool verify_baseline(struct arena *arena, const struct migrate_words *words, struct target *target,
                     const struct folder *folder)
{
    struct migrate_words given = *words;
    struct trial trial = {.arena = arena, .words = &given, .folder = *folder};
    struct runner runner;
    struct catalog made;
    struct catalog there;
    struct comparison comparison = {.from = &there, .to = &made, .complete = true};
    enum sql_dialect dialect;
    const char *dev_url;
    bool ok;

    if (!migrate_dialect(arena, words, &dialect, &dev_url))
        return false;
    trial.room = side_room_of(arena, dialect, dev_url);
    runner = runner_of(&trial);
    ok = scratch_open(arena, dialect, dev_url, &trial.room.scratch) &&
         runner_up(&runner, SIZE_MAX, words->to) && read_state(&trial, &made) &&
         catalog_read(&target->connection, NULL, 0, &there);
    side_room_close(&trial.room);
    if (ok)
        report_left(&trial, &comparison, "the database");
    if (trial.found)
        report_error("the database is not what these migrations make; mend it or the migrations, "
                     "or say --force");
    return ok && !trial.found;
}
