#include <string.h>

#include "docs/docs.h"
#include "markup.h"

struct page {
    struct arena *arena;
    struct text made;
};

static const char style[] =
    ":root{--paper:#fff;--ink:#1d2330;--soft:#5d6678;--line:#dfe3ea;--card:#f6f7f9;"
    "--link:#2356a5;--code:#eef1f5}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#14171d;--ink:#e6e9ef;--soft:#9aa4b5;"
    "--line:#2c323d;--card:#1b1f27;--link:#8ab4f8;--code:#232832}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n"
    "main{max-width:80rem;margin:0 auto;padding:1.5rem 1rem 4rem}\n"
    "h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2.4rem 0 .6rem}\n"
    "h2 small{font-weight:400;color:var(--soft);font-size:.9rem}\n"
    "a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}\n"
    "p{margin:.3rem 0}.lead,.none{color:var(--soft)}\n"
    "code{font:.85em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\n"
    "nav{columns:14rem;margin:1.2rem 0;padding:.8rem 1rem;background:var(--card);"
    "border:1px solid var(--line);border-radius:.5rem}\n"
    "nav a{display:block;overflow-wrap:anywhere}\n"
    ".diagram{border:1px solid var(--line);border-radius:.5rem;padding:1rem;overflow:auto;"
    "text-align:center}\n"
    ".diagram svg{max-width:100%;height:auto}\n"
    ".diagram .node path{fill:var(--card)}.diagram text{fill:var(--ink)}"
    ".diagram text[fill=\"#666666\"]{fill:var(--soft)}\n"
    ".diagram a:hover{text-decoration:none}.diagram a:hover path{stroke:var(--link)}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.92rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;"
    "border-bottom:1px solid var(--line)}\n"
    "th{color:var(--soft);font-weight:600}\n"
    "td:first-child{font-weight:600}\n"
    ".tag{display:inline-block;font-size:.75rem;padding:0 .45rem;border-radius:1rem;"
    "background:var(--code);color:var(--soft);margin:0 .2rem .1rem 0}\n"
    "section{border-top:1px solid var(--line);margin-top:2rem}\n"
    "h3{font-size:.95rem;margin:1.1rem 0 .3rem;color:var(--soft)}\n"
    "ul{margin:.2rem 0;padding-left:1.2rem}\n"
    "@media print{nav{display:none}section{break-inside:avoid}.diagram{border:0;padding:0;"
    "break-after:page}a{color:inherit}}\n";

static void add(struct page *page, const char *text)
{
    text_add_string(page->arena, &page->made, text);
}

static const char *safe(struct page *page, const char *text)
{
    return markup(page->arena, text);
}

static void add_tag(struct page *page, bool holds, const char *text)
{
    if (holds)
        add(page, arena_format(page->arena, "<span class=\"tag\">%s</span> ", safe(page, text)));
}

static const char *link_to(struct page *page, const struct model *model)
{
    if (model->link_only)
        return arena_format(page->arena, "<code>%s</code>", safe(page, model->table));
    return arena_format(page->arena, "<a href=\"#%s\">%s</a>",
                        safe(page, docs_anchor(page->arena, model)), safe(page, model->name));
}

static const char *columns_of(struct page *page, const struct key *key)
{
    struct text names = { 0 };

    for (size_t i = 0; i < key->count; i++) {
        text_add_string(page->arena, &names, i ? ", " : "");
        text_add_string(page->arena, &names, key->columns[i]->name);
    }
    return safe(page, names.text ? names.text : "");
}

static const char *default_of(struct page *page, const struct column *column)
{
    static const char *const made[] = { "", "identity", "serial", "" };

    if (column->generated == GENERATED_EXPRESSION)
        return arena_format(page->arena, "= %s", column->expression);
    if (column->generated != GENERATED_NONE)
        return made[column->generated];
    return column->default_value.text ? column->default_value.text : "";
}

