/* Repeats, budgets, loops that are none yet, and thresholds. */
#include "nplusone/scenario.h"

/* The same count in a loop that has nothing to do with it.
 * expect DUP count rate 6 statements @loop */
scenario(same_count_for_each_row)
{
    shop_supplier_list suppliers;
    int64_t rates;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_rate_count(db, NULL, &rates)); /* @loop */
        tell(scene, "%s of %" PRId64 "\n", suppliers.items[i]->name, rates);
    }
    return ORM_OK;
}

/* The same rows selected for each row.
 * expect DUP select setting 6 statements @loop */
scenario(same_rows_for_each_row)
{
    shop_supplier_list suppliers;
    shop_setting_list settings;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_setting_select(
            db, &(shop_setting_query){.where = shop_setting_name_is(orm_eq("currency"))},
            &settings)); /* @loop */
        tell(scene, "%s %s\n", suppliers.items[i]->name, settings.items[0]->value);
    }
    return ORM_OK;
}

/* The same by hand.
 * expect DUP raw SQL 6 statements @loop */
scenario(same_sql_for_each_row)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        orm_value name = orm_bind("currency");
        TRY(orm_raw(db, "SELECT value FROM settings WHERE name = $1", &name, 1, NULL, NULL,
                    NULL)); /* @loop */
    }
    return ORM_OK;
}

static orm_status same_rates(orm_session *db, shop_product *product, void *context)
{
    int64_t rates;
    (void)product;
    TRY(shop_rate_count(db, NULL, &rates)); /* @streamed */
    tell(context, "%" PRId64 "\n", rates);
    return ORM_OK;
}

/* The same count for each row of a stream, whose batches are fetched between.
 * expect DUP count rate 20 statements @streamed */
scenario(same_count_in_a_stream)
{
    return shop_product_each(db, NULL, &(orm_each){.batch = 2}, same_rates, scene);
}

/* A write between the repeats changes the answer.
 * expect WRITE insert note 6 statements @write @list matches */
scenario(same_count_after_each_write)
{
    shop_supplier_list suppliers;
    int64_t notes;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_note_insert(
            db, &(shop_note_new){.about = ORM_SET(suppliers.items[i]->id), .body = ORM_SET("x")},
            NULL)); /* @write */
        TRY(shop_note_count(db, NULL, &notes));
        tell(scene, "%" PRId64 "\n", notes);
    }
    return ORM_OK;
}

/* The same asked twice.
 * expect none */
scenario(asked_twice)
{
    int64_t rates;
    for (int i = 0; i < 2; i++)
        TRY(shop_rate_count(db, NULL, &rates));
    return ORM_OK;
}

/* More statements than the scope allows: the first one beyond.
 * expect BUDGET statements 3 statements @third */
scenario_with(more_statements_than_allowed, .budget.statements = 2)
{
    int64_t count;
    TRY(shop_rate_count(db, NULL, &count));
    TRY(shop_buyer_count(db, NULL, &count));
    TRY(shop_supplier_count(db, NULL, &count)); /* @third */
    return ORM_OK;
}

/* More rows.
 * expect BUDGET rows 2 statements @second */
scenario_with(more_rows_than_allowed, .budget.rows = 20)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    TRY(shop_product_select(db, NULL, &products)); /* @second */
    return ORM_OK;
}

/* More bytes.
 * expect BUDGET bytes 1 statement @query */
scenario_with(more_bytes_than_allowed, .budget.bytes = 100)
{
    chinook_track_list tracks;
    TRY(chinook_track_select(db, &(chinook_track_query){.limit = 50}, &tracks)); /* @query */
    return ORM_OK;
}

/* More time: one nanosecond is too little for anybody.
 * expect BUDGET nanoseconds 1 statement @query */
scenario_with(more_time_than_allowed, .budget.duration_ns = 1, .timed = true)
{
    int64_t count;
    TRY(shop_rate_count(db, NULL, &count)); /* @query */
    return ORM_OK;
}

/* Within the budget.
 * expect none */
scenario_with(within_the_budget, .budget = {.statements = 3, .rows = 10})
{
    int64_t count;
    TRY(shop_rate_count(db, NULL, &count));
    TRY(shop_buyer_count(db, NULL, &count));
    return ORM_OK;
}

/* One row today: with more it would be N1.
 * expect LATENT supplier.products 1 statement @loop @list */
scenario_with(loop_over_one_row_today, .latent = true)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_country_is(orm_eq("NO"))},
        &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Several rows: the real thing, and no warning beside it.
 * expect N1 supplier.products 2 statements @loop @list */
scenario_with(loop_over_two_rows, .latent = true)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_country_is(orm_eq("DE"))},
        &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* Found by its key, not in a list of one.
 * expect none */
scenario_with(relation_of_a_row_found, .latent = true)
{
    shop_supplier *supplier;
    shop_product_list products;
    TRY(shop_supplier_find(db, 4, &supplier));
    return shop_supplier_products(supplier, &products) == ORM_NOT_LOADED ? ORM_OK : ORM_MISUSE;
}

/* Two rows are enough where the link is proven.
 * expect N1 find category 2 statements @loop @list */
scenario(two_values_that_stem)
{
    shop_product_list products;
    shop_category *category;
    TRY(shop_product_select(db, &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_ID}, .limit = 2},
                            &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_category_find(db, products.items[i]->category_id, &category)); /* @loop */
        tell(scene, "%s\n", category->name);
    }
    return ORM_OK;
}

/* Two values that only match are not.
 * expect none */
scenario(two_values_that_match)
{
    shop_supplier_list suppliers;
    shop_rate *rate;
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.order_by = {SHOP_SUPPLIER_BY_ID}, .limit = 2}, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_rate_find(db, suppliers.items[i]->country, &rate));
    return ORM_OK;
}

/* Higher thresholds.
 * expect none */
scenario_with(higher_thresholds,
              .thresholds = {.stems = 8, .matches = 8, .writes = 8, .repeats = 8})
{
    shop_supplier_list suppliers;
    shop_product_list products;
    int64_t rates;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
        TRY(shop_rate_count(db, NULL, &rates));
        TRY(shop_note_insert(
            db, &(shop_note_new){.about = ORM_SET(suppliers.items[i]->id), .body = ORM_SET("x")},
            NULL));
    }
    return ORM_OK;
}

/* Two causes of different kinds in one loop.
 * expect N1 supplier.products 6 statements @load @list
 * expect WRITE insert note 6 statements @write */
scenario(a_load_and_a_write_for_each_row)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @load */
        TRY(shop_note_insert(db,
                             &(shop_note_new){.about = ORM_SET((int64_t)products.count),
                                              .body = ORM_SET(suppliers.items[i]->name)},
                             NULL)); /* @write */
    }
    return ORM_OK;
}
