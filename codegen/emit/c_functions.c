#include "emit/c_emit.h"

#include <string.h>

#include "emit/c_types.h"

/*
 * The generated functions, each once for its prototype and its body. What does I/O is a function
 * whose name ends in _at and a macro that passes the caller's place.
 */
struct c_function {
    const char *macro; /* NULL: none */
    const char *at;    /* the function behind the macro */
    const char *result;
    const char *signature;
    const char *body;
};

#define STATUS "orm_status "
#define AT     "(orm_site $.site$, orm_session *$.db$, "
#define BATCH  "(orm_site $.site$, orm_batch *$.batch$, "
#define MAKE   "    return ($pred$){orm_gen_pred"

static const struct c_function column_is = {
    NULL, NULL, "$pred$ ", "$is$($condition_type$$.condition$)",
    MAKE "(&$descriptor$, $column_index$, $.condition$.cond)};\n"};
static const struct c_function column_is_bool = {
    NULL, NULL, "$pred$ ", "$is$(bool $.value$)",
    MAKE "_bool(&$descriptor$, $column_index$, $.value$)};\n"};
static const struct c_function column_is_enum = {
    NULL, NULL, "$pred$ ", "$is$($condition_type$$.value$)",
    MAKE "_enum(&$descriptor$, $column_index$, (int)$.value$)};\n"};
static const struct c_function column_matches_bool = {
    NULL, NULL, "$pred$ ", "$matches$(orm_cond_bool $.condition$)",
    MAKE "(&$descriptor$, $column_index$, $.condition$.cond)};\n"};
static const struct c_function column_matches_enum = {
    NULL, NULL, "$pred$ ", "$matches$(orm_cond_enum $.condition$)",
    MAKE "(&$descriptor$, $column_index$, $.condition$.cond)};\n"};
static const struct c_function column_is_in = {
    NULL, NULL, "$pred$ ", "$is_in$(const $condition_type$*$.values$, size_t $.count$)",
    MAKE "_enum_in(&$descriptor$, $column_index$, (const int *)$.values$, $.count$)};\n"};
static const struct c_function column_is_null = {NULL, NULL, "$pred$ ", "$is_null$(void)",
                                                 MAKE "_null(&$descriptor$, $column_index$)};\n"};

static const struct c_function combining[] = {
    {NULL, NULL, "$pred$ ", "$everything$(void)", MAKE "_everything(&$descriptor$)};\n"},
    {NULL, NULL, "$pred$ ", "$not$(orm_session *$.db$, $pred$ $.pred$)",
     MAKE "_not($.db$, &$descriptor$, &$.pred$.pred)};\n"},
    {NULL, NULL, "$pred$ ",
     "$all_of_n$(orm_session *$.db$, size_t $.count$, const $pred$ *$.preds$)",
     MAKE
     "_group($.db$, &$descriptor$, ORM_PRED_ALL_OF, (const orm_pred *)$.preds$, $.count$)};\n"},
    {NULL, NULL, "$pred$ ",
     "$any_of_n$(orm_session *$.db$, size_t $.count$, const $pred$ *$.preds$)",
     MAKE
     "_group($.db$, &$descriptor$, ORM_PRED_ANY_OF, (const orm_pred *)$.preds$, $.count$)};\n"},
};
static const struct c_function sql_condition = {
    NULL, NULL, "$pred$ ",
    "$sql$(orm_session *$.db$, const char *$.sql$, const orm_value *$.values$, size_t $.count$)",
    MAKE "_sql($.db$, &$descriptor$, $.sql$, $.values$, $.count$)};\n"};
static const struct c_function add_where = {
    NULL, NULL, "void ", "$add_where$(orm_session *$.db$, $query$ *$.query$, $pred$ $.pred$)",
    "    orm_gen_where($.db$, &$descriptor$, &$.query$->where.pred, &$.pred$.pred);\n"};

static const struct c_function rows_of = {NULL, NULL, "orm_rows ",
                                          "$rows_of$(const $query$ *$.query$)",
                                          "    return (orm_rows){&$descriptor$, $.query$};\n"};

static const struct c_function find = {
    "$find$", "$find_at$", STATUS, "$find_at$" AT "$key_arguments$, $type$ **$.row_out$)",
    "    const orm_value $.key$[] = {$key_binds$};\n"
    "\n"
    "    return orm_gen_find($.site$, $.db$, &$descriptor$, $.key$, $.row_out$);\n"};

