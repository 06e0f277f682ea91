/* The session behind orm_session: one unit of work, its memory, its connection, its transaction. */
#ifndef ORM_SESSION_SESSION_H
#define ORM_SESSION_SESSION_H

#include <stdatomic.h>

#include <orm/gen.h>

#include "base/present.h"
#include "base/value_set.h"
#include "exec/engine.h"
#include "exec/publish.h"
#include "map/identity.h"
#include "map/mapper.h"
#include "session/results.h"
#include "sql/query.h"

enum {
    ORM__WRITE_MAX = 1600
}; /* columns of one INSERT or UPDATE: what a PostgreSQL table can have */

typedef enum orm__undo_kind {
    ORM__UNDO_INSERT,
    ORM__UNDO_UPDATE,
    ORM__UNDO_DELETE,
    ORM__UNDO_RELATION /* a loaded relation was forgotten */
} orm__undo_kind;

/* A change to memory that a rollback takes back; newest first. */
typedef struct orm__undo {
    struct orm__undo *next;
    const orm_model *model;
    void *row;
    void *before;    /* UPDATE: the row struct as it was; else NULL */
    orm__slot *slot; /* RELATION: whose, and what it was; the rows above are NULL */
    orm__slot was;
    orm__undo_kind what;
} orm__undo;

/* A nested scope of the transaction. Lives in the transaction's memory. */
typedef struct orm__savepoint {
    struct orm__savepoint *outer;
    uint64_t number;
    uint32_t depth;  /* from 1; part of its name */
    bool sent;       /* the database knows it */
    orm__undo *undo; /* the newest change before it */
    orm__arena_mark memory;
} orm__savepoint;

/* Memory may be released to it. Stands at the start of what goes. */
typedef struct orm__mark {
    struct orm__mark *outer;
    uint64_t number;
    orm__arena_mark memory;
    orm__result *results; /* the newest before it */
} orm__mark;

/* The longest BEGIN with all its options. */
enum { ORM__BEGIN_SIZE = 64, ORM__XID_SIZE = 24, ORM__START_SIZE = 64 };

struct orm__queue;
struct orm__stream;

struct orm_session {
    orm_engine *engine;
    struct orm__queue *queue; /* what waits for a flush; NULL: nothing */
    bool keeps_queue;         /* queries do not flush it */
    uint64_t loading_calls;   /* that had relations travel with their parents */
    bool loads_siblings;      /* with a row's relation, for all rows of the list it came in */
    uint64_t work;            /* tells kinds of work apart, for the pool */
    orm__tenant tenant;       /* the engine's list of open sessions, with the site of the open */
    const orm__sink *sink;    /* the scope's; may be NULL */
    uint64_t number;
    uint64_t family;       /* of tasks that have their scope from one parent, or workers; 0: none */
    atomic_bool cancelled; /* by any thread; until the transaction is rolled back */
    _Atomic(uintptr_t) user; /* the thread or task that is in a call; 0: none */
    uint32_t calls;          /* how deep that thread is in calls */
    uint32_t waiting;        /* of these, those that wait for a callback of theirs */
    uint64_t call_number;    /* of the outermost call, or that of a callback */
    bool clocked;            /* the outermost call has its deadline */
    int64_t timeout_ms;      /* of one flight */
    int64_t call_ms;         /* of one call with all its waits; 0: not bound as a whole */
    orm_deadline deadline;   /* the present call's */
    bool read_only;
    bool opened;             /* the transaction was begun by the user */
    bool begun;              /* a transaction is open on the connection */
    bool failed;             /* a statement failed in it */
    bool in_callback;        /* a row callback is running: the connection is busy */
    bool wrote;              /* something was sent in it that may have written */
    char xid[ORM__XID_SIZE]; /* the transaction's id on the server, if it was asked for; "" */
    char server_start[ORM__START_SIZE]; /* which start of the server gave that id */
    orm__pool *_Atomic pool;            /* where the connection is from; read by who cancels */
    orm__connection *connection;        /* NULL until needed */
    char begin_sql[ORM__BEGIN_SIZE];
    orm__statement begin; /* BEGIN with options; its text is NULL when there are none */
    const char *route;    /* borrowed; for comments, as is the next */
    const char *traceparent;
    orm_site site;          /* the present call's */
    orm__buffer shape;      /* scratch: the gathered shape with its comment */
    orm__buffer begin_text; /* BEGIN with its comment */
    orm__arena arena;
    orm__arena lasting; /* what a release of `arena` must not take */
    orm__mark *marks;   /* the newest first */
    uint64_t mark_count;
    orm__identity_map map;
    orm__gathered gathered;
    orm__row_list rows; /* scratch for results */
    orm__result *results;
    struct orm__stream *stream; /* the innermost whose rows are being given */
    bool flushing;              /* by orm_session_flush */
    uint32_t cursors_left;      /* the transaction may still hold that many of ended streams */
    struct orm__stream *inside; /* the one whose memory and map stand in for the session's */
    struct orm__eager *eagers;  /* only while someone watches; so are the next ones */
    size_t eager_count;
    int64_t unjudged;
    struct orm__digest *digests;
    orm__value_set digested;
    int64_t undigested;
    orm__result *spare_results; /* of `lasting`, to be used again */
    uint64_t result_count;      /* ever made */
    orm__arena transaction;     /* what is remembered for a rollback */
    orm__undo *undo;
    orm__savepoint *savepoints; /* the innermost first */
    uint64_t savepoint_count;   /* ever made */
    uint32_t release_depth;     /* the savepoint of this depth is to be released; 0: none is */
    orm_error error;
};

