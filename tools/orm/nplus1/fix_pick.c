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

/* The field of the key: of "shop_product_id_is" for shop_product_find "id". */
static const char *field_of(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;
    size_t stem = (size_t)(strrchr(finding->fix_loop, '_') - finding->fix_loop) + 1;

    if (finding->fix_field)
        return finding->fix_field;
    return arena_copy(fixing->arena, finding->fix_gather + stem,
                      strlen(finding->fix_gather) - stem - strlen("_is"));
}

/* How the row at `at` has another key, or the same. */
static const char *comparison(struct fixing *fixing, const char *at, const char *key, bool text,
                              bool same)
{
    const char *field = field_of(fixing);

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

/* "&there" is there, "row_out" *row_out. */
static const char *pointed_to(struct fixing *fixing, struct range out)
{
    const struct c_file *file = fixing->site->file;

    if (!token_is(file, out.first, "&"))
        return arena_format(fixing->arena, "*%s", range_text(fixing->arena, file, out));
    out.first++;
    return range_text(fixing->arena, file, out);
}

bool pick_existence(struct fixing *fixing, const struct call *call, struct range key,
                    const char *list, bool text)
{
    struct patch *patch = fixing->site;
    struct arena *arena = fixing->arena;
    struct c_statement *statement = statement_around(function_around(patch->tree, call->name),
                                                     call->name);
    const char *there = pointed_to(fixing, call->arguments[call->count - 1]);
    const char *index = free_name(patch, call->name, "k");
    const char *row = arena_format(arena, "%s.items[%s]", list, index);

    if (!is_quiet(patch->file, key) || statement->kind == C_DECLARATION ||
        !statement_with(patch, call, "ORM_OK"))
        return refuse_fix(fixing, "what becomes of its status can't be kept");
    place_statements(patch, statement,
                     arena_format(arena,
                                  "%s = false;\n"
                                  "for (size_t %s = 0; %s < %s.count; %s++)\n"
                                  "    %s = %s || %s;",
                                  there, index, index, list, index, there, there,
                                  comparison(fixing, row, range_text(arena, patch->file, key),
                                             text, true)),
                     NULL);
    if (strchr(statement_with(patch, call, "ORM_OK"), '=') && statement->kind != C_IF)
        edit_range(patch, (struct range){ call->name, call->close }, "ORM_OK");
    else
        remove_statement(patch, statement);
    if (text)
        include(patch, "<string.h>");
    return true;
}

bool pick_found(struct fixing *fixing, const struct call *call, struct range key, const char *list,
                bool text)
{
    struct patch *patch = fixing->site;
    struct arena *arena = fixing->arena;
    struct c_statement *statement = statement_around(function_around(patch->tree, call->name),
                                                     call->name);
    const char *found = pointed_to(fixing, call->arguments[call->count - 1]);
    const char *index = free_name(patch, call->name, "k");
    const char *row = arena_format(arena, "%s.items[%s]", list, index);

    if (!is_quiet(patch->file, key) || strchr(found, '(') ||
        (statement->kind == C_DECLARATION && *found == '*'))
        return refuse_fix(fixing, "the row that it finds has no name");
    place_statements(patch, statement,
                     arena_format(arena,
                                  "%s = NULL;\n"
                                  "for (size_t %s = 0; %s < %s.count; %s++)\n"
                                  "    if (%s)\n"
                                  "        %s = %s;",
                                  found, index, index, list, index,
                                  comparison(fixing, row, range_text(arena, patch->file, key),
                                             text, true),
                                  found, row),
                     NULL);
    edit_range(patch, (struct range){ call->name, call->close },
               arena_format(arena, "(%s == NULL ? ORM_NOT_FOUND : ORM_OK)", found));
    if (text)
        include(patch, "<string.h>");
    return true;
}
