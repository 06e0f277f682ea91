#define _XOPEN_SOURCE 700

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "introspect/draft.h"
#include "schema/load.h"

/* The written models are read back, and what their checks refuse is changed: names that clash in
 * C, SQL that can't stand in YAML. */

enum { ROUNDS = 40 };

static bool write_file(int fd, const char *text)
{
    size_t length = strlen(text);

    while (length) {
        ssize_t done = write(fd, text, length);

        if (done <= 0)
            return false;
        text += done;
        length -= (size_t)done;
    }
    return true;
}

/* The line of "path:12:3: error: ...", 0 when it is none. */
static unsigned long line_of(const char *text, const char *path)
{
    size_t length = strlen(path);

    return strncmp(text, path, length) == 0 && text[length] == ':'
               ? strtoul(text + length + 1, NULL, 10)
               : 0;
}

/* False: it is not about what can be changed here. */
static bool change(struct draft *draft, struct draft_name *name, const char *fault, size_t size)
{
    const char *said = arena_copy(draft->arena, fault, size);

    if (!name->text) { /* a statement or a constraint */
        name->dropped = true;
        draft_add_note(draft, "some SQL is left out: %s", said);
        return true;
    }
    if (strstr(said, "statement: ") || strstr(said, "default") || strstr(said, "generated")) {
        struct draft_column *column = (struct draft_column *)(void *)name;

        if (strcmp(name->ending, "value") == 0 && !column->plain) {
            column->plain = true;
            column->check = NULL;
            name->note = arena_format(draft->arena, "its default is left out: %s", said);
            name->kept = false;
            return true;
        }
    }
    if (!strstr(said, "C name"))
        return false;
    name->note = arena_format(draft->arena, "'%s' would be another one's name in C", name->text);
    name->text = word_joined(draft->arena, name->text, name->ending);
    name->kept = false;
    return true;
}

/* False: nothing could be changed. */
static bool change_faulty(struct draft *draft, const char *faults, const char *path,
                          const struct pointers *owners)
{
    struct map changed = {0};
    bool any = false;

    for (const char *at = faults; *at;) {
        size_t size = strcspn(at, "\n");
        unsigned long line = line_of(at, path);
        const char *error = strstr(at, " error: ");
        struct draft_name *name = line && line <= owners->count ? owners->items[line - 1] : NULL;

        if (name && error && error < at + size &&
            !map_add(draft->arena, &changed, arena_format(draft->arena, "%lu", line), name)) {
            any = change(draft, name, error + 8, size - (size_t)(error + 8 - at)) || any;
        }
        at += size + (at[size] == '\n');
    }
    return any;
}

enum verdict { ACCEPTED, CHANGED, REFUSED };

static enum verdict try_text(struct draft *draft, const char *path, const struct pointers *owners)
{
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    enum verdict verdict = ACCEPTED;

    if (!schema_load_draft(&path, 1, &schema, diags)) {
        char *faults = diagnostics_text(diags);

        verdict = faults && change_faulty(draft, faults, path, owners) ? CHANGED : REFUSED;
        free(faults);
        if (verdict == REFUSED) {
            report_print(diags);
            report_error("models of this database would be refused; leave the tables out with "
                         "--exclude, or mend what the file says of them");
        }
    }
    schema_free(schema);
    diagnostics_free(diags);
    return verdict;
}

/* Beside the file that will be written, so that what it includes is found. */
static char *temporary_path(struct arena *arena, const char *beside)
{
    const char *directory = getenv("TMPDIR");

    if (beside)
        return arena_format(arena, "%s.XXXXXX", beside);
    return arena_format(arena, "%s/orm-introspect-XXXXXX",
                        directory && *directory ? directory : "/tmp");
}

static enum verdict try_once(struct draft *draft, const char *beside, const char **text_out)
{
    char *path = temporary_path(draft->arena, beside);
    struct pointers owners = {0};
    int fd = mkstemp(path);
    enum verdict verdict = REFUSED;

    *text_out = draft_write(draft, &owners);
    if (fd < 0 || !write_file(fd, *text_out))
        report_error("%s: can't be written", path);
    else
        verdict = try_text(draft, path, &owners);
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    return verdict;
}

const char *draft_settle(struct draft *draft, const char *beside)
{
    enum verdict verdict = CHANGED;
    const char *text = NULL;

    for (unsigned round = 0; verdict == CHANGED && round < ROUNDS; round++)
        verdict = try_once(draft, beside, &text);
    if (verdict == CHANGED)
        report_error("names that C can tell apart were not found; use --exclude");
    return verdict == ACCEPTED ? text : NULL;
}