static const struct c_function refresh = {
    "$refresh$", "$refresh_at$", STATUS, "$refresh_at$" AT "$type$ *$.row$)",
    "    return orm_gen_refresh($.site$, $.db$, &$descriptor$, $.row$);\n"};

static const struct c_function reading[] = {
    {"$select$", "$select_at$", STATUS,
     "$select_at$" AT "const $query$ *$.query$, $list$ *$.list_out$)",
     "    return orm_gen_select($.site$, $.db$, &$descriptor$, $.query$, $.list_out$);\n"},
    {"$select_page$", "$select_page_at$", STATUS,
     "$select_page_at$" AT "const $query$ *$.query$, $page$ *$.page_out$)",
     "    return orm_gen_select_page($.site$, $.db$, &$descriptor$, $.query$, $.page_out$);\n"},
    {"$count$", "$count_at$", STATUS,
     "$count_at$" AT "const $query$ *$.query$, int64_t *$.count_out$)",
     "    return orm_gen_count($.site$, $.db$, &$descriptor$, $.query$, $.count_out$);\n"},
    {"$exists$", "$exists_at$", STATUS,
     "$exists_at$" AT "const $query$ *$.query$, bool *$.exists_out$)",
     "    return orm_gen_exists($.site$, $.db$, &$descriptor$, $.query$, $.exists_out$);\n"},
    {"$raw$", "$raw_at$", STATUS,
     "$raw_at$" AT "const char *$.sql$, const orm_value *$.values$, size_t $.count$, "
     "$list$ *$.list_out$)",
     "    return orm_gen_raw($.site$, $.db$, &$descriptor$, $.sql$, $.values$, $.count$, "
     "$.list_out$);\n"},
    {"$raw_with$", "$raw_with_at$", STATUS,
     "$raw_with_at$" AT "const char *$.sql$, const orm_value *$.values$, size_t $.count$, "
     "const $query$ *$.query$, $list$ *$.list_out$)",
     "    return orm_gen_raw_with($.site$, $.db$, &$descriptor$, $.sql$, $.values$, $.count$, "
     "$.query$, $.list_out$);\n"},
    {"$explain$", "$explain_at$", STATUS,
     "$explain_at$" AT "const $query$ *$.query$, const char **$.text_out$)",
     "    return orm_gen_explain($.site$, $.db$, &$descriptor$, $.query$, $.text_out$);\n"},
};

static const struct c_function batch_find = {
    "$batch_find$", "$batch_find_at$", STATUS,
    "$batch_find_at$" BATCH "$key_arguments$, $type$ **$.row_out$)",
    "    const orm_value $.key$[] = {$key_binds$};\n\n"
    "    return orm_gen_batch_find($.site$, $.batch$, &$descriptor$, $.key$, $.row_out$);\n"};
static const struct c_function batching[] = {
    {"$batch_select$", "$batch_select_at$", STATUS,
     "$batch_select_at$" BATCH "const $query$ *$.query$, $list$ *$.list_out$)",
     "    return orm_gen_batch_select($.site$, $.batch$, &$descriptor$, $.query$, $.list_out$);\n"},
    {"$batch_count$", "$batch_count_at$", STATUS,
     "$batch_count_at$" BATCH "const $query$ *$.query$, int64_t *$.count_out$)",
     "    return orm_gen_batch_count($.site$, $.batch$, &$descriptor$, $.query$, $.count_out$);\n"},
    {"$batch_exists$", "$batch_exists_at$", STATUS,
     "$batch_exists_at$" BATCH "const $query$ *$.query$, bool *$.exists_out$)",
     "    return orm_gen_batch_exists($.site$, $.batch$, &$descriptor$, $.query$, "
     "$.exists_out$);\n"},
};

/* The one way to call a callback whose type the library does not know. */
static const struct c_function each_call = {
    NULL, NULL, "static orm_status ",
    "$each_call$(orm_gen_function *$.callback$, orm_session *$.db$, void *$.row$, "
    "void *$.context$)",
    "    return (($each_callback$ *)$.callback$)($.db$, ($type$ *)$.row$, $.context$);\n"};
