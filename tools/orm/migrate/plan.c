#include "migrate/plan.h"

#include <stdarg.h>

struct step *plan_add(struct plan *plan, const char *format, ...)
{
    struct step *step = arena_alloc(plan->arena, sizeof *step);
    va_list arguments;

    va_start(arguments, format);
    step->sql = arena_vformat(plan->arena, format, arguments);
    va_end(arguments);
    pointers_add(plan->arena, &plan->steps, step);
    return step;
}

struct plan plan_make(const struct changes *changes, const struct plan_options *options)
{
    struct plan plan = {.arena = changes->arena,
                        .changes = changes,
                        .options = *options,
                        .dialect = changes->dialect};

    if (plan.dialect == SQL_POSTGRESQL)
        plan_postgresql(&plan);
    else
        plan_sqlite(&plan);
    return plan;
}

/* Each line of it behind "-- ". */
static void add_comment(struct arena *arena, struct text *to, const char *word, const char *text)
{
    bool first = true;

    for (const char *at = text; text && *at;) {
        size_t size = strcspn(at, "\n");

        text_add_string(arena, to,
                        arena_format(arena, "-- %s%.*s\n", first ? word : "  ", (int)size, at));
        at += size + (at[size] == '\n');
        first = false;
    }
}

static void add_step(struct arena *arena, struct text *to, const struct step *step)
{
    text_add_string(arena, to, "\n");
    add_comment(arena, to, "", step->note);
    add_comment(arena, to, "DESTROYS: ", step->destroys);
    add_comment(arena, to, "LOCKS: ", step->locks);
    add_comment(arena, to, "safe: ", step->safe);
    text_add_string(arena, to, step->sql);
    text_add_string(arena, to, ";\n");
}

const char *plan_text(const struct plan *plan, const char *heading, bool transaction)
{
    struct arena *arena = plan->arena;
    struct text text = {0};

    text_add_string(arena, &text, "");
    add_comment(arena, &text, "", heading);
    text_add_string(arena, &text,
                    arena_format(arena, "-- orm: dialect %s\n", sql_dialect_name(plan->dialect)));
    if (!transaction)
        text_add_string(arena, &text, "-- orm: no transaction\n");
    if (plan->no_foreign_keys)
        text_add_string(arena, &text, "-- orm: foreign keys off (they are checked at the end)\n");
    for (size_t i = 0; i < plan->steps.count; i++)
        add_step(arena, &text, plan->steps.items[i]);
    if (!plan->steps.count)
        text_add_string(arena, &text, "\n-- nothing to do\n");
    return text.text;
}
