/* A finding's suggestion as edits of the source, for `orm nplus1 fix`. */
#ifndef ORM_OBSERVE_FIX_H
#define ORM_OBSERVE_FIX_H

#include <stdbool.h>

#include "base/buffer.h"
#include "observe/lineage.h"
#include "observe/provenance.h"
#include "observe/scope.h"

/* The finding whose text lives in the scope's arena. */
typedef struct orm__fixer {
    orm_scope *scope;
    orm_finding *finding;
    const orm_event *event;
    bool failed; /* out of memory */
} orm__fixer;

/* ".with.albums = &(album_query){.with.tracks = &track_all}", on one line. */
void orm__write_with(orm__buffer *code, const orm_relation *const *path, size_t count);

/* The last relation of the lineage is loaded, or counted, with its list. */
void orm__fix_load(orm__fixer *fixer, const orm__lineage *lineage);
void orm__fix_count(orm__fixer *fixer, const orm__lineage *lineage);
/* Of a list that no query of ours makes: behind it. */
void orm__fix_preload(orm__fixer *fixer, const orm_model *model, const orm_relation *relation);
/* The deferred column is read with the rows at the lineage's end. */
void orm__fix_column(orm__fixer *fixer, const orm__lineage *lineage, const orm_column *column);
/* What the statement asks for is then read from memory, by the relation of the link's rows. */
void orm__fix_reading(orm__fixer *fixer, const orm__link *link, const orm_relation *relation,
                      const orm__bound *bound);
void orm__fix_walk(orm__fixer *fixer, const orm_model *model, const orm_relation *relation);
void orm__fix_write(orm__fixer *fixer);
/* Rows are gathered in the loop, and upserted together. */
void orm__fix_upsert(orm__fixer *fixer);
/* Keys are gathered in the loop, and their rows written together. */
void orm__fix_where(orm__fixer *fixer, const orm_column *column);
/* Its answer is kept. */
void orm__fix_keep(orm__fixer *fixer);
/* The loop's keys are asked for together before it: those of a find, or the column's of a select.
 * False: such a call is not known. */
bool orm__fix_gather(orm__fixer *fixer, const orm_column *column);

/* Whether a sum is over integers that memory can add up without a doubt; its column. */
const orm_column *orm__summed_column(const orm_event *event);

#endif
