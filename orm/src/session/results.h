/* The live results of a session, for those who watch it. */
#ifndef ORM_SESSION_RESULTS_H
#define ORM_SESSION_RESULTS_H

#include "map/object.h"

/* The newest result of a session, followed by older ones through `next`; NULL when there is none.
 * session. */
const orm__result *orm__session_results(const orm_session *session);

enum {
    ORM_DIGEST_LAST = 8,
    ORM_DIGEST_KEYS_MAX = 32768 /* values of all digests of a session */
};

/* A value of a key column. */
typedef struct orm__digest_key {
    uint16_t column;
    uint64_t hash;
} orm__digest_key;

/* What is left of the lists that one call made and whose memory was given back. */
typedef struct orm__digest {
    struct orm__digest *next;
    const orm_model *model;
    const orm_relation *relation;
    orm_site site;
    uint64_t hash;    /* its own */
    size_t largest;   /* rows of the longest list */
    size_t rows;      /* of all of them */
    uint64_t number;  /* of the newest list */
    size_t last_rows; /* and its rows; the keys of a single one are kept */
    uint8_t last_count;
    bool changed; /* the last two were a row each, and not the same */
    orm__digest_key last[ORM_DIGEST_LAST];
} orm__digest;

/* The digests of a session, in no order; NULL: there is none. session. */
const orm__digest *orm__session_digests(const orm_session *session);

/* Whether a row of these lists had this value in a key column: one of the primary key or joined by
 * a relation. */
bool orm__session_digest_has(const orm_session *session, const orm__digest *digest, uint16_t column,
                             uint64_t hash);

/* Whether orm_session_flush itself was called. */
bool orm__session_is_flushing(const orm_session *session);

/* Whether the callback of a stream is running. */
bool orm__session_is_streaming(const orm_session *session);

/* Values that digests had no room for. */
int64_t orm__session_undigested(const orm_session *session);

/* One of these loads. Its memory goes with the load's. */
typedef struct orm__eager_load {
    struct orm__eager_load *before;
    const orm__load *load;
    const struct orm__stream *stream; /* whose batch it was for, or NULL */
} orm__eager_load;

/* The loads of one relation by one call, because a query named it or for a list: for people who
 * watch whether they were read. Lives as long as the session. */
typedef struct orm__eager {
    struct orm__eager *next;
    orm_site site; /* of the query, or the preload */
    const orm_model *owner;
    const orm_relation *relation;
    const char *path;                 /* of relations from the query's rows: "albums.tracks" */
    bool counting;                    /* the number of rows was loaded, not they */
    struct orm__eager_load *newest;   /* of those whose memory was not given back */
    struct orm__eager_load *streamed; /* of those for batches of streams that are still there */
    bool was_read;                    /* one of the others was */
    int64_t loads;
    int64_t parents;
    int64_t rows;
} orm__eager;

/* NULL when there is none, or the session was given up and had no time to read. session. */
const orm__eager *orm__session_eagers(const orm_session *session);
bool orm__eager_was_read(const orm__eager *eager);

/* A number no other call on the session has had: what one call sends belongs together. */
uint64_t orm__session_call(const orm_session *session);

/* Loads that are among none of these, for want of room. */
int64_t orm__session_unjudged(const orm_session *session);

/* A number no other session has had that the same scope, or one it is a part of, watches. */
uint64_t orm__session_number(const orm_session *session);

/* The same for the sessions of tasks that have their scope from one parent, and for those of one
 * scope's workers; 0: it is of none. */
uint64_t orm__session_family(const orm_session *session);

#endif
