#define _DEFAULT_SOURCE /* timegm */

#include "migrate/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "command.h"

enum { VERSION_DIGITS = 14 };

const char *folder_checksum(struct arena *arena, const char *text, size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    struct text hex = {0};

    if (!EVP_Digest(text, length, digest, &size, EVP_sha256(), NULL))
        return "";
    for (unsigned i = 0; i < size; i++)
        text_add_string(arena, &hex, arena_format(arena, "%02x", digest[i]));
    return hex.text;
}

/* The part of "<version>_<name><ending>" that is the name; NULL: the file is none of ours. */
static const char *name_of(struct arena *arena, const char *file, const char *ending)
{
    size_t length = strlen(file);
    size_t tail = strlen(ending);

    if (length <= VERSION_DIGITS + 1 + tail || file[VERSION_DIGITS] != '_' ||
        strcmp(file + length - tail, ending) != 0)
        return NULL;
    for (int i = 0; i < VERSION_DIGITS; i++)
        if (!isdigit((unsigned char)file[i]))
            return NULL;
    return arena_copy(arena, file + VERSION_DIGITS + 1, length - tail - VERSION_DIGITS - 1);
}

static bool read_file(struct arena *arena, const char *path, struct text *to)
{
    FILE *file = fopen(path, "rb");
    char block[16384];
    size_t size;
    bool ok = file != NULL;

    text_add_string(arena, to, "");
    while (ok && (size = fread(block, 1, sizeof block, file)) > 0)
        text_add(arena, to, block, size);
    ok = ok && !ferror(file);
    if (!ok)
        report_error("%s: can't be read: %s", path, strerror(errno));
    if (file)
        fclose(file);
    return ok;
}

/* Whether the file is one that this database can run. */
static bool judge(const char *path, enum sql_dialect dialect, const struct script *script)
{
    if (script->fault) {
        report_error("%s:%u: %s", path, script->fault_line, script->fault);
        return false;
    }
    if (script->dialect && strcmp(script->dialect, sql_dialect_name(dialect)) != 0) {
        report_error("%s is written for %s, and the database is %s", path, script->dialect,
                     sql_dialect_name(dialect));
        return false;
    }
    return true;
}

static bool read_migration(struct arena *arena, enum sql_dialect dialect, const char *folder,
                           const char *file, struct migration *to)
{
    struct text up = {0};
    struct text down = {0};
    struct stat found;

    to->version = arena_copy(arena, file, VERSION_DIGITS);
    to->name = name_of(arena, file, ".up.sql");
    to->up_path = arena_format(arena, "%s/%s", folder, file);
    to->down_path = arena_format(arena, "%s/%s_%s.down.sql", folder, to->version, to->name);
    if (!read_file(arena, to->up_path, &up))
        return false;
    to->checksum = folder_checksum(arena, up.text, up.length);
    to->up = script_read(arena, dialect, up.text, up.length);
    if (!judge(to->up_path, dialect, &to->up))
        return false;
    if (stat(to->down_path, &found) != 0) {
        to->down_path = NULL;
        return true;
    }
    if (!read_file(arena, to->down_path, &down))
        return false;
    to->down = script_read(arena, dialect, down.text, down.length);
    return judge(to->down_path, dialect, &to->down);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the up files, sorted; false: it has said why. */
static bool list_files(struct arena *arena, const char *path, bool may_lack, struct pointers *names)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    if (!directory && may_lack && errno == ENOENT)
        return true;
    if (!directory) {
        report_error("%s: can't be read: %s", path, strerror(errno));
        return false;
    }
    while ((entry = readdir(directory)) != NULL)
        if (name_of(arena, entry->d_name, ".up.sql"))
            pointers_add(arena, names, arena_text(arena, entry->d_name));
    closedir(directory);
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    return true;
}

bool folder_read(struct arena *arena, enum sql_dialect dialect, const char *path, bool may_lack,
                 struct folder *folder_out)
{
    struct pointers names = {0};

    *folder_out = (struct folder){.path = path};
    if (!list_files(arena, path, may_lack, &names))
        return false;
    folder_out->items = arena_array(arena, names.count, sizeof *folder_out->items);
    for (size_t i = 0; i < names.count; i++) {
        struct migration *migration = &folder_out->items[i];

        if (!read_migration(arena, dialect, path, names.items[i], migration))
            return false;
        if (i && strcmp(migration[-1].version, migration->version) == 0) {
            report_error("%s and %s have one version; rename one", migration[-1].up_path,
                         migration->up_path);
            return false;
        }
        folder_out->count++;
    }
    return true;
}

const char *folder_dialect(struct arena *arena, const char *path)
{
    struct pointers names = {0};

    if (!folder_is(path) || !list_files(arena, path, true, &names))
        return NULL;
    for (size_t i = 0; i < names.count; i++) {
        struct text text = {0};
        struct script script;

        if (!read_file(arena, arena_format(arena, "%s/%s", path, (char *)names.items[i]), &text))
            return NULL;
        script = script_read(arena, SQL_POSTGRESQL, text.text, text.length);
        if (script.dialect)
            return script.dialect;
    }
    return NULL;
}

bool folder_is(const char *path)
{
    struct arena *arena = arena_new();
    struct pointers names = {0};
    struct stat found;
    bool is = stat(path, &found) == 0 && S_ISDIR(found.st_mode) &&
              list_files(arena, path, true, &names) && names.count > 0;

    arena_free(arena);
    return is;
}

/* `seconds` after the moment that the version's digits say. */
static const char *version_after(struct arena *arena, const char *version, unsigned seconds)
{
    struct tm moment = {0};
    time_t at;
    char digits[32];
    int year, month;

    if (sscanf(version, "%4d%2d%2d%2d%2d%2d", &year, &month, &moment.tm_mday, &moment.tm_hour,
               &moment.tm_min, &moment.tm_sec) != 6)
        return version;
    moment.tm_year = year - 1900;
    moment.tm_mon = month - 1;
    at = timegm(&moment) + (time_t)seconds;
    gmtime_r(&at, &moment);
    strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &moment);
    return arena_text(arena, digits);
}

const char *folder_next_version(struct arena *arena, const struct folder *folder, unsigned step)
{
    time_t now = time(NULL);
    struct tm moment;
    char digits[32];
    const char *version;
    const char *least = NULL;

    gmtime_r(&now, &moment);
    strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &moment);
    version = version_after(arena, digits, step);
    if (folder->count)
        least = version_after(arena, folder->items[folder->count - 1].version, step + 1);
    return least && strcmp(least, version) > 0 ? least : version;
}
