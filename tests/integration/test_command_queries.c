/* `orm queries check`: named statements compared with the database under test. */
#include "support/command.h"

static const char models[] = "models:\n"
                             "  - name: customer\n"
                             "    table: customers\n"
                             "    columns:\n"
                             "      - { name: id, type: bigint, primary_key: true }\n"
                             "      - { name: name, type: text }\n"
                             "      - { name: spent, type: \"numeric(8,2)\", nullable: true }\n"
                             "      - { name: rank, type: rank }\n"
                             "enums:\n"
                             "  - { name: rank, values: [low, high] }\n";

static int check(const char *options, const char *files)
{
    char words[2048];
    (void)snprintf(words, sizeof words, "queries check --url '%s' %s %s", database.url, options,
                   files);
    return run(words);
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, NULL);
    open_folder();
    write_file("shop.yaml", models);
    if (database.postgresql)
        test_execute(&database, "create type rank as enum ('low', 'high')");
    test_execute(&database,
                 "create table customers (id %s primary key, name text not null, "
                 "spent %s, rank %s not null)",
                 database.postgresql ? "bigint" : "integer",
                 database.postgresql ? "numeric(8,2)" : "text",
                 database.postgresql ? "rank" : "text");
    return 0;
}

static void what_fits_is_fine(void **state)
{
    (void)state;
    write_file("fits.sql", "-- name: best :many\n-- param: rank rank\n-- param: least bigint\n"
                           "-- column: id bigint\n-- column: spent numeric(8,2) nullable\n"
                           "SELECT id, spent, name FROM customers WHERE rank = :rank AND id > "
                           ":least;\n"
                           "-- name: whole :one\n-- param: id bigint\n-- returns: customer\n"
                           "SELECT * FROM customers WHERE id = :id;\n"
                           "-- name: purge :exec\nDELETE FROM customers WHERE spent IS NULL;\n");
    assert_int_equal(check("", "shop.yaml fits.sql"), 0);
    assert_said("3 statements fit the database");
}

static void what_differs_is_told_with_its_place(void **state)
{
    (void)state;
    write_file("differs.sql", "-- name: a :many\n-- column: name bigint\n-- column: spent text\n"
                              "-- column: missing text\n-- column: idd bigint\n"
                              "SELECT id, name, spent FROM customers;\n"
                              "-- name: b :exec\n"
                              "DELETE FROM customers\n WHERE /* é */ nam = 'x';\n"
                              "-- name: c :one\n-- returns: customer\nSELECT id FROM customers;\n"
                              "-- name: d :many\n-- column: id bigint\nDELETE FROM customers;\n");
    assert_int_equal(check("", "shop.yaml differs.sql"), 3);
    assert_said("differs.sql:2:12: error: 'name' is ");
    assert_said("which bigint can't hold; write '-- column: name text'\n");
    assert_said("differs.sql:4:12: error: the statement returns no column 'missing'");
    assert_said(
        "differs.sql:5:12: error: the statement returns no column 'idd'; did you mean 'id'?");
    assert_said("differs.sql:9:16: error: 'b' is refused: ");
    assert_said("differs.sql:10:10: error: the statement returns no column 'rank'");
    assert_said("differs.sql:13:10: error: 'd' returns no rows; write ':exec'");
    if (database.postgresql)
        assert_said("differs.sql:3:12: error: 'spent' is numeric(8,2) in the database");
    else
        assert_said("differs.sql:3:12: error: 'spent' can be NULL in the database");
}

