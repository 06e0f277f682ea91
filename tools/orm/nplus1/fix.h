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
    const struct call *checked; /* the write that the call gathered looks before; NULL: none */
    bool before_loop; /* what is read is loaded before the loop, not with its list */
    bool clash;      /* what is to be loaded is loaded another way already */
    const char *why; /* what keeps it from being changed */
};

/* Each kind of edit. False: it can't be made with certainty, and `why` is set. */
bool fix_query(struct fixing *fixing);   /* a member of the list's query, or a call behind it */
bool fix_reading(struct fixing *fixing); /* the call in the loop reads memory as well */
bool fix_omit(struct fixing *fixing);    /* what nothing reads is not loaded */
bool fix_write(struct fixing *fixing);   /* rows are written together */
bool fix_batch(struct fixing *fixing);   /* keys are gathered, and their rows written together */
bool fix_upsert(struct fixing *fixing);  /* rows are gathered, and upserted together */
bool fix_hoist(struct fixing *fixing);   /* what waits is written behind the loop */
bool fix_keep(struct fixing *fixing);    /* an answer is kept for the next time */
bool fix_walk(struct fixing *fixing);    /* a recursion is walked before it begins */
bool fix_checked(struct fixing *fixing); /* the same, and what is then written is queued */
bool fix_gather(struct fixing *fixing);  /* values are asked for together, before the loop */

/* Takes back all edits of the finding, before another way is tried. */
void forget_edits(struct fixing *fixing);
/* Returns false. */
bool refuse_fix(struct fixing *fixing, const char *why);

/* fix_query.c: adds a member, such as ".with.albums = &album_all,", to the query that a call is
 * given. */
bool query_add(struct fixing *fixing, struct patch *patch, const struct call *call,
               const char *member);
/* The same to the query that makes the list or, where that can't be, `code` behind that call: it
 * begins with a session and "&list". */
bool list_add(struct fixing *fixing, const char *member, const char *code);
/* The one value of a list of one: "id" of "&id", or of an array that is set to {id}. */
bool only_element(const struct patch *patch, struct range *list);
/* The call that makes the finding's list. */
bool find_list_call(struct fixing *fixing, struct call *call_out);
/* The one call of that name on the line. */
bool find_site_call(struct fixing *fixing, struct patch *patch, int64_t line, const char *name,
                    struct call *call_out);

/* fix_text.c: each line of the code behind an indentation, parted by newlines. */
const char *indented_text(struct arena *arena, const char *code, const char *indent);
/* Lines behind the first go four columns to the right. */
const char *deepened_text(struct arena *arena, const char *code, const char *indent);
/* Text taken from deeper lines keeps its shape. */
const char *flattened_text(struct patch *patch, const char *text, const char *indent);
/* Code as lines of the file, behind the indentation, of at most a hundred columns. */
const char *code_lines(struct arena *arena, const char *code, const char *indent);
/* A name that nothing in the token's function or outside of functions has. */
const char *free_name(const struct patch *patch, size_t token, const char *wish);

/* fix_edit.c */
void edit_add(struct patch *patch, size_t start, size_t length, const char *text);
void edit_range(struct patch *patch, struct range range, const char *text);
/* Behind a comment that ends the token's line, or the token when something else follows. */
size_t end_with_comment(const struct c_file *file, size_t token);
/* The white space that the token's line begins with. */
const char *indent_of(const struct patch *patch, size_t token);
/* Where the token's text ends. */
size_t token_end(const struct c_file *file, size_t token);
/* Whether a second statement beside it would not be its parent's. */
bool needs_braces(const struct c_statement *statement);
/* Statements before and behind another one, either NULL; braces where they are needed. */
void place_statements(struct patch *patch, const struct c_statement *statement, const char *before,
                      const char *behind);
/* Other statements instead; it stands in a block. */
void replace_statement(struct patch *patch, const struct c_statement *statement, const char *code);
/* Takes whole lines away, where nothing else stands on them. */
void remove_statement(struct patch *patch, const struct c_statement *statement);

/* fix_place.c */
/* A statement as it is written, its further lines as deep as they are below its first. */
const char *statement_text(struct patch *patch, const struct c_statement *statement);
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
/* Whether the expression has no effect and needs no statement: no call, no assignment. */
bool is_quiet(const struct c_file *file, struct range range);

/* fix_caller.c: the only call of a function of this file. */
bool only_caller(const struct patch *patch, const struct function *function,
                 struct call *call_out);
/* Which of the function's parameters the argument names, from 0. */
bool parameter_index(const struct patch *patch, const struct function *function,
                     struct range argument, size_t *index_out);

/* fix_pick.c: the call's list is filled with those rows of another one that have the key. */
bool pick_rows(struct fixing *fixing, const struct call *call, struct range key, const char *list,
               bool text);

/* fix_preload.c: the relation that a call in a loop loads is loaded for the loop's list. */
bool fix_preload(struct fixing *fixing);
/* The same for a row, by that function and a query, as text. */
bool preload_before(struct fixing *fixing, const struct call *call, struct range row,
                    const char *preload, const char *query);

/* Whether it is there, where the call asks for it. */
bool pick_existence(struct fixing *fixing, const struct call *call, struct range key,
                    const char *list, bool text);
/* The row of the key, or NULL; the call is then its status. */
bool pick_found(struct fixing *fixing, const struct call *call, struct range key, const char *list,
                bool text);

/* fix_write.c: the call queues, and the queue is flushed behind the loop. */
bool queue_write(struct fixing *fixing, const struct call *write, bool inserts);

/* fix_loop.c: what a loop does. */
struct c_statement *outermost_loop(struct c_statement *statement);
/* Whether it tells failures of single rows apart, or ends transactions or parts of them. */
bool ends_work(const struct c_file *file, struct range loop);
/* Whether it tells failures of single rows apart, or has transactions of its own. */
bool treats_rows_apart(const struct c_file *file, struct range loop);
/* Whether a function that is called there may write rows of the model; NULL: of any. */
bool may_write(const struct patch *patch, struct range range, const char *model, int depth);
/* Whether rows of the model may be written there in a way that a session's objects do not show. */
bool writes_unseen(const struct patch *patch, struct range range, const char *stem);
/* Whether a function of which nothing is known is given a session there: `session` names one. */
bool hands_session_on(const struct patch *patch, struct range range, size_t session, int depth);
/* Whether what the range names is the same in each turn of the loop; `but` is left out. */
bool is_steady(const struct patch *patch, const struct function *function,
               const struct c_statement *loop, struct range range, const struct call *but);
/* Whether anything is put, there, into the variable that the token names, or may be by a call. */
bool is_target(const struct c_file *file, size_t token);
/* Whether anything is put into the variable there, but by the call. */
bool is_altered(const struct c_file *file, struct range range, size_t name,
                const struct call *but);

#endif