static const struct c_function each = {
    "$each$", "$each_at$", STATUS,
    "$each_at$" AT "const $query$ *$.query$, const orm_each *$.options$, "
    "$each_callback$ *$.callback$, void *$.context$)",
    "    return orm_gen_each($.site$, $.db$, &$descriptor$, $.query$, $.options$, $each_call$, "
    "(orm_gen_function *)$.callback$, $.context$);\n"};

static const struct c_function insert = {
    "$insert$", "$insert_at$", STATUS,
    "$insert_at$" AT "const $new$ *$.values$, $type$ **$.row_out$)",
    "    return orm_gen_insert($.site$, $.db$, &$descriptor$, $.values$, $.row_out$);\n"};
static const struct c_function insert_all = {
    "$insert_all$", "$insert_all_at$", STATUS,
    "$insert_all_at$" AT "const $new$ *$.values$, size_t $.count$, $list$ *$.list_out$)",
    "    return orm_gen_insert_all($.site$, $.db$, &$descriptor$, $.values$, $.count$, "
    "$.list_out$);\n"};
static const struct c_function bulk_load = {
    "$bulk_load$", "$bulk_load_at$", STATUS,
    "$bulk_load_at$" AT "const $new$ *$.values$, size_t $.count$, "
    "const orm_bulk_options *$.options$, int64_t *$.count_out$)",
    "    return orm_gen_bulk_load($.site$, $.db$, &$descriptor$, $.values$, $.count$, "
    "$.options$, $.count_out$);\n"};
static const struct c_function upsert = {
    "$upsert$", "$upsert_at$", STATUS,
    "$upsert_at$" AT "const $new$ *$.values$, const $conflict$ *$.conflict$, $type$ **$.row_out$)",
    "    return orm_gen_upsert($.site$, $.db$, &$descriptor$, $.values$, $.conflict$, "
    "$.row_out$);\n"};
static const struct c_function upsert_all = {
    "$upsert_all$", "$upsert_all_at$", STATUS,
    "$upsert_all_at$" AT "const $new$ *$.values$, size_t $.count$, const $conflict$ *$.conflict$, "
    "$list$ *$.list_out$)",
    "    return orm_gen_upsert_all($.site$, $.db$, &$descriptor$, $.values$, $.count$, "
    "$.conflict$, $.list_out$);\n"};
static const struct c_function update_where = {
    "$update_where$", "$update_where_at$", STATUS,
    "$update_where_at$" AT "$pred$ $.where$, const $changes$ *$.changes$, int64_t *$.count_out$)",
    "    return orm_gen_update_where($.site$, $.db$, &$descriptor$, &$.where$.pred, $.changes$, "
    "$.count_out$);\n"};
static const struct c_function update = {
    "$update$", "$update_at$", STATUS,
    "$update_at$" AT "$type$ *$.row$, const $changes$ *$.changes$)",
    "    return orm_gen_update($.site$, $.db$, &$descriptor$, $.row$, $.changes$);\n"};
static const struct c_function delete_row = {
    "$delete$", "$delete_at$", STATUS, "$delete_at$" AT "$type$ *$.row$)",
    "    return orm_gen_delete($.site$, $.db$, &$descriptor$, $.row$);\n"};
static const struct c_function delete_where = {
    "$delete_where$", "$delete_where_at$", STATUS,
    "$delete_where_at$" AT "$pred$ $.where$, int64_t *$.count_out$)",
    "    return orm_gen_delete_where($.site$, $.db$, &$descriptor$, &$.where$.pred, "
    "$.count_out$);\n"};

static const struct c_function add = {
    "$add$", "$add_at$", STATUS, "$add_at$" AT "const $new$ *$.values$, $type$ **$.row_out$)",
    "    return orm_gen_add($.site$, $.db$, &$descriptor$, $.values$, $.row_out$);\n"};
static const struct c_function change = {
    "$change$", "$change_at$", STATUS,
    "$change_at$" AT "$type$ *$.row$, const $changes$ *$.changes$)",
    "    return orm_gen_change($.site$, $.db$, &$descriptor$, $.row$, $.changes$);\n"};
static const struct c_function remove_row = {
    "$remove$", "$remove_at$", STATUS, "$remove_at$" AT "$type$ *$.row$)",
    "    return orm_gen_remove($.site$, $.db$, &$descriptor$, $.row$);\n"};

