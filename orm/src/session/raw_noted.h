/* What row callbacks read of hand-written SQL, for those who watch the session. */
#ifndef ORM_SESSION_RAW_NOTED_H
#define ORM_SESSION_RAW_NOTED_H

#include "session/digest.h"

/* The rows of one call, while they are given. */
typedef struct orm__raw_noted {
    orm_session *session; /* borrowed; NULL: nobody watches */
    orm_site site;
    orm__digest *digest; /* NULL: nothing was read yet, or there is no room */
    size_t rows;         /* of which something was read */
    bool counted;        /* the present one is among them */
    uint64_t first;      /* hash of the first value read */
} orm__raw_noted;

/* The next row is given. */
void orm__raw_note_row(orm__raw_noted *noted);

/* A value was read; `name` of its column, of which there are `count`. */
void orm__raw_note(orm__raw_noted *noted, const orm_column *as, const void *value, size_t column,
                   const char *name, size_t count);

/* There are no more rows. */
void orm__raw_note_end(orm__raw_noted *noted);

#endif
