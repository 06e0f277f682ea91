#include "diff/report.h"

#include <string.h>

enum { WIDTH = 80 };

const char *diff_subject(struct arena *arena, const struct change *change)
{
    const char *table = change->table ? words_shown(arena, change->schema, change->table) : NULL;

    switch (change->kind) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_ENUM:
    case OBJECT_DOMAIN:
    case OBJECT_TYPE:
    case OBJECT_SEQUENCE:
        return arena_format(arena, "%s %s", object_word(change->kind),
                            words_shown(arena, change->schema, change->name));
    case OBJECT_COLUMN:
        return arena_format(arena, "column %s.%s", table, change->name);
    case OBJECT_OTHER:
        return change->name;
    case OBJECT_SCHEMA:
    case OBJECT_EXTENSION:
        return arena_format(arena, "%s %s", object_word(change->kind), change->name);
    default:
        return arena_format(arena, "%s %s%sof %s", object_word(change->kind), change->name,
                            *change->name ? " " : "", table);
    }
}

/* On lines of at most 80 columns, those after the first set in. */
static void print_folded(const char *text, size_t indent)
{
    size_t column = indent;
    bool first = true;

    printf("%*s", (int)indent, "");
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, " \n");

        if (!first && column + 1 + size > WIDTH) {
            printf("\n%*s", (int)indent + 4, "");
            column = indent + 4;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)size, at);
        column += size;
        at += size;
        at += strspn(at, " \n");
        first = false;
    }
    putchar('\n');
}

static const char *shown(const char *value)
{
    return !value ? "none" : *value ? value : "(empty)";
}

static void print_change(struct arena *arena, const struct change *change)
{
    static const char signs[] = {
        [CHANGE_ADD] = '+', [CHANGE_DROP] = '-', [CHANGE_RENAME] = '>', [CHANGE_ALTER] = '~'};
    const char *subject = diff_subject(arena, change);

    if (change->action == CHANGE_RENAME)
        subject = arena_format(arena, "%s, was %s", subject,
                               *change->old_name ? change->old_name : "without a name");
    print_folded(arena_format(arena, "%c %s", signs[change->action], subject), 0);
    for (size_t i = 0; i < change->property_count; i++) {
        const struct property *property = &change->properties[i];

        print_folded(arena_format(arena, "%s: %s -> %s", property->name, shown(property->old),
                                  shown(property->new)),
                     4);
    }
}

void diff_print_text(const struct changes *changes, const char *from, const char *to)
{
    size_t count = changes->items.count;

    if (!count) {
        printf("no difference\n");
        return;
    }
    print_folded(arena_format(changes->arena, "from %s to %s: %zu difference%s", from, to, count,
                              count == 1 ? "" : "s"),
                 0);
    for (size_t i = 0; i < count; i++)
        print_change(changes->arena, changes->items.items[i]);
}