static const struct c_function relation_has[] = {
    {NULL, NULL, "$pred$ ", "$has$(orm_session *$.db$, $to_pred$ $.target$)",
     MAKE "_has($.db$, &$descriptor$, $relation_index$, &$.target$.pred)};\n"},
    {NULL, NULL, "$pred$ ", "$has_no$(orm_session *$.db$, $to_pred$ $.target$)",
     MAKE "_has_no($.db$, &$descriptor$, $relation_index$, &$.target$.pred)};\n"},
};
static const struct c_function relation_has_many[] = {
    {NULL, NULL, "$pred$ ", "$has_only$(orm_session *$.db$, $to_pred$ $.target$)",
     MAKE "_has_only($.db$, &$descriptor$, $relation_index$, &$.target$.pred)};\n"},
    {NULL, NULL, "$pred$ ",
     "$count_related$(orm_session *$.db$, orm_cond_int $.condition$, $to_pred$ $.target$)",
     MAKE "_count($.db$, &$descriptor$, $relation_index$, $.condition$.cond, "
          "&$.target$.pred)};\n"},
};
#define BATCH_LOAD                                                                                 \
    "    return orm_gen_batch_load($.site$, $.batch$, &$descriptor$, $relation_index$, $.row$, "
static const struct c_function to_many[] = {
    {NULL, NULL, STATUS, "$get$(const $type$ *$.row$, $to_list$ *$.list_out$)",
     "    return orm_gen_to_many(&$descriptor$, $relation_index$, "
     "$.row$ ? $.row$->orm_object_ : NULL, $.list_out$);\n"},
    {"$load$", "$load_at$", STATUS, "$load_at$" AT "$type$ *$.row$, $to_list$ *$.list_out$)",
     "    return orm_gen_load($.site$, $.db$, &$descriptor$, $relation_index$, $.row$, "
     "$.list_out$);\n"},
    {"$batch_load$", "$batch_load_at$", STATUS,
     "$batch_load_at$" BATCH "$type$ *$.row$, $to_list$ *$.list_out$)",
     BATCH_LOAD "$.list_out$);\n"},
};
static const struct c_function to_one[] = {
    {NULL, NULL, STATUS, "$get$(const $type$ *$.row$, $to_type$ **$.row_out$)",
     "    return orm_gen_to_one(&$descriptor$, $relation_index$, "
     "$.row$ ? $.row$->orm_object_ : NULL, $.row_out$);\n"},
    {"$load$", "$load_at$", STATUS, "$load_at$" AT "$type$ *$.row$, $to_type$ **$.row_out$)",
     "    return orm_gen_load($.site$, $.db$, &$descriptor$, $relation_index$, $.row$, "
     "$.row_out$);\n"},
    {"$batch_load$", "$batch_load_at$", STATUS,
     "$batch_load_at$" BATCH "$type$ *$.row$, $to_type$ **$.row_out$)",
     BATCH_LOAD "$.row_out$);\n"},
};
static const struct c_function get_column = {
    NULL, NULL, STATUS, "$get_column$(const $type$ *$.row$, $field_type$*$.value_out$)",
    "    return orm_gen_column(&$descriptor$, $column_index$, "
    "$.row$ ? $.row$->orm_object_ : NULL, $.value_out$);\n"};
static const struct c_function load_column = {
    "$load_column$", "$load_column_at$", STATUS,
    "$load_column_at$" AT "$type$ *$.row$, $field_type$*$.value_out$)",
    "    return orm_gen_load_column($.site$, $.db$, &$descriptor$, $column_index$, $.row$, "
    "$.value_out$);\n"};
static const struct c_function preload = {
    "$preload$", "$preload_at$", STATUS,
    "$preload_at$" AT "const $list$ *$.rows$, const $to_query$ *$.query$)",
    "    return orm_gen_preload($.site$, $.db$, &$descriptor$, $relation_index$, "
    "$.rows$, $.query$);\n"};