static void what_is_missing_is_written(void **state)
{
    (void)state;
    write_file("lacks.sql", "-- name: all_of :many\n-- Everything.\n\n"
                            "SELECT id, name, spent, rank FROM customers;\n"
                            "-- name: rest :exec\nDELETE FROM customers");
    assert_int_equal(check("", "shop.yaml lacks.sql"), 3);
    assert_said("lacks.sql:1:10: error: nothing says what column 'spent' of 'all_of' is; write "
                "'-- column: spent numeric(8,2) nullable'");
    assert_int_equal(check("--write", "shop.yaml lacks.sql"), 0);
    assert_said("annotations written for 1 statement\n");
    assert_file("lacks.sql", "-- name: all_of :many\n-- Everything.\n\n"
                             "-- column: id bigint\n-- column: name text\n"
                             "-- column: spent numeric(8,2) nullable\n-- column: rank rank\n"
                             "SELECT id, name, spent, rank FROM customers;\n"
                             "-- name: rest :exec\nDELETE FROM customers");
    assert_int_equal(check("", "shop.yaml lacks.sql"), 0);
    assert_int_equal(run("check shop.yaml lacks.sql"), 0);
}

/* The tables have to be there before `queries check --write` can ask the database. */
static void tables_are_made_before_annotations(void **state)
{
    (void)state;
    write_file("early.sql", "-- name: early :many\nSELECT name FROM things WHERE id = :id;\n");
    write_file("early.yaml", "queries: [early.sql]\nmodels:\n  - name: thing\n    table: things\n"
                             "    columns:\n      - { name: id, type: bigint, primary_key: true }\n"
                             "      - { name: name, type: text }\n");
    assert_int_equal(run("check early.yaml"), 1);
    assert_int_equal(run("schema --dialect sqlite early.yaml"), 0);
    assert_said("CREATE TABLE \"things\"");
    assert_int_equal(run("lint early.yaml"), 0);
    write_file("early.sql", "-- name: early :wrong\nSELECT 1;\n");
    assert_int_equal(run("schema --dialect sqlite early.yaml"), 1);
    assert_int_equal(run("lint early.yaml"), 1);
}

static void an_enum_takes_the_type_of_its_place(void **state)
{
    (void)state;
    write_file("place.sql", "-- name: place :many\n-- param: rank rank nullable\n"
                            "-- column: id bigint\n"
                            "SELECT id FROM customers WHERE :rank IS NULL OR rank = :rank;\n");
    assert_int_equal(check("", "shop.yaml place.sql"), database.postgresql ? 3 : 0);
    if (database.postgresql)
        assert_said("compare an enum's parameter before 'IS NULL' asks for it");
    write_file("place.sql", "-- name: place :many\n-- param: rank rank nullable\n"
                            "-- column: id bigint\n"
                            "SELECT id FROM customers WHERE rank = :rank OR :rank IS NULL;\n");
    assert_int_equal(check("", "shop.yaml place.sql"), 0);
    write_file("alone.sql", "-- name: alone :many\n-- param: s membership\n-- returns: customer\n"
                            "SELECT * FROM customers WHERE name = :s;\n");
    assert_int_equal(check("", "alone.sql"), 1);
    assert_said("'membership' is no type and no enum; give the YAML file of the enums too");
    assert_said("there is no model 'customer'; give the YAML file of the models too");
}

static void parameters_are_told_by_postgresql(void **state)
{
    (void)state;
    const char *const before = "-- name: of :many\n-- column: id bigint\n"
                               "SELECT id FROM customers WHERE name = :name AND rank = :rank AND "
                               "spent > :least AND id = ANY(:ids);\n";
    const char *const plain = "-- name: of :many\n-- column: id bigint\n"
                              "SELECT id FROM customers WHERE name = :name;\n";
    write_file("params.sql", database.postgresql ? before : plain);
    assert_int_equal(check("--write", "shop.yaml params.sql"), database.postgresql ? 0 : 3);
    if (database.postgresql)
        assert_file("params.sql",
                    "-- name: of :many\n-- column: id bigint\n-- param: name text\n"
                    "-- param: rank rank\n-- param: least numeric\n-- param: ids bigint[]\n"
                    "SELECT id FROM customers WHERE name = :name AND rank = :rank AND spent > "
                    ":least AND id = ANY(:ids);\n");
    else
        assert_said("params.sql:3:40: error: nothing says what ':name' is, and sqlite does not "
                    "tell; write '-- param: name TYPE'");
    if (!database.postgresql)
        assert_file("params.sql", plain);
}

