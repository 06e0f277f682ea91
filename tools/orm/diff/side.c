#include "diff/side.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dialect.h"
#include "diff/scratch.h"
#include "migrate/runner.h"

static const char *word_dialect(struct arena *arena, const char *word)
{
    if (url_is(word))
        return url_is_postgresql(word) ? "postgresql" : "sqlite";
    return folder_dialect(arena, word);
}

bool side_dialect(const struct command *command, struct arena *arena,
                  const struct side_words *options, const char *const *words, size_t count,
                  enum sql_dialect *dialect_out)
{
    const char *environment = getenv("ORM_DATABASE_URL");
    struct arguments arguments = {.dialect = options->dialect};

    for (size_t i = 0; i < count; i++) {
        const char *found = word_dialect(arena, words[i]);

        if (found && arguments.dialect && strcmp(found, arguments.dialect) != 0) {
            report_error("%s is of %s and can't be compared with %s: each database prints types "
                         "and expressions in its own way; compare models with each of them",
                         words[i], found, arguments.dialect);
            return false;
        }
        arguments.dialect = found ? found : arguments.dialect;
    }
    if (!arguments.dialect && options->dev_url)
        arguments.dialect = url_is_postgresql(options->dev_url) ? "postgresql" : "sqlite";
    if (!arguments.dialect && environment && url_is(environment))
        arguments.dialect = url_is_postgresql(environment) ? "postgresql" : "sqlite";
    if (!arguments.dialect) {
        report_error("for which database? Give --dialect postgresql or --dialect sqlite");
        return false;
    }
    return dialect_read(command, arena, &arguments, dialect_out);
}

const char *side_dev_url(const struct side_words *options, const char *const *words, size_t count)
{
    const char *environment = getenv("ORM_DATABASE_URL");

    if (options->dev_url)
        return options->dev_url;
    for (size_t i = 0; i < count; i++)
        if (url_is_postgresql(words[i]))
            return words[i];
    return environment && url_is_postgresql(environment) ? environment : NULL;
}

struct side_room side_room_of(struct arena *arena, enum sql_dialect dialect, const char *dev_url)
{
    return (struct side_room){
        .arena = arena,
        .dialect = dialect,
        .dev_url = dev_url,
        .scratch = {.target = {.lock_file = -1}, .janitor = -1, .janitor_end = -1}};
}

void side_room_close(struct side_room *room)
{
    scratch_close(&room->scratch);
}

/* Loads the script, reads it back, and leaves no trace. */
static bool read_back(struct side_room *room, const char *script, const char *what,
                      struct catalog *catalog)
{
    struct target *target = &room->scratch.target;
    bool ok = scratch_is_open(&room->scratch) ||
              scratch_open(room->arena, room->dialect, room->dev_url, &room->scratch);

    if (!ok || !target_begin(target))
        return false;
    ok = target_run(target, script);
    if (!ok)
        report_error("%s can't be loaded into an empty database: %s", what, target->fault);
    ok = ok && catalog_read(&target->connection, NULL, 0, catalog);
    target_rollback(target);
    return ok;
}

bool side_of_models(struct side_room *room, const char *const *files, size_t count,
                    struct side *side_out)
{
    struct arguments arguments = {.models = (const char **)files, .model_count = count};
    const char *script;

    if (!load_draft(&arguments, &side_out->loaded))
        return false;
    side_out->models = side_out->loaded.schema;
    script = sql_ddl(side_out->models, room->dialect, ORM_VERSION, side_out->loaded.diags);
    if (!script)
        report_print(side_out->loaded.diags);
    return script && read_back(room, script, files[0], &side_out->catalog);
}

/* In a scratch database of its own: migrations are committed there. */
static bool of_folder(struct side_room *room, const char *path, struct side *side)
{
    struct folder folder;
    struct scratch scratch;
    struct runner runner = {
        .arena = room->arena, .target = &scratch.target, .folder = &folder, .quiet = true};
    bool ok;

    if (!folder_read(room->arena, room->dialect, path, false, &folder) ||
        !scratch_open(room->arena, room->dialect, room->dev_url, &scratch))
        return false;
    ok = runner_up(&runner, SIZE_MAX, NULL) &&
         catalog_read(&scratch.target.connection, NULL, 0, &side->catalog);
    scratch_close(&scratch);
    return ok;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

/* All YAML files of a folder, sorted. */
static void list_models(struct arena *arena, const char *path, struct pointers *files)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)) != NULL)
        if (*entry->d_name != '.' &&
            (ends_with(entry->d_name, ".yaml") || ends_with(entry->d_name, ".yml")))
            pointers_add(arena, files, arena_format(arena, "%s/%s", path, entry->d_name));
    if (directory)
        closedir(directory);
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, compare_names);
}

static bool of_database(struct arena *arena, const char *url, struct side *side)
{
    struct connection connection;
    bool ok = connection_open(arena, url, &connection) &&
              catalog_read(&connection, NULL, 0, &side->catalog);

    connection_close(&connection);
    return ok;
}

bool side_open(struct side_room *room, const char *word, struct side *side_out)
{
    struct arena *arena = room->arena;
    struct pointers files = {0};
    struct stat found;

    *side_out = (struct side){.word = word};
    if (url_is(word))
        return of_database(arena, word, side_out);
    if (stat(word, &found) == 0 && S_ISDIR(found.st_mode)) {
        list_models(arena, word, &files);
        if (!files.count)
            return of_folder(room, word, side_out);
    } else {
        for (const char *at = word; *at; at += strspn(at, ",")) {
            size_t size = strcspn(at, ",");

            pointers_add(arena, &files, arena_copy(arena, at, size));
            at += size;
        }
    }
    return side_of_models(room, (const char *const *)files.items, files.count, side_out);
}

void side_close(struct side *side)
{
    loaded_dispose(&side->loaded);
}