static const struct c_function counting[] = {
    {NULL, NULL, STATUS, "$get_count$(const $type$ *$.row$, int64_t *$.count_out$)",
     "    return orm_gen_to_count(&$descriptor$, $relation_index$, "
     "$.row$ ? $.row$->orm_object_ : NULL, $.count_out$);\n"},
    {"$preload_count$", "$preload_count_at$", STATUS,
     "$preload_count_at$" AT "const $list$ *$.rows$, const $to_query$ *$.query$)",
     "    return orm_gen_preload_count($.site$, $.db$, &$descriptor$, $relation_index$, "
     "$.rows$, $.query$);\n"},
};
static const struct c_function link_row = {
    NULL, NULL, STATUS,
    "$get_link$(const $type$ *$.row$, const $to_type$ *$.target$, $link_type$ **$.link_out$)",
    "    return orm_gen_link(&$descriptor$, $relation_index$, "
    "$.row$ ? $.row$->orm_object_ : NULL, $.target$, $.link_out$);\n"};

static const struct c_function walking[] = {
    {"$walk$", "$walk_at$", STATUS,
     "$walk_at$" AT "$type$ *$.row$, const orm_walk *$.options$, const $query$ *$.query$, "
     "$list$ *$.list_out$)",
     "    return orm_gen_walk_row($.site$, $.db$, &$descriptor$, $relation_index$, $.row$, "
     "$.options$, $.query$, $.list_out$);\n"},
    {"$walk_all$", "$walk_all_at$", STATUS,
     "$walk_all_at$" AT "const $list$ *$.rows$, const orm_walk *$.options$, "
     "const $query$ *$.query$, $list$ *$.list_out$)",
     "    return orm_gen_walk($.site$, $.db$, &$descriptor$, $relation_index$, $.rows$, "
     "$.options$, $.query$, $.list_out$);\n"},
};

static const char about_predicates[] =
    "\n"
    "/* Conditions on one column. Text, bytes and lists stay borrowed; see orm/condition.h. */\n";

static const char about_combining[] =
    "\n"
    "/*\n"
    " * Conditions made of others: what is given is copied into the session. A failure is\n"
    " * kept and reported by the call that uses the condition. $add_where$ adds one to a\n"
    " * query by AND; $all_of$ and $any_of$ take any number of conditions.\n"
    " * $sql$ is one in SQL, {column} being a column of the row.\n"
    " */\n";

static const char about_has[] =
    "\n"
    "/*\n"
    " * Rows with a related row for which `target` holds, with none, with no other (also with\n"
    " * none at all), and those whose number of such rows meets a condition; copied like the\n"
    " * others.\n"
    " */\n";

static const char about_rows[] =
    "\n"
    "/* The rows of a query (NULL: all), to be named in another; see orm/column.h. */\n";

static const char about_reading[] =
    "\n"
    "/*\n"
    " * Reading: one statement, and one per relation named in .with. Rows are session. A\n"
    " * query that is NULL means all rows. Every status of the database; ORM_INVALID for\n"
    " * conditions that can't be; ORM_NOT_FOUND by find and refresh only.\n"
    " */\n";

static const char about_batching[] =
    "\n/* The same in a batch: added now, read when it is run; see orm/batch.h. */\n";

static const char about_each[] =
    "\n"
    "/*\n"
    " * Streaming: the rows of a query one by one, with the relations named in .with, in memory\n"
    " * that does not grow with their number. They are read by batches; relations take one\n"
    " * statement per batch and relation. Rows are row: they, their text and relations last\n"
    " * until the callback returns, are no objects of the session, and can be read (relations\n"
    " * loaded too) but not written. The callback may use the session; only what is older than\n"
    " * the stream must stay as it is: it can't commit, nor end an older nested scope. Any status\n"
    " * but ORM_OK ends the stream and is returned; orm_each_stop ends it with ORM_OK.\n"
    " */\n"
    "typedef orm_status $each_callback$(orm_session *$.db$, $type$ *$.row$, void *$.context$);\n";

static const char about_writing[] =
    "\n"
    "/*\n"
    " * Writing, at once. What is given is borrowed for the call; outs may be NULL. Also\n"
    " * ORM_UNIQUE, ORM_FOREIGN_KEY, ORM_NOT_NULL, ORM_CHECK, ORM_RANGE, and ORM_INVALID\n"
    " * for a required column that was not set; when the row is gone ORM_NOT_FOUND, or\n"
    " * ORM_STALE where a version column tells, also when it is newer.\n"
    " * insert_all sends one statement for each set of columns that are given; bulk_load sends\n"
    " * many rows in parts and makes no objects of them. upsert writes to the row that is there\n"
    " * already, if any; a row left alone comes back as NULL.\n"
    " */\n";

