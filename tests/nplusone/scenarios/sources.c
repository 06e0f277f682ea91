/* Where the values of the repeated statement come from, and how sure that is. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nplusone/scenario.h"

static int by_name_down(const void *left, const void *right)
{
    return -strcmp((*(shop_supplier *const *)left)->name, (*(shop_supplier *const *)right)->name);
}

/* A list that was sorted.
 * expect N1 select product 6 statements @loop @list */
scenario(list_sorted)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    qsort(suppliers.items, suppliers.count, sizeof *suppliers.items, by_name_down);
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(shop_product_select(db, &query, &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* A list from which rows were taken out.
 * expect N1 select product 4 statements @loop @list */
scenario(list_edited)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    suppliers.items[0] = NULL;
    suppliers.items[3] = NULL;
    for (size_t i = 0; i < suppliers.count; i++) {
        if (suppliers.items[i] == NULL)
            continue;
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(shop_product_select(db, &query, &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Keys copied out of the list first.
 * expect N1 select product 6 statements @loop @list */
scenario(keys_copied)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    int64_t keys[16];
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++)
        keys[i] = suppliers.items[suppliers.count - 1 - i]->id;
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {.where = shop_product_supplier_id_is(orm_eq(keys[i]))};
        TRY(shop_product_select(db, &query, &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Text keys that stem from a column joined by a relation.
 * expect N1 select product 18 statements @loop @list */
scenario(text_keys_of_a_relation)
{
    shop_line_list lines;
    shop_product_list products;
    TRY(shop_line_select(db, NULL, &lines)); /* @list */
    for (size_t i = 0; i < lines.count; i++) {
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_sku_is(orm_eq(lines.items[i]->sku))},
            &products)); /* @loop */
        tell(scene, "%s\n", products.items[0]->name);
    }
    return ORM_OK;
}

/* Values that no relation joins: they match, which may be chance.
 * expect N1 find rate 4 statements @loop @list matches */
scenario(values_that_only_match)
{
    shop_supplier_list suppliers;
    shop_rate *rate;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_rate_find(db, suppliers.items[i]->country, &rate)); /* @loop */
        tell(scene, "%s\n", rate->country);
    }
    return ORM_OK;
}

/* Values that the user's code made of others: from nowhere known.
 * expect N1 select product 4 statements @loop */
scenario(values_transformed)
{
    static const char *const wanted[] = {"w-006", "p-007", "k-008", "s-009"};
    shop_product_list products;
    for (size_t i = 0; i < 4; i++) {
        char sku[16] = "";
        for (size_t k = 0; wanted[i][k] != '\0'; k++)
            sku[k] = (char)toupper((unsigned char)wanted[i][k]);
        TRY(shop_product_select(db,
                                &(shop_product_query){.where = shop_product_sku_is(orm_eq(sku))},
                                &products)); /* @loop */
        tell(scene, "%s\n", products.items[0]->name);
    }
    return ORM_OK;
}

/* Values computed of the keys of a list.
 * expect N1 select note 6 statements @loop */
scenario(values_computed_of_keys)
{
    shop_supplier_list suppliers;
    shop_note_list notes;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_note_query query = {.where =
                                     shop_note_about_is(orm_eq(suppliers.items[i]->id * 1000 + 7))};
        TRY(shop_note_select(db, &query, &notes)); /* @loop */
        tell(scene, "%zu\n", notes.count);
    }
    return ORM_OK;
}

/* Constants that happen to equal keys of a list that has nothing to do with them: three different
 * ones in a loop are what they are, and come from no list that a relation joins.
 * expect N1 find buyer 3 statements @loop @other matches */
scenario(constants_that_equal_keys)
{
    static const int64_t ours[] = {2, 4, 6};
    shop_supplier_list suppliers;
    shop_buyer *buyer;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @other */
    for (size_t i = 0; i < 3; i++) {
        TRY(shop_buyer_find(db, ours[i], &buyer)); /* @loop */
        tell(scene, "%s\n", buyer->name);
    }
    return ORM_OK;
}

/* Two constants are a fixed fan-out, whatever list they occur in.
 * expect none */