/* What an event says of a statement besides its answers. */
typedef struct orm__about {
    orm_event_kind kind;
    const orm_model *model;
    const orm_column *column;
    const orm_relation *relation;
    const orm_model *owner;
    const char *path;
    bool row_by_row;
    bool refreshes;
    bool streamed;
    bool paged;
    bool one_row;
    bool by_condition;
    orm_site origin;
    size_t origin_rows;
    orm_site site; /* of the call, in a flight of several; its file NULL: the flight's */
} orm__about;

/*
 * Starts what does I/O within a call, which gets its deadline with the first: clears the error,
 * refuses a session whose transaction failed, takes a connection and starts a flight on it.
 * ORM_FAILED_TRANSACTION, or what the pool says.
 */
orm_status orm__session_enter(orm_session *session, orm_site site);

/* The two parts of it: what is refused, without a connection; and the connection. Text or shape of
 * the statement that asks tells kinds of work apart besides the site; NULL: it is not known. */
orm_status orm__session_check(orm_session *session, orm_site site);
orm_status orm__session_connect(orm_session *session, orm_site site, const void *statement,
                                size_t size);

/* The statement for what was gathered, compiled when it is new. `kind` of compile by `query`. */
orm_status orm__session_statement(orm_session *session, const orm__query *query,
                                  orm__statement **statement_out);

/* The same for text that is compiled by the caller: keeps it under the gathered shape. */
orm_status orm__session_keep(orm_session *session, orm__compiled *compiled,
                             orm__statement **statement_out);

/* The gathered shape, with the comment that the statement gets if there is one; until the next. */
const orm__buffer *orm__session_shape(orm_session *session);
/* Adds the comment to a statement that is new. */
void orm__session_comment(const orm_session *session, orm__compiled *compiled);
void orm__session_comment_begin(orm_session *session);
/* Whether statements get one. */
bool orm__session_comments(const orm_session *session);

/* The statement of the gathered shape if the connection has it, else NULL. */
orm__statement *orm__session_lookup(orm_session *session);

/*
 * Sends calls[1 … count] as one flight, with BEGIN in calls[0] when no transaction is open, and
 * publishes one event for each. abouts[0 … count - 1] describe them. On failure the session's error
 * is set with statement and site.
 */
orm_status orm__session_send(orm_session *session, orm_site site, orm__call *calls,
                             const orm__about *abouts, size_t count);

/* The one statement of a call that needs no more: gathered values, one consumer. */
orm_status orm__session_send_one(orm_session *session, orm_site site, orm__statement *statement,
                                 orm__consume *consume, void *context, const orm__about *about,
                                 int64_t *affected_out);

/*
 * Sends rows together within the transaction, which is begun by itself if it is not open, and
 * publishes one event for them. ORM_UNSUPPORTED with `unfit` set: nothing was sent.
 */
orm_status orm__session_copy(orm_session *session, orm_site site, orm__copy *copy,
                             const orm__about *about);

/* A new, empty result that nothing knows of yet; of a session that nobody watches in `arena`. NULL:
 * out of memory. */
orm__result *orm__session_new_result(orm_session *session, orm__arena *arena);

/* Registers a new, empty result. session. NULL: out of memory. */
orm__result *orm__session_result(orm_session *session, orm_site site, const orm_model *model);

/* ORM_READ_ONLY: the query locks rows, which is for transactions that may write. */
orm_status orm__session_check_lock(orm_session *session, const orm__query *query);