static void assert_written(const char *before, const char *after)
{
    write_file("odd.sql", before);
    assert_int_equal(check("--write", "odd.sql"), 0);
    assert_file("odd.sql", after);
    assert_int_equal(check("--write", "odd.sql"), 0);
    assert_file("odd.sql", after);
    assert_int_equal(run("check odd.sql"), 0);
}

static void writing_leaves_the_rest_as_it_is(void **state)
{
    (void)state;
    assert_written("-- name: a :many\n/* of\n   two lines */ SELECT id FROM customers;\n",
                   "-- name: a :many\n-- column: id bigint\n"
                   "/* of\n   two lines */ SELECT id FROM customers;\n");
    assert_written(
        "-- name: a :many\r\nSELECT id\r\n  FROM customers;\r\n",
        "-- name: a :many\r\n-- column: id bigint\r\nSELECT id\r\n  FROM customers;\r\n");
    assert_written("-- name: a :many\rSELECT id FROM customers;\r",
                   "-- name: a :many\r-- column: id bigint\rSELECT id FROM customers;\r");
    assert_written("\xEF\xBB\xBF-- name: a :many\nSELECT id FROM customers",
                   "\xEF\xBB\xBF-- name: a :many\n-- column: id bigint\nSELECT id FROM customers");
}

static void columns_of_one_name_are_told_apart(void **state)
{
    (void)state;
    const char *const before = "-- name: a :many\nSELECT id AS x, name AS x FROM customers;\n";
    write_file("same.sql", before);
    assert_int_equal(check("--write", "same.sql"), 3);
    assert_said("same.sql:1:10: error: 'a' returns two columns \"x\"; tell them apart in the SQL "
                "with AS");
    assert_file("same.sql", before);
}

static void what_the_database_would_not_see_is_not_sent(void **state)
{
    (void)state;
    write_file("cut.sql", "-- name: a :exec\n-- param: id bigint\n"
                          "DELETE FROM customers -- \xE2\x80\xA8WHERE no_such = 1\n"
                          " WHERE CASE WHEN id > 0 THEN:id ELSE:id END = 1;\n");
    assert_int_equal(check("", "cut.sql"), 0);
    write_file("nothing.sql", "-- name: a :exec\n;\n");
    assert_int_equal(check("", "nothing.sql"), 1);
    assert_said("nothing.sql:1:10: error: 'a' has no SQL");
}

static void wrong_words_are_refused(void **state)
{
    (void)state;
    assert_int_equal(run("queries"), 2);
    assert_int_equal(run("queries check"), 2);
    assert_int_equal(run("queries check --urll x shop.yaml"), 2);
    assert_said("unknown option '--urll'; did you mean '--url'?");
    assert_int_equal(run("queries check --url mysql:x fits.sql shop.yaml"), 1);
    assert_said("neither postgresql:// nor sqlite:");
    assert_int_equal(run("queries check --url sqlite: fits.sql shop.yaml"), 1);
    assert_said("names no file");
    assert_int_equal(run("queries check --url sqlite:/no/such/file.db fits.sql shop.yaml"), 1);
    assert_int_equal(run("queries check --url postgresql://u:secret@/x?port=nonsense fits.sql "
                         "shop.yaml"),
                     1);
    assert_null(strstr(output, "secret"));
    assert_int_equal(check("", "shop.yaml"), 1);
    assert_said("there are no named statements");
    assert_int_equal(run("queries --help"), 0);
    assert_said("orm queries check --url URL [--write] FILES...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(what_fits_is_fine),
        suite_test(what_differs_is_told_with_its_place),
        suite_test(what_is_missing_is_written),
        suite_test(parameters_are_told_by_postgresql),
        suite_test(writing_leaves_the_rest_as_it_is),
        suite_test(columns_of_one_name_are_told_apart),
        suite_test(what_the_database_would_not_see_is_not_sent),
        suite_test(wrong_words_are_refused),
        suite_test(tables_are_made_before_annotations),
        suite_test(an_enum_takes_the_type_of_its_place),
    };
    return cmocka_run_group_tests(tests, open_database, remove_folder);
}
