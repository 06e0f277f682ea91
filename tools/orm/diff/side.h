#ifndef ORM_TOOLS_ORM_DIFF_SIDE_H
#define ORM_TOOLS_ORM_DIFF_SIDE_H

/* One side of a comparison: models, a database, or a folder of migrations. */

#include "diff/changes.h"
#include "diff/scratch.h"

struct side_words {
    const char *dialect; /* of --dialect; NULL: not given */
    const char *dev_url;
};

struct side {
    const char *word;
    struct schema *models; /* NULL: it is none */
    struct catalog catalog;
    struct loaded loaded;
};

/* The dialect that the words are about. False: it has said what is wrong. */
bool side_dialect(const struct command *command, struct arena *arena,
                  const struct side_words *options, const char *const *words, size_t count,
                  enum sql_dialect *dialect_out);
/* The PostgreSQL server for scratch databases, NULL: none is known. */
const char *side_dev_url(const struct side_words *options, const char *const *words, size_t count);

/* Where sides are loaded and read back. Begin it with side_room_of; a scratch database is made when
 * one is needed, and serves all models. */
struct side_room {
    struct arena *arena;
    enum sql_dialect dialect;
    const char *dev_url;
    struct scratch scratch;
};
struct side_room side_room_of(struct arena *arena, enum sql_dialect dialect, const char *dev_url);
void side_room_close(struct side_room *room);

/* "a.yaml,b.yaml", a folder of either kind, or a URL. False: it has said why. */
bool side_open(struct side_room *room, const char *word, struct side *side_out);
void side_close(struct side *side);

/* The same of models' files. */
bool side_of_models(struct side_room *room, const char *const *files, size_t count,
                    struct side *side_out);

#endif
