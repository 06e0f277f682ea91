#include <string.h>

#include "migrate/migrate.h"

/* Every migration that the folder or the history knows, by version. */
struct status_line {
    const struct migration *migration; /* NULL: no file */
    const struct history_entry *entry; /* NULL: not applied */
};

static const char *half_state(struct arena *arena, const struct history_entry *entry, bool running)
{
    const char *verb = entry->state == HISTORY_APPLYING ? "applied" : "reverted";
    const char *begun =
        entry->running ? arena_format(arena, ", step %zu was begun", entry->running) : "";

    if (running)
        return arena_format(arena, "being %s now: %zu of %zu steps done", verb, entry->step,
                            entry->steps);
    return arena_format(arena, "half %s: %zu of %zu steps done%s; 'up' goes on", verb, entry->step,
                        entry->steps, begun);
}

static const char *state_of(struct arena *arena, const struct status_line *line, bool running,
                            bool *well_out)
{
    *well_out = false;
    if (!line->entry)
        return "pending";
    if (line->entry->state != HISTORY_APPLIED)
        return half_state(arena, line->entry, running);
    if (!line->migration)
        return "applied, but its file is gone";
    if (strcmp(line->migration->checksum, line->entry->checksum) != 0)
        return "applied, but its file was changed since";
    *well_out = true;
    return arena_format(arena, "applied %s", line->entry->applied_at);
}

static bool print_line(struct arena *arena, const struct status_line *line, bool running)
{
    const char *version = line->migration ? line->migration->version : line->entry->version;
    const char *name = line->migration ? line->migration->name : line->entry->name;
    bool well;
    const char *state = state_of(arena, line, running, &well);
    bool fits = strlen(name) <= 24 && strlen(state) <= 38;

    if (fits)
        printf("%s  %-24s  %s\n", version, name, state);
    else
        printf("%s  %s\n                %s\n", version, name, state);
    return well;
}

static bool print_all(struct arena *arena, const struct folder *folder,
                      const struct history *history, bool running)
{
    bool well = true;
    size_t i = 0;
    size_t k = 0;

    while (i < folder->count || k < history->count) {
        struct status_line line = {0};
        int order = i == folder->count ? 1
                    : k == history->count
                        ? -1
                        : strcmp(folder->items[i].version, history->items[k].version);

        line.migration = order <= 0 ? &folder->items[i++] : NULL;
        line.entry = order >= 0 ? &history->items[k++] : NULL;
        well = print_line(arena, &line, running) && well;
    }
    if (!folder->count && !history->count)
        printf("no migrations in %s, and none applied\n", folder->path);
    return well;
}

enum exit_code migrate_status(struct arena *arena, const struct migrate_words *words)
{
    struct target target;
    struct folder folder;
    struct history history;
    enum exit_code code = EXIT_WRONG_INPUT;

    if (!target_open(arena, words->url, false, &target))
        return EXIT_WRONG_INPUT;
    if (folder_read(arena, target.dialect, words->dir, true, &folder) &&
        history_read(&target, &history))
        code =
            print_all(arena, &folder, &history, target_is_locked(&target)) ? EXIT_FINE : EXIT_FOUND;
    target_close(&target);
    return code;
}
