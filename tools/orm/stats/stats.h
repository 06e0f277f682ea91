#ifndef ORM_TOOLS_ORM_STATS_STATS_H
#define ORM_TOOLS_ORM_STATS_STATS_H

/* How large the tables of a database are, and what their indexes are good for. */

#include <stdint.h>

#include "database/catalog.h"
#include "database/filter.h"

/* A number that is not known is -1. */
struct index_stats {
    const char *name;
    struct catalog_names columns;      /* expressions in parentheses; "x DESC" */
    const struct catalog_index *index; /* NULL: of a key */
    const struct catalog_key *key;     /* NULL: of none */
    bool primary;
    bool unique;
    int64_t bytes;
    int64_t scans; /* PostgreSQL */
};

struct table_stats {
    const struct catalog_table *table;
    int64_t rows;
    bool exact;
    int64_t bytes; /* without indexes */
    int64_t index_bytes;
    int64_t sequential_scans; /* PostgreSQL */
    int64_t index_scans;      /* PostgreSQL */
    struct index_stats *indexes;
    size_t index_count;
};

enum stats_kind { STATS_MISSING_INDEX, STATS_UNUSED_INDEX, STATS_DUPLICATE_INDEX, STATS_NO_KEY };
enum { STATS_KINDS = STATS_NO_KEY + 1 };

struct stats_finding {
    enum stats_kind kind;
    const struct table_stats *table;
    const struct index_stats *index; /* unused, duplicate; else NULL */
    const struct index_stats *other; /* duplicate: which does its work; else NULL */
    struct catalog_names columns;
    const char *message;
    const char *yaml; /* the line to add to the model; NULL: none */
    const char *sql;  /* the statement that mends it; NULL: none */
};

struct stats {
    struct arena *arena;
    struct connection *connection;
    struct catalog catalog;
    const char *since;          /* PostgreSQL: when it began to count scans; NULL: not known */
    bool exact;                 /* rows are to be counted */
    struct table_stats *tables; /* the largest first */
    size_t table_count;
    struct pointers findings; /* struct stats_finding */
};

/* "missing-index" ... as --fail-on and JSON name them. */
const char *stats_kind_word(enum stats_kind kind);

/* measure.c. False: it has said why. */
bool stats_measure(struct stats *stats);
/* findings.c */
void stats_find(struct stats *stats);
/* text.c, json.c: to standard output. */
void stats_print_text(const struct stats *stats);
void stats_print_json(const struct stats *stats);

#endif