static const char about_queueing[] =
    "\n"
    "/*\n"
    " * Writing later: what is given is checked and copied, and sent by orm_session_flush, by\n"
    " * commit, or before a query that could see it. Fields alter then; a row that was added\n"
    " * is empty until then, and can be given to others that refer to it.\n"
    " */\n";

static const char about_deferred[] =
    "\n"
    "/*\n"
    " * Deferred columns. The plain name reads memory: ORM_NOT_LOADED unless a query with "
    ".undefer\n"
    " * or load has read the column. load asks the database for one row. Values are session.\n"
    " */\n";

static const char about_relations[] =
    "\n"
    "/*\n"
    " * Relations. The plain name reads memory: ORM_NOT_LOADED, or ORM_OK (a NULL row: there\n"
    " * is none). load asks the database for one row's relation, preload for that of all rows\n"
    " * of a list at once, with any `query` or NULL. What is loaded is session.\n"
    " * count reads how many rows there are: counted by .counts or preload, or of the complete\n"
    " * list. link reads the row between a row and one of its list; ORM_NOT_FOUND: it is not\n"
    " * in it.\n"
    " */\n";

static const char about_walking[] =
    "\n"
    "/*\n"
    " * Walking a relation of the model to itself, from a row or from all rows of a list, for as\n"
    " * many steps as there are: one statement, every row once, whatever cycles there are. The\n"
    " * query picks and orders the rows that come; without an order of it or of the relation\n"
    " * the nearest come first. Rows are session. Relations between them that are known then\n"
    " * are loaded.\n"
    " */\n";

/* Prints one function; the header's way or the source's. */
typedef void function_printer(struct c_emit *emit, const struct c_function *function);
/* Prints a comment that stands before a group, if it is printed at all. */
typedef void comment_printer(struct c_emit *emit, const char *comment);

struct printers {
    function_printer *function;
    comment_printer *comment;
    function_printer *helper; /* for functions that only the source has */
};

static void declare(struct c_emit *emit, const struct c_function *function)
{
    struct writer *writer = &emit->writer;

    if (function->macro) {
        writer_add(writer, "#define ");
        writer_add(writer, function->macro);
        writer_add(writer, "(...) ");
        writer_add(writer, function->at);
        writer_add(writer, "(ORM_SITE, __VA_ARGS__)\n");
    }
    if (strcmp(function->result, STATUS) == 0)
        writer_add(writer, "ORM_MUST_USE ");
    writer_add(writer, function->result);
    writer_add(writer, function->signature);
    writer_add(writer, ";\n");
}

static void define(struct c_emit *emit, const struct c_function *function)
{
    struct writer *writer = &emit->writer;

    writer_add(writer, "\n");
    writer_add(writer, function->result);
    writer_add(writer, function->signature);
    writer_add(writer, "\n{\n");
    writer_add(writer, function->body);
    writer_add(writer, "}\n");
}

static void print_comment(struct c_emit *emit, const char *comment)
{
    writer_add(&emit->writer, comment);
}

static void leave_out_helper(struct c_emit *emit, const struct c_function *function)
{
    (void)emit;
    (void)function;
}

static void leave_out(struct c_emit *emit, const char *comment)
{
    (void)emit;
    (void)comment;
}

static const struct c_function *predicate_of(const struct column *column)
{
    if (c_takes_bool(column))
        return &column_is_bool;
    return c_takes_enum(column) ? &column_is_enum : &column_is;
}

static void print_predicates(struct c_emit *emit, const struct printers *print)
{
    const struct model *model = emit->model;

    print->comment(emit, about_predicates);
    for (size_t i = 0; i < model->column_count; i++) {
        c_emit_column(emit, &model->columns[i]);
        print->function(emit, predicate_of(&model->columns[i]));
        if (c_takes_bool(&model->columns[i]))
            print->function(emit, &column_matches_bool);
        if (c_takes_enum(&model->columns[i])) {
            print->function(emit, &column_matches_enum);
            print->function(emit, &column_is_in);
        }
        if (model->columns[i].nullable)
            print->function(emit, &column_is_null);
    }
}

