#include "docs/docs.h"
#include "markup.h"

/*
 * A table per model; a line per foreign key, with the marks of entity relationship diagrams: a
 * crow's foot where there are many rows, a bar for one, a circle where there may be none. Colours
 * are the page's: the SVG has classes.
 */

struct diagram {
    struct arena *arena;
    struct text made;
};

enum { COLUMNS_SHOWN = 40 };

static void add(struct diagram *to, const char *text)
{
    text_add_string(to->arena, &to->made, text);
}

const char *docs_anchor(struct arena *arena, const struct model *model)
{
    return arena_format(arena, "model-%s", model->name);
}

/* In the letters of such diagrams: primary and foreign keys. */
static const char *mark_of(const struct column *column)
{
    if (column->primary_key)
        return column->foreign_key ? "PK FK" : "PK";
    return column->foreign_key ? "FK" : " ";
}

static void add_column(struct diagram *to, const struct column *column)
{
    struct arena *arena = to->arena;
    const char *name = markup(arena, column->name);

    add(to, arena_format(arena,
                         "<TR><TD ALIGN=\"LEFT\" PORT=\"in%zu\">%s%s%s</TD>"
                         "<TD ALIGN=\"LEFT\"><FONT COLOR=\"#666666\">%s%s</FONT></TD>"
                         "<TD ALIGN=\"RIGHT\" PORT=\"out%zu\">"
                         "<FONT COLOR=\"#666666\">%s</FONT></TD></TR>",
                         column->index, column->primary_key ? "<B>" : "", name,
                         column->primary_key ? "</B>" : "", markup(arena, column->type.text),
                         column->nullable ? " ?" : "", column->index, mark_of(column)));
}

static void add_model(struct diagram *to, const struct model *model)
{
    struct arena *arena = to->arena;
    size_t shown = model->column_count < COLUMNS_SHOWN ? model->column_count : COLUMNS_SHOWN;
    const char *kind = model->view ? " (view)" : model->link_only ? " (link)" : "";

    add(to, arena_format(arena,
                         "  m%zu [class=\"%s\", %s%s%s tooltip=\"%s\", label=<<TABLE BORDER=\"0\" "
                         "CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\">"
                         "<TR><TD COLSPAN=\"3\" BORDER=\"1\" SIDES=\"B\"><B>%s</B>%s</TD></TR>",
                         model->index, model->link_only ? "link" : "model",
                         model->link_only ? "" : "href=\"#",
                         model->link_only ? "" : markup(arena, docs_anchor(arena, model)),
                         model->link_only ? "" : "\",", markup(arena, model->table),
                         markup(arena, model->link_only ? model->table : model->name), kind));
    for (size_t i = 0; i < shown; i++)
        add_column(to, &model->columns[i]);
    if (shown < model->column_count)
        add(to, arena_format(arena,
                             "<TR><TD COLSPAN=\"3\" ALIGN=\"LEFT\">and %zu more</TD></TR>",
                             model->column_count - shown));
    add(to, "</TABLE>>];\n");
}

static bool is_key(const struct key *key, const struct key *wanted)
{
    if (key->count != wanted->count)
        return false;
    for (size_t i = 0; i < key->count; i++) {
        bool found = false;

        for (size_t k = 0; k < wanted->count; k++)
            found = found || key->columns[i] == wanted->columns[k];
        if (!found)
            return false;
    }
    return true;
}

/* At most one row refers to each. */
static bool is_one_to_one(const struct model *model, const struct foreign_key *foreign)
{
    if (is_key(&model->primary_key, &foreign->key))
        return true;
    for (size_t i = 0; i < model->unique_count; i++)
        if (is_key(&model->uniques[i].key, &foreign->key))
            return true;
    return false;
}

static bool is_optional(const struct foreign_key *foreign)
{
    for (size_t i = 0; i < foreign->key.count; i++)
        if (foreign->key.columns[i]->nullable)
            return true;
    return false;
}

/* Lines leave at the right and arrive at the left; those of a table to itself stay at the right. */
static const char *port_of(struct arena *arena, const struct key *key, bool leaves)
{
    size_t index = key->columns[0]->index;

    if (index >= COLUMNS_SHOWN)
        return "";
    return arena_format(arena, ":%s%zu:%s", leaves ? "out" : "in", index, leaves ? "e" : "w");
}

static const char *columns_of(struct arena *arena, const struct key *key)
{
    struct text names = { 0 };

    for (size_t i = 0; i < key->count; i++) {
        text_add_string(arena, &names, i ? ", " : "");
        text_add_string(arena, &names, key->columns[i]->name);
    }
    return names.text;
}

static void add_key(struct diagram *to, const struct model *model,
                    const struct foreign_key *foreign)
{
    struct arena *arena = to->arena;

    add(to, arena_format(arena,
                         "  m%zu%s -> m%zu%s [dir=both, arrowtail=%s, arrowhead=%s, "
                         "tooltip=\"%s.%s\"];\n",
                         model->index, port_of(arena, &foreign->key, true), foreign->target->index,
                         port_of(arena, &foreign->target_key, foreign->target == model),
                         is_one_to_one(model, foreign) ? "teeodot" : "crowodot",
                         is_optional(foreign) ? "teeodot" : "teetee",
                         markup(arena, model->table),
                         markup(arena, columns_of(arena, &foreign->key))));
}

const char *docs_diagram(struct arena *arena, const struct schema *schema)
{
    struct diagram to = { .arena = arena };

    add(&to, "digraph models {\n"
             "  graph [rankdir=LR, nodesep=0.35, ranksep=0.9, bgcolor=transparent];\n"
             "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f7f9\", "
             "color=\"#8a93a5\", fontname=\"Helvetica\", fontsize=11, margin=\"0.05,0.03\"];\n"
             "  edge [color=\"#5d6678\", arrowsize=0.8];\n");
    for (size_t i = 0; i < schema->model_count; i++)
        add_model(&to, schema->models[i]);
    for (size_t i = 0; i < schema->model_count; i++)
        for (size_t k = 0; k < schema->models[i]->foreign_key_count; k++)
            add_key(&to, schema->models[i], &schema->models[i]->foreign_keys[k]);
    add(&to, "}\n");
    return to.made.text;
}
