/*
 * Loads relations level by level: all relations of a level are read by one flight, one statement
 * each, whatever the number of parents; what the session already has is not asked for again.
 */
#ifndef ORM_RELATION_LOADER_H
#define ORM_RELATION_LOADER_H

#include "relation/assign.h"
#include "relation/keyset.h"
#include "relation/tables.h"
#include "relation/visited.h"
#include "session/session.h"
#include "sql/view.h"

typedef struct orm__loader orm__loader;

/* One relation to be loaded for one set of parents: one path of the query. */
typedef struct orm__task {
    struct orm__task *next;
    const orm__driver *driver;
    const orm_model *owner;
    const orm_relation *relation;
    uint16_t relation_index;
    const void *generated; /* the relation's generated query, or NULL */
    orm__view view;
    uint32_t depth;        /* levels of a self relation still to load, this one included */
    orm__visited *visited; /* by these levels; NULL on the first */
    void *const *parents;
    size_t parent_count;
    const char *path; /* NULL when nobody watches */
    orm_site site;    /* of the call it is for */
    bool row_by_row;
    bool alone;    /* for the only row of a list, by a call of its own */
    bool counting; /* how many children there are is all that is asked */
    uint64_t call; /* the loader's */
    /* Work. */
    orm__keyset keys;
    orm__load *load;
    orm__load
        *inverse_load; /* of children that are all new: they are told their parent as they come */
    orm__query query;
    orm__statement *statement;
    orm__tables tables;
    orm__result *result;
    orm_value *values; /* this task's own copy of what is sent */
    size_t value_count;
    orm__row_list children;
    uint32_t *child_keys; /* per child: the key it belongs to */
    size_t child_capacity;
    uint32_t last_key;    /* by key: children of one parent tend to follow each other */
    orm__row_list reused; /* children that were there already */
    orm__row_list links;  /* per child: the row of the link's model, if it has one */
    int64_t *numbers;     /* counting: per key */
    /* Travelling with the parents. */
    orm__loader *loader;
    struct orm__task *above; /* whose children are the parents; NULL: the query's own rows */
    const orm__row_list *parent_rows; /* these; complete when the first row of the task comes */
    orm__about *about;
    void *scratch;    /* a row of the owner, for its key */
    int64_t *seen;    /* per key: the position of the parent it came with, from 1 */
    int64_t position; /* of the parent of the present row */
    uint32_t present; /* its key; ORM__NO_PARENT: its rows are passed over */
} orm__task;

/* A call of a task: its keys from `base` on. */
typedef struct orm__piece {
    orm__task *task;
    size_t base;
} orm__piece;

struct orm__loader {
    orm_session *session;
    orm_site site;
    uint64_t call;    /* tells this call's loads from others; 0: nothing travels together */
    orm__task *level; /* the tasks to be run next */
    orm__task **level_end;
    orm__task *together; /* those that travel with the query's own rows, parents first */
    orm__task **together_end;
    size_t together_count;
    bool alone; /* a call for the only row of a list */
    /* Calls that travel with the next level, which is in the call already; they may make objects of
     * the models that the level reads. */
    orm__call *guests;
    const orm__about *guest_abouts;
    size_t guest_count;
    orm__assigned assigned;
};

void orm__loader_init(orm__loader *loader, orm_session *session, orm_site site);
void orm__loader_dispose(orm__loader *loader);

/* Adds relation `index` of `owner`, with `generated` its query (may be NULL), for `count` parents.
 * ORM_NOMEM. */
orm_status orm__loader_add(orm__loader *loader, const orm_model *owner, uint16_t index,
                           const void *generated, void *const *parents, size_t count,
                           const char *parent_path, bool row_by_row);

/* The same for the number of its rows. */
orm_status orm__loader_add_count(orm__loader *loader, const orm_model *owner, uint16_t index,
                                 const void *generated, void *const *parents, size_t count,
                                 const char *parent_path);

/*
 * Adds every relation and count that `view` names for the rows of its model, but those which
 * `joined`, the query they came from as table `table`, has joined already. NULL: it has none.
 */
orm_status orm__loader_add_with(orm__loader *loader, const orm__view *view, void *const *rows,
                                size_t count, const char *path, const orm__query *joined,
                                uint16_t table);

/* Adds the relations below the joins of a result. */
orm_status orm__loader_add_joined(orm__loader *loader, const orm__tables *tables, const char *path);

/*
 * Relations that travel with `query`, the rows of `view`, and below one another. add: prepares
 * them;
 * `*loader->together` NULL when there are none. fill: their calls and what they are about, behind
 * the query's own. finish: hands out what came; what did not is left to the levels.
 */
orm_status orm__together_add(orm__loader *loader, const orm__view *view, const orm__query *query,
                             const orm__row_list *rows);
void orm__together_fill(orm__loader *loader, orm__call *calls, orm__about *abouts);
orm_status orm__together_finish(orm__loader *loader);

/* The making of a task, its statement with its own copy of the values, and one more child. */
orm__task *orm__task_new(orm__loader *loader, const orm_model *owner, uint16_t index,
                         const void *generated, const char *parent_path, bool row_by_row);
orm_status orm__task_fill(orm__loader *loader, orm__task *task);
orm_status orm__task_statement(orm__loader *loader, orm__task *task);
orm_status orm__task_take(orm__task *task, orm__rows *rows, uint32_t key, orm_error *error);

/* Runs level after level until there is nothing left. On failure every relation is as it was. */
orm_status orm__loader_run(orm__loader *loader);
/* Runs the next level, and adds those below it. Whoever calls it calls orm__loader_undo when that
 * or anything after it fails. */
orm_status orm__loader_step(orm__loader *loader);
void orm__loader_undo(orm__loader *loader);

/* The stages of one level. Finds the keys to ask for; sets what is known without asking. */
orm_status orm__task_collect(orm__loader *loader, orm__task *task);
/* Fills the task's query from its view. */
orm_status orm__task_fill(orm__loader *loader, orm__task *task);
/* Whether what a parent has is what the query asks for. */
bool orm__task_is_satisfied(const orm__task *task, const orm__slot *slot, uint32_t epoch);
/* Counts: where a parent's stands, made when missing; what is known without asking; the answer. */
orm__slot *orm__count_slot(orm_session *session, const orm_model *model, void *row, uint16_t index);
bool orm__count_is_known(const orm__task *task, const void *row, uint32_t epoch,
                         int64_t *count_out);
orm_status orm__count_take(orm__call *call, orm__rows *rows, orm_error *error);
bool orm__count_assign(orm__loader *loader, orm__task *task);
/* The position among all keys of the ordinal that a piece's row holds. */
orm_status orm__piece_key(const orm__piece *part, orm__rows *rows, uint16_t ordinal,
                          uint32_t *key_out, orm_error *error);
/* Whether children lead back to the parent they were reached from by a relation to one row. */
bool orm__task_has_inverse(const orm__task *task);
/* Hands the children read to their parents. */
orm_status orm__task_distribute(orm__loader *loader, orm__task *task);

#endif
