#define _XOPEN_SOURCE 700 /* realpath */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

struct file {
    const char *path;
    const char *given; /* the path before links were followed */
    const char *text;
    size_t length;
    mode_t mode;
    char *temporary; /* NULL: nothing to rename */
    bool replaced;
};

void files_add(struct file_set *set, const char *path, const char *text, size_t length)
{
    struct file *file = arena_alloc(set->arena, sizeof *file);

    file->path = path;
    file->given = path;
    file->text = text;
    file->length = length;
    pointers_add(set->arena, &set->files, file);
}

static bool refuse(const char *path, const char *what)
{
    report_error("%s: can't be %s: %s", path, what, strerror(errno));
    return false;
}

/* Whether the open file holds exactly this text. */
static bool holds(int fd, const char *text, size_t length)
{
    char block[16384];
    size_t at = 0;
    ssize_t got;

    while ((got = read(fd, block, sizeof block)) > 0) {
        if ((size_t)got > length - at || memcmp(block, text + at, (size_t)got) != 0)
            return false;
        at += (size_t)got;
    }
    return got == 0 && at == length;
}

static bool is_unchanged(const struct file *file)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    bool same = fd >= 0 && holds(fd, file->text, file->length);

    if (fd >= 0)
        close(fd);
    return same;
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t done = write(fd, text, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        text += done;
        length -= (size_t)done;
    }
    return true;
}

/* A pipe or a device can't be replaced, only written. */
static bool write_special(const struct file *file)
{
    int fd = open(file->path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write_all(fd, file->text, file->length);

    if (!ok)
        refuse(file->path, "written");
    if (fd >= 0)
        close(fd);
    return ok;
}

static mode_t usual_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

static bool write_temporary(struct arena *arena, struct file *file)
{
    int fd;
    bool ok;

    file->temporary = arena_format(arena, "%s.XXXXXX", file->path);
    fd = mkstemp(file->temporary);
    if (fd < 0) {
        file->temporary = NULL;
        return refuse(file->path, "written");
    }
    ok = write_all(fd, file->text, file->length) && fchmod(fd, file->mode) == 0;
    if (!ok)
        refuse(file->path, "written");
    if (close(fd) != 0 && ok)
        ok = refuse(file->path, "written");
    return ok;
}

/* Writes the text beside its target; a target that stays as it is gets none. */
static bool prepare(struct arena *arena, struct file *file)
{
    struct stat found;
    char *real = NULL;

    file->mode = usual_mode();
    if (stat(file->path, &found) == 0) {
        if (S_ISDIR(found.st_mode)) {
            errno = EISDIR;
            return refuse(file->path, "written");
        }
        if (!S_ISREG(found.st_mode))
            return true;
        file->mode = found.st_mode & 0777;
        real = realpath(file->path, NULL);
    }
    if (real)
        file->path = arena_text(arena, real);
    free(real);
    return is_unchanged(file) || write_temporary(arena, file);
}

static bool is_special(const struct file *file)
{
    struct stat found;

    return stat(file->path, &found) == 0 && !S_ISREG(found.st_mode);
}

static bool put_in_place(struct file *file)
{
    if (is_special(file))
        return write_special(file);
    if (file->temporary && rename(file->temporary, file->path) != 0)
        return refuse(file->path, "replaced");
    file->replaced = file->temporary != NULL;
    file->temporary = NULL;
    return true;
}

/* A place where a model is, or where a file is about to be. */
struct place_taken {
    const char *path;
    struct stat about;
    bool exists;
    bool is_model;
};

static struct place_taken place_of(const char *path, bool is_model)
{
    struct place_taken place = { .path = path, .is_model = is_model };

    place.exists = stat(path, &place.about) == 0 && S_ISREG(place.about.st_mode);
    return place;
}

static bool is_same(const struct place_taken *a, const struct place_taken *b)
{
    if (a->exists && b->exists)
        return a->about.st_dev == b->about.st_dev && a->about.st_ino == b->about.st_ino;
    return strcmp(a->path, b->path) == 0 && a->exists == b->exists;
}

/* Whether writing would destroy a model, or one of the files written. */
static bool is_in_the_way(const struct file_set *set)
{
    size_t models = set->diags ? diagnostics_file_count(set->diags) : 0;
    size_t count = models + set->files.count;
    struct place_taken *places = arena_array(set->arena, count, sizeof *places);

    for (size_t i = 0; i < count; i++) {
        const struct file *file = i < models ? NULL : set->files.items[i - models];

        places[i] = place_of(file ? file->path : diagnostics_file(set->diags, i), !file);
        for (size_t k = 0; file && k < i; k++) {
            if (!is_same(&places[i], &places[k]))
                continue;
            report_error(places[k].is_model ? "%s: would be overwritten, and is one of the models"
                                            : "%s: two files would be written there",
                         places[i].path);
            return true;
        }
    }
    return false;
}

bool files_write(struct file_set *set)
{
    bool ok = !is_in_the_way(set);

    for (size_t i = 0; i < set->files.count && ok; i++)
        ok = prepare(set->arena, set->files.items[i]);
    for (size_t i = 0; i < set->files.count && ok; i++)
        ok = put_in_place(set->files.items[i]);
    for (size_t i = 0; i < set->files.count; i++) {
        struct file *file = set->files.items[i];

        if (file->temporary)
            unlink(file->temporary);
    }
    return ok;
}

void files_print(const struct file_set *set, const char *what)
{
    for (size_t i = 0; i < set->files.count; i++) {
        const struct file *file = set->files.items[i];

        if (file->replaced)
            printf("%s %s\n", what, file->given);
    }
}

static bool make_one(const char *path)
{
    struct stat found;

    if (mkdir(path, 0777) == 0)
        return true;
    if (errno == EEXIST && stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return true;
    if (errno == EEXIST)
        errno = ENOTDIR;
    return false;
}

bool directory_make(struct arena *arena, const char *path)
{
    char *copy = arena_text(arena, path);

    for (char *slash = strchr(copy + 1, '/'); *copy && slash; slash = strchr(slash + 1, '/')) {
        bool ok;

        *slash = '\0';
        ok = make_one(copy);
        *slash = '/';
        if (!ok)
            return refuse(path, "made");
    }
    return make_one(copy) || refuse(path, "made");
}
