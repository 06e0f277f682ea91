#ifndef ORM_TOOLS_ORM_DOCS_DOCS_H
#define ORM_TOOLS_ORM_DOCS_DOCS_H

/* The models as people read them: a diagram, and a page with every table. */

#include "command.h"

/* diagram.c: the diagram in DOT, Graphviz's language. */
const char *docs_diagram(struct arena *arena, const struct schema *schema);

/* graphviz.c: the diagram as SVG. NULL: it has said why. */
const char *docs_svg(struct arena *arena, const char *diagram);

/* page.c: one page of HTML without scripts or other files; `svg` as graphviz.c makes it. */
const char *docs_page(struct arena *arena, const struct schema *schema, const char *title,
                      const char *svg);

/* What both tell alike: the identifier of a model's place on the page. */
const char *docs_anchor(struct arena *arena, const struct model *model);

#endif
