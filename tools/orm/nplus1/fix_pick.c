#include "nplus1/fix.h"

#include <string.h>

/* The file includes the header, as its first after those in quotes that stand first. */
static void include(struct patch *patch, const char *header)
{
    const struct c_file *file = patch->file;
    const char *first = strstr(file->text, "#include <");

    if (strstr(file->text, header))
        return;
    if (!first)
        first = strstr(file->text, "#include");
    edit_add(patch, first ? (size_t)(first - file->text) : 0, 0,
             arena_format(patch->arena, "#include %s\n", header));
}

/* How the row at `at` has another key, or the same. */
static const char *comparison(struct fixing *fixing, const char *at, const char *key, bool text,
                              bool same)
{
    const char *field = fixing->finding->fix_field;

    if (text)
        return arena_format(fixing->arena, "strcmp(%s->%s, %s) %s 0", at, field, key,
                            same ? "==" : "!=");
    return arena_format(fixing->arena, "%s->%s %s %s", at, field, same ? "==" : "!=", key);
}

/* They stand together there. */
static const char *picking(struct fixing *fixing, const char *name, const char *list,
                           const char *key, bool text)
{
    struct arena *arena = fixing->arena;
    const char *first = arena_format(arena, "(*%s.items)", name);
    const char *next = arena_format(arena, "%s.items[%s.count]", name, name);
    const char *loop = fixing->finding->fix_loop;

    return arena_format(arena,
                        "%s = (%.*s_list){.items = %s.items};\n"
                        "while (%s.items < %s.items + %s.count && %s)\n"
                        "    %s.items++;\n"
                        "while (%s.items + %s.count < %s.items + %s.count &&\n"
                        "       %s)\n"
                        "    %s.count++;",
                        name, (int)(strrchr(loop, '_') - loop), loop, list, name, list, list,
                        comparison(fixing, first, key, text, false), name, name, name, list, list,
                        comparison(fixing, next, key, text, true), name);
}

bool pick_rows(struct fixing *fixing, const struct call *call, struct range key, const char *list,
               bool text)
{
    struct patch *patch = fixing->site;
    struct arena *arena = fixing->arena;
    const struct c_file *file = patch->file;
    struct c_statement *statement = statement_around(function_around(patch->tree, call->name),
                                                     call->name);
    struct range out = call->arguments[call->count - 1];
    const char *status = statement_with(patch, call, "ORM_OK");
    const char *name;

    if (!token_is(file, out.first, "&") || !status || !is_quiet(file, key) ||
        statement->kind == C_DECLARATION || !statement->parent ||
        statement->parent->kind != C_BLOCK)
        return refuse_fix(fixing, "the list that it fills has no name, or its status is kept");
    out.first++;
    name = range_text(arena, file, out);
    if (!strchr(status, '=') || statement->kind == C_IF)
        status = "";
    status = *status ? arena_format(arena, "\n%s", status) : "";
    replace_statement(patch, statement,
                      arena_format(arena, "%s%s",
                                   picking(fixing, name, list, range_text(arena, file, key), text),
                                   status));
    if (text)
        include(patch, "<string.h>");
    return true;
}
