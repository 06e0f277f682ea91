#include "fmt/fmt.h"

#include <stdlib.h>
#include <string.h>

/* The canonical text, and the proof that it says the same. */

static bool is_same(struct document *a, const yaml_node_t *left, struct document *b,
                    const yaml_node_t *right);

static bool is_same_list(struct document *a, const yaml_node_t *left, struct document *b,
                         const yaml_node_t *right)
{
    size_t i = 0;

    for (const yaml_node_t *item; (item = document_item(a, left, i)) != NULL; i++)
        if (!is_same(a, item, b, document_item(b, right, i)))
            return false;
    return !document_item(b, right, i);
}

static bool is_same_mapping(struct document *a, const yaml_node_t *left, struct document *b,
                            const yaml_node_t *right)
{
    for (const yaml_node_pair_t *pair = left->data.mapping.pairs.start;
         pair < left->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&a->tree, pair->key);

        if (!is_same(a, yaml_document_get_node(&a->tree, pair->value), b,
                     document_get(b, right, (const char *)key->data.scalar.value)))
            return false;
    }
    return left->data.mapping.pairs.top - left->data.mapping.pairs.start ==
           right->data.mapping.pairs.top - right->data.mapping.pairs.start;
}

static bool is_same(struct document *a, const yaml_node_t *left, struct document *b,
                    const yaml_node_t *right)
{
    if (!right || left->type != right->type)
        return false;
    if (left->type == YAML_SEQUENCE_NODE)
        return is_same_list(a, left, b, right);
    if (left->type == YAML_MAPPING_NODE)
        return is_same_mapping(a, left, b, right);
    return document_is_null(left) == document_is_null(right) &&
           (document_is_null(left) || (left->data.scalar.length == right->data.scalar.length &&
                                       memcmp(left->data.scalar.value, right->data.scalar.value,
                                              left->data.scalar.length) == 0));
}

static int compare_comments(const void *a, const void *b)
{
    const struct fmt_comment *left = *(const struct fmt_comment *const *)a;
    const struct fmt_comment *right = *(const struct fmt_comment *const *)b;

    return strcmp(left->text, right->text);
}

static void sort_comments(struct fmt *fmt)
{
    if (fmt->comments.count)
        qsort(fmt->comments.items, fmt->comments.count, sizeof *fmt->comments.items,
              compare_comments);
}

static bool has_same_comments(struct fmt *a, struct fmt *b)
{
    struct span at;

    if (fmt_find_comments(b, &at) || a->comments.count != b->comments.count)
        return false;
    sort_comments(a);
    sort_comments(b);
    for (size_t i = 0; i < a->comments.count; i++)
        if (compare_comments(&a->comments.items[i], &b->comments.items[i]) != 0)
            return false;
    return true;
}

/* Read again, the text gives the same tree and has the same comments. */
static bool says_the_same(struct fmt *fmt, const char *text)
{
    struct diagnostics *diags = diagnostics_new();
    struct fmt made = {.arena = fmt->arena};
    bool same;

    made.document = document_parse(
        fmt->arena, diags,
        diagnostics_add_source(diags, fmt->document->source->path, text, strlen(text)));
    same = !diagnostics_error_count(diags) &&
           is_same(fmt->document, document_root(fmt->document), made.document,
                   document_root(made.document)) &&
           has_same_comments(fmt, &made);
    document_close(made.document);
    diagnostics_free(diags);
    return same;
}

const char *fmt_text(struct document *document)
{
    struct fmt fmt = {.arena = document->arena, .document = document};
    struct span at = {.source = document->source, .line = 1, .column = 1, .width = 1};
    const char *fault = fmt_find_comments(&fmt, &at);
    const char *text = NULL;

    if (!fault) {
        fmt_find_parts(&fmt);
        text = fmt_layout(&fmt);
        if (!says_the_same(&fmt, text))
            fault = "this file can't be formatted without changing what it says; it is left as "
                    "it is (please report it)";
    }
    if (fault)
        diagnostics_error(document->diags, at, "%s", fault);
    return fault ? NULL : text;
}