static void add_limits(struct page *page, const struct column *column)
{
    const struct column_limits *limits = &column->limits;
    struct arena *arena = page->arena;

    if (limits->has_max_length)
        add_tag(page, true, arena_format(arena, "at most %u long", limits->max_length));
    if (limits->min)
        add_tag(page, true, arena_format(arena, "from %s", limits->min));
    if (limits->max)
        add_tag(page, true, arena_format(arena, "to %s", limits->max));
    if (limits->pattern)
        add_tag(page, true, arena_format(arena, "like %s", limits->pattern));
    if (column->check)
        add_tag(page, true, arena_format(arena, "check %s", column->check));
}

static void add_column(struct page *page, const struct column *column)
{
    struct arena *arena = page->arena;
    const char *value = default_of(page, column);

    add(page, arena_format(arena, "<tr><td>%s", safe(page, column->name)));
    if (strcmp(column->name, column->db_name) != 0)
        add(page, arena_format(arena, " <code>%s</code>", safe(page, column->db_name)));
    add(page, arena_format(arena, "</td><td><code>%s</code></td><td>%s</td><td>%s%s%s</td><td>",
                           safe(page, column->type.text), column->nullable ? "yes" : "no",
                           *value ? "<code>" : "", safe(page, value), *value ? "</code>" : ""));
    add_tag(page, column->primary_key, "key");
    add_tag(page, column->unique && !column->primary_key, "unique");
    add_tag(page, column->version, "version");
    add_tag(page, column->created, "created");
    add_tag(page, column->updated, "updated");
    add_tag(page, column->deferred, "deferred");
    if (column->foreign_key)
        add(page, arena_format(arena, "<span class=\"tag\">leads to %s</span> ",
                               link_to(page, column->foreign_key->target)));
    add_limits(page, column);
    if (column->comment)
        add(page, safe(page, column->comment));
    add(page, "</td></tr>\n");
}

static void add_columns(struct page *page, const struct model *model)
{
    add(page, "<div class=\"scroll\"><table>\n<tr><th>Column</th><th>Type</th><th>NULL</th>"
              "<th>Default</th><th>What it is</th></tr>\n");
    for (size_t i = 0; i < model->column_count; i++)
        add_column(page, &model->columns[i]);
    add(page, "</table></div>\n");
}

static void add_relation(struct page *page, const struct relation *relation)
{
    static const char *const kinds[] = { "belongs to one", "has many", "has one", "has many" };
    struct arena *arena = page->arena;

    add(page, arena_format(arena, "<li><b>%s</b> %s %s over %s", safe(page, relation->name),
                           kinds[relation->kind], link_to(page, relation->target),
                           columns_of(page, relation->kind == RELATION_BELONGS_TO
                                                ? &relation->own_key
                                                : &relation->target_key)));
    if (relation->link)
        add(page, arena_format(arena, ", through %s", link_to(page, relation->link)));
    if (relation->comment)
        add(page, arena_format(arena, ": %s", safe(page, relation->comment)));
    add(page, "</li>\n");
}

static void add_relations(struct page *page, const struct model *model)
{
    if (!model->relation_count)
        return;
    add(page, "<h3>Relations</h3>\n<ul>\n");
    for (size_t i = 0; i < model->relation_count; i++)
        add_relation(page, &model->relations[i]);
    add(page, "</ul>\n");
}

static void add_index(struct page *page, const struct index *index)
{
    struct text parts = { 0 };

    for (size_t i = 0; i < index->part_count; i++) {
        const struct index_part *part = &index->parts[i];

        text_add_string(page->arena, &parts, i ? ", " : "");
        text_add_string(page->arena, &parts, part->column ? part->column->name : part->expression);
        text_add_string(page->arena, &parts, part->descending ? " descending" : "");
    }
    add(page, arena_format(page->arena, "<li>%sindex <code>%s</code> of %s%s%s</li>\n",
                           index->unique ? "unique " : "", safe(page, index->db_name),
                           safe(page, parts.text), index->where ? ", where " : "",
                           safe(page, index->where)));
}