/* A copy in the session's memory of a generated query (NULL: NULL) with all that it borrows, the
 * queries of its relations included. */
orm_status orm__session_keep_query(orm_session *db, const orm_model *model, const void *query,
                                   const void **copy_out);

/* A new, zeroed load. NULL: out of memory. */
orm__load *orm__session_load(orm_session *session, orm_site site);

/*
 * Tells those who watch the session that a relation, or the number of its rows when `counting`, was
 * loaded for `parents` rows because a query named it. What finds no memory is not told.
 */
void orm__session_note_eager(orm_session *session, const orm_model *owner,
                             const orm_relation *relation, const char *path, bool counting,
                             const orm__load *load, size_t parents, size_t rows);

/* Keeps whether what was loaded for the stream's present batch was read: its memory goes. */
void orm__eager_end_batch(orm_session *session, const struct orm__stream *stream);

/* Sets the session's error for want of memory. */
orm_status orm__session_nomem(orm_session *session);

/* Checks that `row` is an attached object of this session, and no row of a stream. ORM_MISUSE. */
orm_status orm__session_check_row(orm_session *session, const orm_model *model, const void *row);
/* The same for what may be done with a stream's rows too. */
orm_status orm__session_check_any(orm_session *session, const orm_model *model, const void *row);

/* Remembers a change for a rollback. False: out of memory. */
bool orm__session_undoable(orm_session *session, const orm_model *model, void *row,
                           orm__undo_kind what);

/* Takes back what was done to memory after `until`, the newest change that stays; NULL: all. */
void orm__session_undo(orm_session *session, const orm__undo *until);

/* Forgets what was remembered of the transaction. */
void orm__session_forget(orm_session *session);

/* Runs control statements by themselves, publishes them, and gives a failure its place. */
orm_status orm__session_control(orm_session *session, orm_site site, orm__call *calls, size_t count,
                                orm_deadline deadline, orm_error *error);

/* ORM_FAILED_TRANSACTION while the transaction has failed, with the cause in the error. */
orm_status orm__session_refuse_failed(orm_session *session);

/* Sets the error of a handler that failed for reasons of its own. */
void orm__session_fail_handler(orm_session *session, orm_site site, orm_status status);

/* What savepoints have to send before anything else: at most orm__savepoint_pending calls. */
size_t orm__savepoint_pending(const orm_session *session);
orm_status orm__savepoint_fill(orm_session *session, orm__call *calls);
/* After these calls were run. */
void orm__savepoint_sent(orm_session *session, const orm__call *calls);

/* Whether the outcome of a COMMIT is to be found out when it is not told, and until when. */
bool orm__resolve_is_wanted(const orm_session *session);
orm_deadline orm__resolve_deadline(const orm_session *session);
/* The call that asks for the transaction's id, to travel behind those that may write. */
orm_status orm__resolve_fill(orm_session *session, orm__call *call);
/*
 * After ORM_COMMIT_UNKNOWN: gives the connection up and asks on others. ORM_OK; ORM_DISCONNECTED:
 * nothing was committed; ORM_COMMIT_UNKNOWN: no answer before the deadline.
 */
orm_status orm__resolve_commit(orm_session *session, orm_site site, orm_deadline deadline);

/* A number that no other thread has at the same time. */
uintptr_t orm__thread_number(void);

/* Who calls: the task of a thread that runs several, else the thread. */
static inline uintptr_t orm__session_caller(const orm_session *session)
{
    const orm_runtime *runtime = session->engine->target.runtime;
    uintptr_t task = runtime->task == NULL ? 0 : runtime->task(runtime->context);
    return task != 0 ? task : orm__thread_number();
}

/*
 * Every public call on a session stands between these two. False: another thread or task is in a
 * call; then nothing of the session may be touched and the answer is ORM_MISUSE.
 */
static inline bool orm__session_take(orm_session *session)
{
    uintptr_t mine = orm__session_caller(session);
    uintptr_t user = 0;
    if (!atomic_compare_exchange_strong_explicit(&session->user, &user, mine, memory_order_acquire,
                                                 memory_order_relaxed) &&
        user != mine)
        return false;
    if (session->calls++ == session->waiting) {
        session->clocked = false;
        session->call_number++;
    }
    return true;
}

/* A call that gives control to its caller between its parts: each part has a deadline of its own.
 */
static inline void orm__session_renew(orm_session *session)
{
    session->clocked = false;
}

static inline orm_status orm__session_leave(orm_session *session, orm_status status)
{
    if (--session->calls == 0)
        atomic_store_explicit(&session->user, 0, memory_order_release);
    return status;
}

#endif
