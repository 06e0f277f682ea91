#ifndef ORM_TOOLS_ORM_NPLUS1_FIX_REPLAY_H
#define ORM_TOOLS_ORM_NPLUS1_FIX_REPLAY_H

/* A loop run through once before it, for the values that its calls will be given. */

#include "nplus1/fix.h"

enum { REPLAY_DEPTH = 4, REPLAY_VALUES = 4 };

struct replay_level {
    struct c_statement *loop;
    struct range start; /* of a while loop: none */
    const char *condition;
    const char *first; /* what of it is only asked before the first turn; NULL: nothing */
    struct range step;
};

struct replay {
    struct patch *patch;
    const struct function *function;
    const struct call *call;
    struct range values[REPLAY_VALUES];
    size_t value_count;
    struct replay_level levels[REPLAY_DEPTH]; /* the innermost first */
    size_t depth;
    struct pointers needed; /* struct c_statement: repeated as they stand */
    struct pointers guards; /* struct c_statement: an if that passes the call by */
    struct pointers kept;   /* struct variable: put back behind it */
    bool unguarded;         /* the call may be passed by for other reasons */
};

/* Through as many of the loops around the call as it can be done. False: not even the innermost. */
bool replay_read(struct patch *patch, const struct call *call, const struct range *values,
                 size_t count, struct replay *replay_out);
/* The outermost of them. */
struct c_statement *replay_loop(const struct replay *replay);
/* How many turns there are at most, as an expression, when that is known before; or NULL. */
const char *replay_turns(const struct replay *replay);
/* The loops with the body in them. `unless`: a condition to be asked before theirs, or NULL. */
const char *replay_text(const struct replay *replay, const char *body, const char *unless);
/* Whether no value comes twice: the loop counts them, they are an array's that has each once, or,
 * where that is so, each row of a list has its own. */
bool replay_is_distinct(const struct replay *replay, bool by_rows);
/* Lines that keep what the loops change, and put it back; "" when there is nothing. */
const char *replay_keeping(const struct replay *replay);
const char *replay_putting_back(const struct replay *replay);

#endif