static void add_rules(struct page *page, const struct model *model)
{
    struct arena *arena = page->arena;

    if (!model->index_count && !model->unique_count && !model->check_count)
        return;
    add(page, "<h3>Indexes and constraints</h3>\n<ul>\n");
    for (size_t i = 0; i < model->unique_count; i++)
        add(page, arena_format(arena, "<li>unique: %s</li>\n",
                               columns_of(page, &model->uniques[i].key)));
    for (size_t i = 0; i < model->index_count; i++)
        add_index(page, &model->indexes[i]);
    for (size_t i = 0; i < model->check_count; i++)
        add(page, arena_format(arena, "<li>check: <code>%s</code></li>\n",
                               safe(page, model->checks[i].expression)));
    add(page, "</ul>\n");
}

static void add_model(struct page *page, const struct model *model)
{
    struct arena *arena = page->arena;

    add(page, arena_format(arena,
                           "<section id=\"%s\">\n<h2>%s <small>%s <code>%s%s%s</code></small>"
                           "</h2>\n",
                           safe(page, docs_anchor(arena, model)), safe(page, model->name),
                           model->view ? "view" : "table",
                           model->db_schema ? safe(page, model->db_schema) : "",
                           model->db_schema ? "." : "", safe(page, model->table)));
    if (model->comment)
        add(page, arena_format(arena, "<p>%s</p>\n", safe(page, model->comment)));
    add_columns(page, model);
    add_relations(page, model);
    add_rules(page, model);
    add(page, "</section>\n");
}

static void add_enums(struct page *page, const struct schema *schema)
{
    if (!schema->enum_count)
        return;
    add(page, "<section>\n<h2>Enums</h2>\n<ul>\n");
    for (size_t i = 0; i < schema->enum_count; i++) {
        const struct enum_type *type = schema->enums[i];

        add(page, arena_format(page->arena, "<li><b>%s</b>: ", safe(page, type->name)));
        for (size_t k = 0; k < type->label_count; k++)
            add(page, arena_format(page->arena, "%s<code>%s</code>", k ? ", " : "",
                                   safe(page, type->labels[k].label)));
        add(page, "</li>\n");
    }
    add(page, "</ul>\n</section>\n");
}

static void add_head(struct page *page, const struct schema *schema, const char *title)
{
    struct arena *arena = page->arena;
    size_t models = 0;

    for (size_t i = 0; i < schema->model_count; i++)
        models += !schema->models[i]->link_only;
    add(page, arena_format(arena,
                           "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                           "\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n"
                           "<h1>%s</h1>\n<p class=\"lead\">%zu model%s, %zu enum%s.</p>\n",
                           safe(page, title), style, safe(page, title), models,
                           models == 1 ? "" : "s", schema->enum_count,
                           schema->enum_count == 1 ? "" : "s"));
}

const char *docs_page(struct arena *arena, const struct schema *schema, const char *title,
                      const char *svg)
{
    struct page page = { .arena = arena };

    add_head(&page, schema, title);
    if (svg) {
        add(&page, "<h2>Diagram</h2>\n<p class=\"lead\">A line is a foreign key: many rows at the "
                   "crow's foot, one at the bar, perhaps none at the circle.</p>\n"
                   "<div class=\"diagram\">\n");
        add(&page, svg);
        add(&page, "</div>\n");
    }
    add(&page, "<h2>Models</h2>\n<nav>\n");
    for (size_t i = 0; i < schema->model_count; i++)
        if (!schema->models[i]->link_only)
            add(&page, arena_format(arena, "%s\n", link_to(&page, schema->models[i])));
    add(&page, "</nav>\n");
    for (size_t i = 0; i < schema->model_count; i++)
        if (!schema->models[i]->link_only)
            add_model(&page, schema->models[i]);
    add_enums(&page, schema);
    add(&page, "</main>\n</body>\n</html>\n");
    return page.made.text;
}
