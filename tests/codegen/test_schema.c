/* What the emitters are given: references resolved, defaults filled in, tables in order. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/load.h"

static struct schema *load_text(const char *text)
{
    char path[] = "/tmp/orm_schema_XXXXXX";
    const char *paths[] = {path};
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    schema_load(paths, 1, &schema, diags);
    diagnostics_print(diags, stderr);
    assert_int_equal(remove(path), 0);
    assert_non_null(schema);
    assert_int_equal(diagnostics_file_count(diags), 1);
    assert_string_equal(diagnostics_file(diags, 0), path);
    diagnostics_free(diags);
    return schema;
}

#define KEY "      - { name: id, type: bigint, primary_key: true, generated: identity }\n"

static const char *const shop =
    "prefix: shop\n"
    "enums:\n"
    "  - { name: role, values: [admin, 'in progress'], type: UserRole }\n"
    "models:\n"
    "  - name: user\n"
    "    table: Users\n"
    "    columns:\n" KEY
    "      - { name: email, column: E-Mail, type: varchar(80), unique: true }\n"
    "      - { name: class, type: \"numeric( 12 , 2 )\", default: 0.50 }\n"
    "      - { name: role, type: role, default: in progress }\n"
    "      - { name: state, type: enum, values: [on, off] }\n"
    "      - { name: tags, type: text, array: true, default: \"[]\", nullable: true }\n"
    "      - { name: seen, type: timestamptz, default: 2020-02-29T10:00+02 }\n"
    "      - { name: token, type: uuid, default: 0F0F0F0F-0000-0000-0000-00000000ABCD }\n"
    "    indexes:\n"
    "      - { columns: [role, -seen], where: seen is not null }\n"
    "      - { expressions: [lower(email)], unique: true, name: by_mail }\n"
    "    checks:\n"
    "      - { expression: \"class >= 0\" }\n"
    "    relations:\n"
    "      - { name: tasks, kind: has_many, model: task, order_by: [-id] }\n"
    "      - { name: teams, kind: many_to_many, model: team,\n"
    "          through: { table: user_team, foreign_key: [user_id], target_key: [team_id] },\n"
    "          on_delete: cascade }\n"
    "  - name: task\n"
    "    columns:\n" KEY "      - { name: owner_id, type: bigint, nullable: true }\n"
    "      - { name: parent_id, type: bigint, nullable: true }\n"
    "    relations:\n"
    "      - { name: owner, kind: belongs_to, model: user, on_delete: set_null }\n"
    "      - { name: parent, kind: belongs_to, model: task, foreign_key: [parent_id] }\n"
    "      - { name: children, kind: has_many, model: task, foreign_key: [parent_id] }\n"
    "  - name: team\n"
    "    columns:\n" KEY "    relations:\n"
    "      - { name: users, kind: many_to_many, model: user,\n"
    "          through: { table: user_team, foreign_key: [team_id], target_key: [user_id] } }\n";

static void test_names(void **state)
{
    struct schema *schema = load_text(shop);
    const struct model *user = schema_find_model(schema, "user");
    const struct column *class = model_find_column(user, "class");

    (void)state;
    assert_string_equal(user->c_name, "shop_user");
    assert_string_equal(user->c_upper, "SHOP_USER");
    assert_string_equal(user->table, "Users");
    assert_string_equal(class->c_name, "class_");
    assert_string_equal(class->c_upper, "CLASS");
    assert_string_equal(class->type.text, "numeric(12,2)");
    assert_string_equal(class->yaml, "{ name: class, type: \"numeric( 12 , 2 )\", default: 0.50 }");
    assert_string_equal(model_find_column(user, "email")->db_name, "E-Mail");
    assert_int_equal(model_find_column(user, "email")->place.line, 9);
    assert_int_equal(model_find_column(user, "email")->place.column, 17);
    assert_string_equal(user->uniques[0].db_name, "Users_E-Mail_key");
    assert_string_equal(user->indexes[0].db_name, "Users_role_seen_idx");
    assert_string_equal(user->indexes[1].db_name, "by_mail");
    assert_string_equal(user->checks[0].db_name, "Users_check");
    assert_null(schema_find_model(schema, "shop_user"));
    schema_free(schema);
}

static void test_types_and_defaults(void **state)
{
    struct schema *schema = load_text(shop);
    const struct model *user = schema_find_model(schema, "user");
    const struct column *role = model_find_column(user, "role");
    const struct column *own = model_find_column(user, "state");

    (void)state;
    assert_int_equal(schema->enum_count, 2);
    assert_ptr_equal(role->type.enumeration, schema->enums[0]);
    assert_string_equal(role->type.enumeration->db_name, "UserRole");
    assert_string_equal(role->type.enumeration->labels[1].c_name, "SHOP_ROLE_IN_PROGRESS");
    assert_int_equal(role->default_value.label_index, 1);
    assert_ptr_equal(own->type.enumeration->inline_of, own);
    assert_string_equal(own->type.enumeration->c_name, "shop_user_state");
    assert_string_equal(own->type.enumeration->db_name, "Users_state");
    assert_int_equal(model_find_column(user, "tags")->default_value.kind, DEFAULT_EMPTY_ARRAY);
    assert_string_equal(model_find_column(user, "seen")->default_value.text,
                        "2020-02-29 10:00:00+02:00");
    assert_string_equal(model_find_column(user, "token")->default_value.text,
                        "0f0f0f0f-0000-0000-0000-00000000abcd");
    assert_int_equal(model_find_column(user, "id")->generated, GENERATED_IDENTITY);
    assert_true(model_find_column(user, "id")->unique);
    assert_true(user->indexes[0].parts[1].descending);
    assert_string_equal(user->indexes[0].where, "seen is not null");
    schema_free(schema);
}

static void test_relations(void **state)
{
    struct schema *schema = load_text(shop);
    const struct model *user = schema_find_model(schema, "user");
    const struct model *task = schema_find_model(schema, "task");
    const struct relation *tasks = model_find_relation(user, "tasks");
    const struct relation *owner = model_find_relation(task, "owner");
    const struct relation *teams = model_find_relation(user, "teams");

    (void)state;
    assert_ptr_equal(tasks->inverse, owner);
    assert_ptr_equal(owner->inverse, tasks);
    assert_ptr_equal(owner->own_key.columns[0], model_find_column(task, "owner_id"));
    assert_ptr_equal(tasks->target_key.columns[0], model_find_column(task, "owner_id"));
    assert_ptr_equal(tasks->own_key.columns[0], model_find_column(user, "id"));
    assert_true(owner->optional);
    assert_int_equal(tasks->on_delete, ACTION_SET_NULL);
    assert_ptr_equal(tasks->order_by[0].column, model_find_column(task, "id"));
    assert_true(tasks->order_by[0].descending);
    assert_true(model_find_relation(task, "children")->self_referential);
    assert_ptr_equal(teams->inverse, schema_find_model(schema, "team")->relations);
    assert_true(teams->link->link_only);
    assert_string_equal(teams->link_own_key.columns[0]->db_name, "user_id");
    assert_string_equal(teams->link_target_key.columns[0]->db_name, "team_id");
    schema_free(schema);
}

static void test_foreign_keys(void **state)
{
    struct schema *schema = load_text(shop);
    const struct model *task = schema_find_model(schema, "task");
    const struct model *link =
        model_find_relation(schema_find_model(schema, "user"), "teams")->link;

    (void)state;
    assert_int_equal(task->foreign_key_count, 2);
    assert_string_equal(task->foreign_keys[0].db_name, "task_owner_id_fkey");
    assert_int_equal(task->foreign_keys[0].on_delete, ACTION_SET_NULL);
    assert_false(task->foreign_keys[1].in_cycle);
    assert_false(task->in_cycle);
    assert_ptr_equal(task->columns[1].references,
                     model_find_column(schema_find_model(schema, "user"), "id"));
    assert_int_equal(link->foreign_key_count, 2);
    assert_int_equal(link->primary_key.count, 2);
    assert_int_equal(link->foreign_keys[0].on_delete, ACTION_CASCADE);
    assert_int_equal(link->foreign_keys[1].on_delete, ACTION_NO_ACTION);
    assert_ptr_equal(schema->models[schema->model_count - 1], link);
    schema_free(schema);
}

static size_t created_at(const struct schema *schema, const char *name)
{
    size_t i = 0;

    while (i < schema->creation_count && strcmp(schema->creation_order[i]->name, name) != 0)
        i++;
    return i;
}

/* Without a belongs_to the other side declares the constraint; views take no part. */
static void test_order(void **state)
{
    struct schema *schema =
        load_text("models:\n"
                  "  - { name: leaf, columns: [{ name: id, type: bigint, primary_key: true },\n"
                  "                            { name: root_id, type: bigint }] }\n"
                  "  - name: root\n    columns:\n" KEY "    relations:\n"
                  "      - { name: leaves, kind: has_many, model: leaf, foreign_key: [root_id] }\n"
                  "  - name: egg\n    columns:\n" KEY "      - { name: hen_id, type: bigint }\n"
                  "    relations:\n      - { name: hen, kind: belongs_to, model: hen }\n"
                  "  - name: hen\n    columns:\n" KEY "      - { name: egg_id, type: bigint }\n"
                  "    relations:\n      - { name: egg, kind: belongs_to, model: egg }\n"
                  "  - name: report\n    view: true\n    columns:\n"
                  "      - { name: root_id, type: bigint }\n"
                  "    relations:\n      - { name: root, kind: belongs_to, model: root }\n");
    const struct model *egg = schema_find_model(schema, "egg");
    const struct model *hen = schema_find_model(schema, "hen");

    (void)state;
    assert_int_equal(schema->creation_count, 4);
    assert_true(created_at(schema, "root") < created_at(schema, "leaf"));
    assert_true(egg->in_cycle && hen->in_cycle);
    assert_int_equal((int)egg->foreign_keys[0].in_cycle + (int)hen->foreign_keys[0].in_cycle, 1);
    assert_int_equal(schema_find_model(schema, "leaf")->foreign_key_count, 1);
    assert_int_equal(schema_find_model(schema, "report")->foreign_key_count, 0);
    assert_int_equal(created_at(schema, "report"), schema->creation_count);
    schema_free(schema);
}