scenario(two_constants)
{
    shop_supplier_list suppliers;
    shop_buyer *buyer;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (int64_t id = 1; id <= 2; id++)
        TRY(shop_buyer_find(db, id, &buyer));
    return ORM_OK;
}

/* Keys given from outside, as by a request.
 * expect N1 find product 4 statements @loop */
scenario(keys_from_outside)
{
    const char *text = "17,3,11,8";
    shop_product *product;
    for (char *end; *text != '\0'; text = *end == ',' ? end + 1 : end) {
        TRY(shop_product_find(db, strtol(text, &end, 10), &product)); /* @loop */
        tell(scene, "%s\n", product->name);
    }
    return ORM_OK;
}

/* Rows of hand-written SQL as objects.
 * expect N1 select product 3 statements @loop @list */
scenario(rows_of_raw_sql)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_raw(
        db, "SELECT * FROM suppliers WHERE rating > 3 AND country <> 'DE' ORDER BY id", NULL, 0,
        &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(shop_product_select(db, &query, &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Their relations.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(relations_of_rows_of_raw_sql)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_raw(db, "SELECT * FROM suppliers ORDER BY id", NULL, 0,
                          &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Rows that a named statement returns as objects.
 * expect N1 supplier.products 2 statements @loop @list */
scenario(objects_of_a_named_statement)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_suppliers_of(db, "SE", &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Structs that a named statement returns: its columns are no model's.
 * expect N1 find product 13 statements @loop @list matches */
scenario(structs_of_a_named_statement)
{
    shop_best_sellers_list best;
    shop_product *product;
    TRY(shop_best_sellers(db, &best)); /* @list */
    for (size_t i = 0; i < best.count; i++) {
        TRY(shop_product_find(db, best.items[i]->product_id, &product)); /* @loop */
        tell(scene, "%s %" PRId64 "\n", product->name, best.items[i]->sold);
    }
    return ORM_OK;
}

/* A named statement in the loop.
 * expect N1 raw SQL 6 statements @loop @list */
scenario(named_statement_for_each_row)
{
    shop_supplier_list suppliers;
    shop_stock_of_row *stock;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_stock_of(db, suppliers.items[i]->id, &stock)); /* @loop */
        tell(scene, "%" PRId64 "\n", stock->pieces);
    }
    return ORM_OK;
}

typedef struct ids {
    int64_t items[32];
    size_t count;
} ids;

static orm_status keep_id(const orm_row *row, void *context)
{
    ids *kept = context;
    orm_opt_i64 id;
    TRY(orm_row_int(row, 0, &id));
    kept->items[kept->count++] = id.value;
    return ORM_OK;
}

/* Columns of hand-written SQL read by hand: what was read is known, not what it is.
 * expect N1 select review 3 statements @loop @list matches */
scenario(unmapped_columns)
{
    ids kept = {.count = 0};
    shop_review_list reviews;
    TRY(orm_raw(db, "SELECT id FROM products WHERE id > 17 ORDER BY id", NULL, 0, keep_id, &kept,
                NULL)); /* @list */
    for (size_t i = 0; i < kept.count; i++) {
        TRY(shop_review_select(
            db, &(shop_review_query){.where = shop_review_product_id_is(orm_eq(kept.items[i]))},
            &reviews)); /* @loop */
        tell(scene, "%zu\n", reviews.count);
    }
    return ORM_OK;
}

typedef struct texts {
    char items[32][24];
    size_t count;
} texts;

static orm_status keep_text(const orm_row *row, void *context)
{
    texts *kept = context;
    const char *text;
    TRY(orm_row_text(row, orm_row_column(row, "sku"), &text));
    (void)snprintf(kept->items[kept->count++], sizeof *kept->items, "%s", text);
    return ORM_OK;
}

/* The same of texts, by name.
 * expect N1 select product 4 statements @loop @list matches */
scenario(unmapped_texts)
{
    texts kept = {.count = 0};
    shop_product_list products;
    TRY(orm_raw(db, "SELECT price, sku FROM products WHERE id < 5 ORDER BY id", NULL, 0, keep_text,
                &kept, NULL)); /* @list */
    for (size_t i = 0; i < kept.count; i++) {
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_sku_is(orm_eq(kept.items[i]))},
            &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

static orm_status keep_last(const orm_row *row, void *context)
{
    int64_t *job = context;
    orm_opt_i64 id;
    TRY(orm_row_int(row, 0, &id));
    *job = id.value;
    return ORM_OK;
}

/* A queue drained by hand.
 * expect none */
scenario(drained_by_raw_sql)
{
    for (;;) {
        int64_t job = 0;
        shop_job *taken;
        TRY(orm_raw(db, "SELECT id FROM jobs WHERE NOT done ORDER BY id LIMIT 1", NULL, 0,
                    keep_last, &job, NULL));
        if (job == 0)
            return ORM_OK;
        TRY(shop_job_find(db, job, &taken));
        TRY(shop_job_update(db, taken, &(shop_job_changes){.done = ORM_SET(true)}));
    }
}

/* Result structs that a query made.
 * expect N1 select review 20 statements @loop @list */
scenario(result_structs)
{
    shop_product_card_list cards;
    shop_review_list reviews;
    TRY(shop_product_select_card(db, NULL, &cards)); /* @list */
    for (size_t i = 0; i < cards.count; i++) {
        TRY(shop_review_select(
            db, &(shop_review_query){.where = shop_review_product_id_is(orm_eq(cards.items[i].id))},
            &reviews)); /* @loop */
        tell(scene, "%zu\n", reviews.count);
    }
    return ORM_OK;
}

/* SQL with the values written into it.
 * expect N1 raw SQL 6 statements @loop @list */
scenario(values_as_literals)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "SELECT sku FROM products WHERE supplier_id = %d",
                       (int)suppliers.items[i]->id);
        TRY(orm_raw(db, sql, NULL, 0, NULL, NULL, NULL)); /* @loop */
    }
    return ORM_OK;
}

/* Rows whose memory was given back: their keys are remembered.
 * expect N1 select product 6 statements @loop @list */
scenario(rows_freed_by_a_release)
{
    orm_mark mark;
    shop_supplier_list suppliers;
    shop_product_list products;
    int64_t keys[16];
    TRY(orm_session_mark(db, &mark));
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    size_t count = suppliers.count;
    for (size_t i = 0; i < count; i++)
        keys[i] = suppliers.items[i]->id;
    TRY(orm_session_release(db, mark));
    for (size_t i = 0; i < count; i++) {
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_supplier_id_is(orm_eq(keys[i]))},
            &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Memory given back after each turn.
 * expect N1 select product 6 statements @loop @list */
scenario(release_in_the_loop)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        orm_mark mark;
        TRY(orm_session_mark(db, &mark));
        TRY(shop_product_select(db,
                                &(shop_product_query){.where = shop_product_supplier_id_is(
                                                          orm_eq(suppliers.items[i]->id))},
                                &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
        TRY(orm_session_release(db, mark));
    }
    return ORM_OK;
}

static orm_status keep_supplier(orm_session *db, shop_supplier *supplier, void *context)
{
    ids *kept = context;
    (void)db;
    kept->items[kept->count++] = supplier->id;
    return ORM_OK;
}

/* Keys kept of a stream that is over.
 * expect N1 select product 6 statements @loop @list */
scenario(keys_of_a_stream)
{
    ids kept = {.count = 0};
    shop_product_list products;
    TRY(shop_supplier_each(db, NULL, &(orm_each){.batch = 4}, keep_supplier, &kept)); /* @list */
    for (size_t i = 0; i < kept.count; i++) {
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_supplier_id_is(orm_eq(kept.items[i]))},
            &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Rows found one by one before, and then a list of them: that exempts nothing.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(rows_found_singly_before)
{
    shop_supplier *one;
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_find(db, 2, &one));
    TRY(shop_supplier_find(db, 5, &one));
    TRY(shop_supplier_select(db, &(shop_supplier_query){.order_by = {SHOP_SUPPLIER_BY_ID}},
                             &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Rows found one by one, and kept in an array.
 * expect N1 find supplier 4 statements @find
 * expect N1 supplier.products 4 statements @loop @find */
scenario(rows_found_singly_and_kept)
{
    static const int64_t wanted[] = {2, 5, 1, 4};
    shop_supplier *kept[4];
    for (size_t i = 0; i < 4; i++)
        TRY(shop_supplier_find(db, wanted[i], &kept[i])); /* @find */
    for (size_t i = 0; i < 4; i++) {
        shop_supplier *supplier = kept[i];
        shop_product_list products;
        TRY(shop_supplier_load_products(db, supplier, &products)); /* @loop */
        tell(scene, "%s %zu\n", supplier->name, products.count);
    }
    return ORM_OK;
}

/* One of the relations loaded singly before: the others are counted.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(relation_loaded_singly_before)
{
    shop_supplier *one;
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_find(db, 1, &one));
    TRY(shop_supplier_load_contact(db, one, &(shop_contact *){NULL}));
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* A list made of another one's rows again: the loop runs over the newer.
 * expect N1 supplier.products 2 statements @loop @newer */
scenario(newer_list_of_known_rows)
{
    shop_supplier_list all;
    shop_supplier_list swedish;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &all));
    tell(scene, "%zu\n", all.count);
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_country_is(orm_eq("SE"))},
        &swedish)); /* @newer */
    for (size_t i = 0; i < swedish.count; i++) {
        TRY(shop_supplier_load_products(db, swedish.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Rows of an array that was inserted at once.
 * expect N1 supplier.products 3 statements @loop @list */
scenario(rows_inserted_together_are_a_list)
{
    shop_supplier_new rows[] = {{.name = ORM_SET("Gale"), .country = ORM_SET("IS")},
                                {.name = ORM_SET("Hull"), .country = ORM_SET("IS")},
                                {.name = ORM_SET("Iron"), .country = ORM_SET("IS")}};
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_insert_all(db, rows, 3, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
    return ORM_OK;
}

/* Aggregates of each row, by hand.
 * expect N1 raw SQL 20 statements @loop @list */
scenario(average_by_hand)
{
    shop_product_list products;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        orm_value id = orm_bind(products.items[i]->id);
        TRY(orm_raw(db, "SELECT avg(stars) FROM reviews WHERE product_id = $1", &id, 1, NULL, NULL,
                    NULL)); /* @loop */
    }
    return ORM_OK;
}

/* The result of an aggregate as the key of another statement, once.
 * expect none */
scenario(aggregate_as_a_key)
{
    orm_opt_i64 last;
    shop_product *product;
    TRY(orm_max(db, shop_product_rows(NULL), shop_product_columns.id, &last));
    TRY(shop_product_find(db, last.value, &product));
    tell(scene, "%s\n", product->name);
    return ORM_OK;
}

/* Two lists, looped over by one call.
 * expect N1 supplier.products 4 statements @loop @first */
scenario(two_lists_and_one_call)
{
    shop_supplier_list lists[2];
    shop_product_list products;
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_country_is(orm_eq("SE"))},
        &lists[0])); /* @first */
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_country_is(orm_eq("DE"))}, &lists[1]));
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k].count; i++) {
            TRY(shop_supplier_load_products(db, lists[k].items[i], &products)); /* @loop */
            tell(scene, "%zu\n", products.count);
        }
    return ORM_OK;
}

static orm_status count_products(orm_session *db, shop_supplier *supplier, size_t *count_out)
{
    shop_product_list products;
    TRY(shop_supplier_load_products(db, supplier, &products)); /* @helper */
    *count_out = products.count;
    return ORM_OK;
}

/* A helper asks for each row.
 * expect N1 supplier.products 6 statements @helper @list */
scenario(helper_in_a_loop)
{
    shop_supplier_list suppliers;
    size_t count = 0;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(count_products(db, suppliers.items[i], &count));
        tell(scene, "%zu\n", count);
    }
    return ORM_OK;
}

/* A key of two columns.
 * expect N1 find line 18 statements @loop @list */
scenario(composite_keys)
{
    shop_purchase_list purchases;
    shop_line *line;
    TRY(shop_purchase_select(db, NULL, &purchases)); /* @list */
    for (size_t i = 0; i < purchases.count; i++)
        for (int64_t number = 1; number <= (int64_t)(i % 3) + 1; number++) {
            TRY(shop_line_find(db, purchases.items[i]->id, number, &line)); /* @loop */
            tell(scene, "%s\n", line->sku);
        }
    return ORM_OK;
}
