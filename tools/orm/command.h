#ifndef ORM_TOOLS_ORM_COMMAND_H
#define ORM_TOOLS_ORM_COMMAND_H

/* What the files of the orm command share. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/diagnostics.h"
#include "schema/schema.h"

/* What a process that runs the command may rely on; --help tells it to users. */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_WRONG_INPUT = 1, /* the models, or a file that can't be read or written */
    EXIT_WRONG_COMMAND = 2,
    EXIT_FOUND = 3,       /* what was checked has findings */
    EXIT_INCONCLUSIVE = 4 /* it has none, but not everything was seen */
};

enum option {
    OPTION_OUT = 1 << 0,
    OPTION_DEPFILE = 1 << 1,
    OPTION_DIALECT = 1 << 2,
    OPTION_FACTORIES = 1 << 3,
    OPTION_JSON = 1 << 4
};

struct arguments {
    const char *out;     /* NULL: not given; so with the next two */
    const char *depfile;
    const char *dialect;
    const char **models;
    size_t model_count;
    bool factories;
    bool json;
    bool help;
};

struct command {
    const char *name;
    const char *summary; /* one line for the overview */
    const char *help;    /* the page of its own */
    unsigned options;    /* enum option, those it takes */
    enum exit_code (*run)(const struct arguments *arguments, struct arena *arena);
    /* Instead of run: reads its own words. */
    enum exit_code (*run_words)(struct arena *arena, int count, char **words);
};

/* Each in its own file. */
extern const struct command command_check;
extern const struct command command_completion;
extern const struct command command_diff;
extern const struct command command_docs;
extern const struct command command_explain;
extern const struct command command_fmt;
extern const struct command command_generate;
extern const struct command command_introspect;
extern const struct command command_json_schema;
extern const struct command command_lint;
extern const struct command command_man;
extern const struct command command_migrate;
extern const struct command command_nplus1;
extern const struct command command_queries;
extern const struct command command_schema;
extern const struct command command_stats;

/* help.c: all subcommands, NULL at the end. */
extern const struct command *const commands[];
const struct command *command_find(const char *name);
/* What `orm help` prints, but for the exit codes. */
const char *help_overview_text(struct arena *arena);
void help_overview(struct arena *arena, FILE *stream);
void help_command(const struct command *command, FILE *stream);
/* Says what is wrong with the command line and where to read more. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
enum exit_code wrong_command(const struct command *command, const char *format, ...);

/* options.c: reads what follows the subcommand's name. False: it has said what is wrong. */
bool options_read(const struct command *command, int count, char **words, struct arena *arena,
                  struct arguments *arguments_out);

/* report.c: prints the faults to standard error, in colour on a terminal. */
void report_print(const struct diagnostics *diags);
/* Whether people read the stream on a terminal that shows colours, and want them. */
bool report_is_colourful(FILE *stream);
/* "orm: error: ..." */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void report_error(const char *format, ...);

/* load.c: the checked models. Prints the faults and returns NULL when there are any. */
struct loaded {
    struct schema *schema;
    struct diagnostics *diags;
};
bool load_models(const struct arguments *arguments, struct loaded *loaded_out);
/* The same, but annotations of named statements may be missing: for what is about tables only. */
bool load_draft(const struct arguments *arguments, struct loaded *loaded_out);
void loaded_dispose(struct loaded *loaded);

/* files.c: files that are all written, or none. */
struct file_set {
    struct arena *arena;
    const struct diagnostics *diags; /* of the models: their files are never written; or NULL */
    struct pointers files; /* struct file */
};
void files_add(struct file_set *set, const char *path, const char *text, size_t length);
/* Leaves files alone whose content is the same. False: it has said why, and nothing changed. */
bool files_write(struct file_set *set);
/* After that: "formatted shop.yaml" for every file that was written. */
void files_print(const struct file_set *set, const char *what);
/* Makes the directory and those above it. False: it has said why. */
bool directory_make(struct arena *arena, const char *path);

/* depfile.c: a make rule, "targets: files". */
const char *depfile_text(struct arena *arena, const char *const *targets, size_t count,
                         const struct diagnostics *diags);

#endif
