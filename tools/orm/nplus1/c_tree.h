#ifndef ORM_TOOLS_ORM_NPLUS1_C_TREE_H
#define ORM_TOOLS_ORM_NPLUS1_C_TREE_H

/* The functions and statements of C source, and what its names are declared as. */

#include "nplus1/c_file.h"

enum c_statement_kind {
    C_BLOCK,
    C_IF,
    C_FOR,
    C_WHILE,
    C_DO,
    C_SWITCH,
    C_EACH, /* a macro with parentheses and a body: what it does is not known */
    C_LABEL,
    C_RETURN,
    C_JUMP, /* goto, break, continue */
    C_DECLARATION,
    C_EXPRESSION
};

struct c_statement {
    enum c_statement_kind kind;
    struct range range;  /* with its semicolon, if it has one */
    struct range header; /* what stands in its parentheses */
    struct c_statement *parent;
    struct pointers children; /* of a block: struct c_statement */
    struct c_statement *body;   /* also of a label: what it stands before */
    struct c_statement *other;  /* of an if: its else */
};

struct function {
    size_t name;
    struct range parameters;
    struct c_statement *body;
    bool conditional; /* #if stands in it */
};

struct c_tree {
    struct arena *arena;
    const struct c_file *file;
    struct pointers functions; /* struct function */
};

struct c_tree *c_tree_read(struct arena *arena, const struct c_file *file);

/* The function whose body holds the token; NULL: none. */
const struct function *function_around(const struct c_tree *tree, size_t token);
/* The smallest statement of a function that holds the token. */
struct c_statement *statement_around(const struct function *function, size_t token);
/* The innermost loop around a statement; NULL: none. */
struct c_statement *loop_around(struct c_statement *statement);
bool statement_is_loop(const struct c_statement *statement);
bool range_holds(struct range range, size_t token);
/* Whether a statement always leaves the one around it: its last is a return or jump. */
bool statement_leaves(const struct c_statement *statement);

/* What a name in a function is. */
struct variable {
    size_t name;      /* the token in its declaration */
    struct c_statement *statement; /* its declaration; NULL: a parameter, or outside of functions */
    struct range type; /* what stands before the name, stars included */
    struct range value; /* its initialiser; empty: none */
    size_t declaration_end; /* the token behind the declarator and its initialiser */
    bool parameter;
    bool global;
    bool alone; /* the only one of its declaration */
    bool array;
    bool is_static;
    bool is_const;
    size_t stars;
};

/* The variable that the word at `use` means. False: it is declared elsewhere. */
bool variable_find(const struct c_tree *tree, const struct function *function, size_t use,
                   struct variable *variable_out);
/* The same by a statement that could use it: NULL for the end of the function. */
bool variable_of_name(const struct c_tree *tree, const struct function *function, size_t before,
                      const char *name, struct variable *variable_out);
/* How often the word stands in the range, members of that name left out. */
size_t word_uses(const struct c_file *file, struct range range, const char *name);
/* Whether a token is a member's name, behind "." or "->". */
bool is_member(const struct c_file *file, size_t token);

#endif