static void print_combining(struct c_emit *emit, const struct printers *print)
{
    const struct model *model = emit->model;

    print->comment(emit, about_combining);
    for (size_t i = 0; i < sizeof combining / sizeof *combining; i++)
        print->function(emit, &combining[i]);
    print->function(emit, &sql_condition);
    print->function(emit, &add_where);
    if (model->relation_count)
        print->comment(emit, about_has);
    for (size_t i = 0; i < model->relation_count; i++) {
        c_emit_relation(emit, &model->relations[i]);
        print->function(emit, &relation_has[0]);
        print->function(emit, &relation_has[1]);
        for (size_t k = 0; model->relations[i].to_many && k < 2; k++)
            print->function(emit, &relation_has_many[k]);
    }
}

static void print_reading(struct c_emit *emit, const struct printers *print)
{
    print->comment(emit, about_rows);
    print->function(emit, &rows_of);
    print->comment(emit, about_reading);
    if (c_has_find(emit->model)) {
        c_emit_key(emit);
        print->function(emit, &find);
        print->function(emit, &refresh);
    }
    for (size_t i = 0; i < sizeof reading / sizeof *reading; i++)
        print->function(emit, &reading[i]);
    print->comment(emit, about_batching);
    if (c_has_find(emit->model))
        print->function(emit, &batch_find);
    for (size_t i = 0; i < sizeof batching / sizeof *batching; i++)
        print->function(emit, &batching[i]);
    print->comment(emit, about_each);
    print->helper(emit, &each_call);
    print->function(emit, &each);
}

static void print_writing(struct c_emit *emit, const struct printers *print)
{
    const struct model *model = emit->model;

    if (c_has_insert(model))
        print->comment(emit, about_writing);
    if (c_has_insert(model)) {
        print->function(emit, &insert);
        print->function(emit, &insert_all);
        print->function(emit, &bulk_load);
        print->function(emit, &upsert);
        print->function(emit, &upsert_all);
    }
    if (c_has_update(model)) {
        print->function(emit, &update);
        print->function(emit, &update_where);
    }
    if (c_has_delete(model))
        print->function(emit, &delete_row);
    if (c_has_insert(model))
        print->function(emit, &delete_where);
    if (c_has_insert(model))
        print->comment(emit, about_queueing);
    if (c_has_insert(model))
        print->function(emit, &add);
    if (c_has_update(model))
        print->function(emit, &change);
    if (c_has_delete(model))
        print->function(emit, &remove_row);
}

static void print_deferred(struct c_emit *emit, const struct printers *print)
{
    const struct model *model = emit->model;

    if (c_deferred_count(model))
        print->comment(emit, about_deferred);
    for (size_t i = 0; i < model->column_count; i++) {
        if (!model->columns[i].deferred)
            continue;
        c_emit_column(emit, &model->columns[i]);
        writer_set(&emit->writer, "field_type", c_field_type(emit->arena, &model->columns[i]));
        print->function(emit, &get_column);
        if (c_has_find(model))
            print->function(emit, &load_column);
    }
}

static void print_relations(struct c_emit *emit, const struct printers *print)
{
    const struct model *model = emit->model;

    if (model->relation_count)
        print->comment(emit, about_relations);
    for (size_t i = 0; i < model->relation_count; i++) {
        const struct c_function *own = model->relations[i].to_many ? to_many : to_one;

        c_emit_relation(emit, &model->relations[i]);
        print->function(emit, &own[0]);
        print->function(emit, &own[1]);
        print->function(emit, &own[2]);
        print->function(emit, &preload);
        if (model->relations[i].to_many) {
            print->function(emit, &counting[0]);
            print->function(emit, &counting[1]);
        }
        if (c_has_link(&model->relations[i]))
            print->function(emit, &link_row);
    }
}

static bool has_walk(const struct model *model, const struct relation *relation)
{
    return relation->self_referential && c_has_find(model);
}

static void print_walks(struct c_emit *emit, const struct printers *print)
{
    const struct model *model = emit->model;
    bool first = true;

    for (size_t i = 0; i < model->relation_count; i++) {
        if (!has_walk(model, &model->relations[i]))
            continue;
        if (first)
            print->comment(emit, about_walking);
        first = false;
        c_emit_relation(emit, &model->relations[i]);
        print->function(emit, &walking[0]);
        print->function(emit, &walking[1]);
    }
}

