#ifndef ORM_TOOLS_ORM_FMT_FMT_H
#define ORM_TOOLS_ORM_FMT_FMT_H

/* Files of models in their canonical form. */

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "yaml/document.h"

/* A comment of the file, or an empty line between comments (text ""). */
struct fmt_comment {
    const char *text; /* from '#' on, without blanks at its end */
    size_t at;        /* in characters of the file, as libyaml counts them; so below */
    size_t line;      /* from 0 */
    size_t column;
    bool alone; /* nothing stands before it on its line */
};

/* A list's entry, or a key with its value. Its comments go where it goes. */
struct fmt_part {
    struct fmt_part *parent; /* whose value it is in; NULL: the file itself */
    const yaml_node_t *key;  /* NULL: of a list, or the file */
    const yaml_node_t *value;
    const char *entry; /* what canonical_rank calls mappings in it */
    size_t from;       /* where it begins: its dash, its key */
    size_t line;
    size_t column;
    struct pointers parts; /* struct fmt_part, of its value */
    struct pointers head;  /* const char *, lines above it; "": an empty one */
    struct pointers foot;  /* behind the last of its parts */
    const char *remark;    /* behind it on its line; NULL: none */
};

struct fmt {
    struct arena *arena;
    struct document *document;
    const size_t *bytes;      /* by character: where it begins in the text; one more for the end */
    struct pointers comments; /* struct fmt_comment */
    struct pointers dashes;   /* struct fmt_comment without text: of entries of lists */
    struct pointers parts;    /* struct fmt_part, as they stand in the file */
    struct fmt_part *root;
    struct pointers header; /* const char *: what stays at the file's start */
};

/* comments.c: finds the comments of a file without faults. NULL, or what can't be kept and where.
 */
const char *fmt_find_comments(struct fmt *fmt, struct span *at_out);
/* parts.c: finds the parts and gives them the comments. */
void fmt_find_parts(struct fmt *fmt);
/* block.c: the text of a scalar over several lines, "|-\n", then its lines with `indent` blanks
 * before them. NULL: it is written in one line. */
const char *fmt_block(struct fmt *fmt, const yaml_node_t *node, size_t indent);
/* layout.c */
const char *fmt_layout(struct fmt *fmt);

/*
 * format.c: the canonical text of a document without faults. NULL: something can't be kept; a
 * fault was added to the document's.
 */
const char *fmt_text(struct document *document);

/* difference.c: a unified diff, "" when the texts are the same. */
const char *fmt_difference(struct arena *arena, const char *name, const char *from, const char *to);

#endif