/* Composite keys, a reference to a unique key, and two relations told apart by their keys. */
static void test_keys(void **state)
{
    struct schema *schema = load_text(
        "models:\n"
        "  - name: place\n    primary_key: [y, x]\n    columns:\n"
        "      - { name: x, type: integer }\n      - { name: y, type: integer }\n"
        "      - { name: code, type: text, unique: true }\n"
        "    uniques:\n      - { columns: [x, code], name: place_code }\n"
        "  - name: trip\n    columns:\n" KEY
        "      - { name: from_x, type: integer }\n      - { name: from_y, type: integer }\n"
        "      - { name: code, type: text }\n"
        "    relations:\n"
        "      - { name: start, kind: belongs_to, model: place, foreign_key: [from_y, from_x] }\n"
        "      - { name: end, kind: belongs_to, model: place, foreign_key: [code],\n"
        "          references: [code] }\n");
    const struct model *place = schema_find_model(schema, "place");
    const struct model *trip = schema_find_model(schema, "trip");

    (void)state;
    assert_int_equal(place->primary_key.count, 2);
    assert_string_equal(place->primary_key.columns[0]->name, "y");
    assert_true(place->columns[0].primary_key);
    assert_false(place->columns[0].unique);
    assert_int_equal(place->unique_count, 2);
    assert_string_equal(place->uniques[1].db_name, "place_code");
    assert_ptr_equal(trip->foreign_keys[0].target_key.columns[1], &place->columns[0]);
    assert_ptr_equal(trip->foreign_keys[1].target_key.columns[0], &place->columns[2]);
    assert_null(trip->relations[0].inverse);
    schema_free(schema);
}

static void test_includes(void **state)
{
    const char *paths[] = {"included.yaml", "parts/good.yaml"};
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;

    (void)state;
    assert_int_equal(chdir(ORM_TEST_SOURCE_DIR "/tests/codegen/includes"), 0);
    assert_true(schema_load(paths, 2, &schema, diags));
    assert_int_equal(schema->file_count, 3);
    assert_int_equal(diagnostics_file_count(diags), 3);
    assert_string_equal(schema->files[0].path, "included.yaml");
    assert_string_equal(schema->files[0].prefix, "app");
    assert_string_equal(schema->files[1].path, "parts/good.yaml");
    assert_false(schema->files[1].included);
    assert_string_equal(schema->files[2].path, "parts/kinds.yaml");
    assert_true(schema->files[2].included);
    assert_string_equal(schema_find_model(schema, "part")->c_name, "part");
    assert_string_equal(schema_find_model(schema, "whole")->c_name, "app_whole");
    schema_free(schema);
    diagnostics_free(diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),     cmocka_unit_test(test_types_and_defaults),
        cmocka_unit_test(test_relations), cmocka_unit_test(test_foreign_keys),
        cmocka_unit_test(test_order),     cmocka_unit_test(test_keys),
        cmocka_unit_test(test_includes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