static void print_all(struct c_emit *emit, const struct printers *print)
{
    print_predicates(emit, print);
    print_combining(emit, print);
    print_reading(emit, print);
    print_writing(emit, print);
    print_deferred(emit, print);
    print_relations(emit, print);
    print_walks(emit, print);
}

static const char variadic[] =
    "\n"
    "ORM_END_DECLS\n"
    "\n"
    "#ifndef __cplusplus\n"
    "#define $all_of$($.db$, ...) \\\n"
    "    $all_of_n$( \\\n"
    "        $.db$, sizeof((const $pred$[]){__VA_ARGS__}) / sizeof($pred$), \\\n"
    "        (const $pred$[]){__VA_ARGS__})\n"
    "#define $any_of$($.db$, ...) \\\n"
    "    $any_of_n$( \\\n"
    "        $.db$, sizeof((const $pred$[]){__VA_ARGS__}) / sizeof($pred$), \\\n"
    "        (const $pred$[]){__VA_ARGS__})\n"
    "#else\n"
    "template <class... Preds> $pred$ $all_of$(orm_session *$.db$, Preds... $.values$)\n"
    "{\n"
    "    const $pred$ $.preds$[] = {$.values$...};\n"
    "    return $all_of_n$($.db$, sizeof...($.values$), $.preds$);\n"
    "}\n"
    "template <class... Preds> $pred$ $any_of$(orm_session *$.db$, Preds... $.values$)\n"
    "{\n"
    "    const $pred$ $.preds$[] = {$.values$...};\n"
    "    return $any_of_n$($.db$, sizeof...($.values$), $.preds$);\n"
    "}\n"
    "#endif\n";

static const struct c_function add_having = {
    NULL, NULL, "void ", "$add_having$(orm_session *$.db$, $query$ *$.query$, $pred$ $.pred$)",
    "    orm_gen_where($.db$, &$descriptor$, &$.query$->having.pred, &$.pred$.pred);\n"};
static const struct c_function row_reading[] = {
    {"$select$", "$select_at$", STATUS,
     "$select_at$" AT "const $query$ *$.query$, $list$ *$.list_out$)",
     "    return orm_gen_select_rows($.site$, $.db$, &$shape$, $.query$, $.list_out$);\n"},
    {"$count$", "$count_at$", STATUS,
     "$count_at$" AT "const $query$ *$.query$, int64_t *$.count_out$)",
     "    return orm_gen_count_rows($.site$, $.db$, &$shape$, $.query$, $.count_out$);\n"},
};

static const char about_having[] =
    "\n"
    "/*\n"
    " * Conditions made of others: what is given is copied into the session. $add_having$\n"
    " * adds one to the .having of a query by AND.\n"
    " */\n";

static const char about_row_reading[] =
    "\n"
    "/*\n"
    " * One statement each. The list is session. A query that is NULL gives all rows. Every\n"
    " * status of the database; ORM_INVALID for conditions that can't be, ORM_UNSUPPORTED for\n"
    " * .distinct of fields that have no equality.\n"
    " */\n";

/* Conditions on the fields of a result struct, and what selects it. */
static void print_row(struct c_emit *emit, const struct printers *print)
{
    if (emit->model->column_count) {
        print_predicates(emit, print);
        print->comment(emit, about_having);
        for (size_t i = 0; i < sizeof combining / sizeof *combining; i++)
            print->function(emit, &combining[i]);
        print->function(emit, &add_having);
    }
    print->comment(emit, about_row_reading);
    for (size_t i = 0; i < sizeof row_reading / sizeof *row_reading; i++)
        print->function(emit, &row_reading[i]);
}

void c_write_row_functions_declared(struct c_emit *emit)
{
    static const struct printers header = {declare, print_comment, leave_out_helper};

    print_row(emit, &header);
    writer_add(&emit->writer, emit->model->column_count ? variadic : "\nORM_END_DECLS\n");
}

void c_write_row_functions_defined(struct c_emit *emit)
{
    static const struct printers source = {define, leave_out, define};

    print_row(emit, &source);
}

void c_write_functions_declared(struct c_emit *emit)
{
    static const struct printers header = {declare, print_comment, leave_out_helper};

    print_all(emit, &header);
    writer_add(&emit->writer, variadic);
}

void c_write_functions_defined(struct c_emit *emit)
{
    static const struct printers source = {define, leave_out, define};

    print_all(emit, &source);
}
