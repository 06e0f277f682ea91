#ifndef ORM_TOOLS_ORM_NPLUS1_FIX_H
#define ORM_TOOLS_ORM_NPLUS1_FIX_H

/* Edits of the source that a finding suggests. */

#include "nplus1/c_tree.h"
#include "nplus1/run.h"

/* One replacement in the text as it is now. */
struct edit {
    size_t start;
    size_t length;
    const char *text;
};

/* One file that is edited, finding by finding. */
struct patch {
    struct arena *arena;
    struct c_file *file;
    struct c_tree *tree;
    struct pointers edits; /* struct edit; of the finding at hand */
    const char *shown;     /* its path as the logs name it */
    const char *original;  /* its text as it was read */
    bool changed;
};

/* What one finding is to change. */
struct fixing {
    struct arena *arena;
    const struct finding *finding;
    struct patch *list; /* where the list is made; NULL: not known */
    struct patch *site; /* where the call in the loop stands */
    bool clash;      /* what is to be loaded is loaded another way already */
    const char *why; /* what keeps it from being changed */
};

/* Each kind of edit. False: it can't be made with certainty, and `why` is set. */
bool fix_query(struct fixing *fixing);   /* a member of the list's query, or a call behind it */
bool fix_reading(struct fixing *fixing); /* the call in the loop reads memory as well */
bool fix_omit(struct fixing *fixing);    /* what nothing reads is not loaded */
bool fix_write(struct fixing *fixing);   /* rows are written together */
bool fix_batch(struct fixing *fixing);   /* keys are gathered, and their rows written together */
bool fix_keep(struct fixing *fixing);    /* an answer is kept for the next time */
bool fix_walk(struct fixing *fixing);    /* a recursion is walked before it begins */
bool fix_gather(struct fixing *fixing);  /* values are asked for together, before the loop */

/* Returns false. */
bool refuse_fix(struct fixing *fixing, const char *why);

/* fix_query.c: adds a member, such as ".with.albums = &album_all,", to the query that a call is
 * given. */
bool query_add(struct fixing *fixing, struct patch *patch, const struct call *call,
               const char *member);
/* The same to the query that makes the list or, where that can't be, `code` behind that call: it
 * begins with a session and "&list". */
bool list_add(struct fixing *fixing, const char *member, const char *code);
/* The call that makes the finding's list. */
bool find_list_call(struct fixing *fixing, struct call *call_out);
/* The one call of that name on the line. */
bool find_site_call(struct fixing *fixing, struct patch *patch, int64_t line, const char *name,
                    struct call *call_out);

/* fix_place.c */
void edit_add(struct patch *patch, size_t start, size_t length, const char *text);
void edit_range(struct patch *patch, struct range range, const char *text);
/* Behind a comment that ends the token's line, or the token when something else follows. */
size_t end_with_comment(const struct c_file *file, size_t token);
/* The white space that the token's line begins with. */
const char *indent_of(const struct patch *patch, size_t token);
/* Statements before and behind another one, either NULL; braces where they are needed. */
void place_statements(struct patch *patch, const struct c_statement *statement, const char *before,
                      const char *behind);
/* Takes whole lines away, where nothing else stands on them. */
void remove_statement(struct patch *patch, const struct c_statement *statement);
/* Adds a call behind another one, whose failure is then treated as that one's. */
bool place_behind(struct fixing *fixing, struct patch *patch, const struct call *call,
                  const char *code);
/* The same before a statement around the call. */
bool place_before(struct fixing *fixing, struct patch *patch, const struct call *call,
                  const struct c_statement *statement, const char *code, const char *declarations);
/* The same behind a loop around the call. */
bool place_after_loop(struct fixing *fixing, struct patch *patch, const struct call *call,
                      const struct c_statement *loop, const char *code);
/* The text of a statement that treats the status `code` as that of the call is treated. */
const char *statement_with(struct patch *patch, const struct call *call, const char *code);
/* A name that nothing in the token's function or outside of functions has. */
const char *free_name(const struct patch *patch, size_t token, const char *wish);
/* Whether the expression has no effect and needs no statement: no call, no assignment. */
bool is_quiet(const struct c_file *file, struct range range);

/* fix_loop.c: what a loop does. */
struct c_statement *outermost_loop(struct c_statement *statement);
/* Whether it tells failures of single rows apart, or has transactions of its own. */
bool treats_rows_apart(const struct c_file *file, struct range loop);
/* Whether a function that is called there may write rows of the model; NULL: of any. */
bool may_write(const struct patch *patch, struct range range, const char *model, int depth);
/* Whether what the range names is the same in each turn of the loop; `but` is left out. */
bool is_steady(const struct patch *patch, const struct function *function,
               const struct c_statement *loop, struct range range, const struct call *but);
/* Whether anything is put into the variable there, but by the call. */
bool is_altered(const struct c_file *file, struct range range, size_t name,
                const struct call *but);

#endif
