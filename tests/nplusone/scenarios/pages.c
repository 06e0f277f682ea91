/* Pages, queues and fan-outs as people write them who have no cursors: no loops over rows. */
#include "nplusone/scenario.h"

/* Pages by two columns: the rest of the last value's rows, and those behind it.
 * expect none */
scenario(pages_by_two_columns)
{
    shop_product_list page;
    shop_product_query query = {.order_by = {SHOP_PRODUCT_BY_STOCK, SHOP_PRODUCT_BY_ID},
                                .limit = 3};
    for (;;) {
        TRY(shop_product_select(db, &query, &page));
        if (page.count == 0)
            return ORM_OK;
        const shop_product *last = page.items[page.count - 1];
        tell(scene, "%s\n", last->sku);
        query.where =
            shop_product_any_of(db, shop_product_stock_is(orm_gt(last->stock)),
                                shop_product_all_of(db, shop_product_stock_is(orm_eq(last->stock)),
                                                    shop_product_id_is(orm_gt(last->id))));
    }
}

/* The same by hand.
 * expect none */
scenario(raw_pages_by_two_columns)
{
    shop_product_list page;
    int32_t stock = -1;
    int64_t id = 0;
    do {
        orm_value values[] = {orm_bind(stock), orm_bind(stock), orm_bind(id)};
        TRY(shop_product_raw(db,
                             "SELECT * FROM products WHERE stock > $1 OR (stock = $2 AND id > $3) "
                             "ORDER BY stock, id LIMIT 3",
                             values, 3, &page));
        if (page.count > 0) {
            stock = page.items[page.count - 1]->stock;
            id = page.items[page.count - 1]->id;
        }
    } while (page.count > 0);
    return ORM_OK;
}

/* Pages of the rows of one owner, by the last key.
 * expect none */
scenario(pages_of_one_owner)
{
    shop_review_list page;
    int64_t last = 0;
    do {
        TRY(shop_review_select(
            db,
            &(shop_review_query){.where = shop_review_all_of(db, shop_review_stars_is(orm_ge(1)),
                                                             shop_review_buyer_id_is(orm_eq(2)),
                                                             shop_review_id_is(orm_gt(last))),
                                 .order_by = {SHOP_REVIEW_BY_ID},
                                 .limit = 1},
            &page));
        if (page.count > 0)
            last = page.items[0]->id;
    } while (page.count > 0);
    return ORM_OK;
}

/* Pages of one row, with what belongs to it: the batches are that small.
 * expect none */
scenario(pages_of_one_row_with_relations)
{
    shop_product_list page;
    shop_review_list reviews;
    int64_t last = 0;
    do {
        TRY(shop_product_select(db,
                                &(shop_product_query){.where = shop_product_id_is(orm_gt(last)),
                                                      .order_by = {SHOP_PRODUCT_BY_ID},
                                                      .limit = 1,
                                                      .with = {.reviews = &shop_review_all}},
                                &page));
        if (page.count > 0) {
            last = page.items[0]->id;
            TRY(shop_product_reviews(page.items[0], &reviews));
            tell(scene, "%zu\n", reviews.count);
        }
    } while (page.count > 0);
    return ORM_OK;
}

/* Work taken from a queue with what belongs to it.
 * expect none */
scenario(draining_with_relations)
{
    shop_job_list next;
    for (;;) {
        shop_product *product;
        shop_category *category;
        TRY(shop_job_select(db,
                            &(shop_job_query){.where = shop_job_done_is(false),
                                              .order_by = {SHOP_JOB_BY_ID},
                                              .limit = 1},
                            &next));
        if (next.count == 0)
            return ORM_OK;
        TRY(shop_product_find(db, next.items[0]->product_id, &product));
        TRY(shop_product_load_category(db, product, &category));
        TRY(shop_job_update(db, next.items[0], &(shop_job_changes){.done = ORM_SET(true)}));
    }
}

/* Work taken several rows at a time.
 * expect none */
scenario(draining_in_batches)
{
    shop_job_list next;
    for (;;) {
        int64_t ids[2];
        TRY(shop_job_select(db,
                            &(shop_job_query){.where = shop_job_done_is(false),
                                              .order_by = {SHOP_JOB_BY_ID},
                                              .limit = 2},
                            &next));
        if (next.count == 0)
            return ORM_OK;
        for (size_t i = 0; i < next.count; i++)
            ids[i] = next.items[i]->id;
        TRY(shop_job_delete_where(db, shop_job_id_is(orm_in(ids, next.count)), NULL));
    }
}

/* As many counts as there are states, whatever the rows.
 * expect none */
scenario(count_of_each_state)
{
    static const enum shop_purchase_state states[] = {
        SHOP_PURCHASE_STATE_OPEN, SHOP_PURCHASE_STATE_PAID, SHOP_PURCHASE_STATE_SENT};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        int64_t count;
        TRY(shop_purchase_count(
            db, &(shop_purchase_query){.where = shop_purchase_state_is(states[i])}, &count));
        tell(scene, "%" PRId64 "\n", count);
    }
    return ORM_OK;
}

/* Chunks of keys, the last of which has one.
 * expect none */
scenario(chunks_of_keys)
{
    static const int64_t ids[] = {1, 2, 3, 4, 5, 6, 7};
    shop_product_list found;
    for (size_t i = 0; i < 7; i += 2) {
        size_t count = 7 - i < 2 ? 7 - i : 2;
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_id_is(orm_in(ids + i, count))},
            &found));
    }
    return ORM_OK;
}

/* Searched until it is found: the first parent ends the loop.
 * expect none */
scenario(first_that_has_some)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.order_by = {SHOP_SUPPLIER_BY_ID}},
                             &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
        if (products.count > 0)
            break;
    }
    return ORM_OK;
}

/* To-one relations that are NULL cost nothing; the others are one row each.
 * expect N1 product.supplier 6 statements @loop @list */
scenario(relations_that_may_be_null)
{
    shop_product_list products;
    shop_supplier *supplier;
    TRY(shop_product_select(db, &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_ID}},
                            &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_load_supplier(db, products.items[i], &supplier)); /* @loop */
        tell(scene, "%s\n", supplier == NULL ? "-" : supplier->name);
    }
    return ORM_OK;
}

/* An eager query for each row of another list is one row at a time, its relations with it.
 * expect N1 select product 6 statements @loop @list */
scenario(eager_query_for_each_row)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    shop_review_list reviews;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_product_select(db,
                                &(shop_product_query){.where = shop_product_supplier_id_is(
                                                          orm_eq(suppliers.items[i]->id)),
                                                      .with = {.reviews = &shop_review_all}},
                                &products)); /* @loop */
        for (size_t k = 0; k < products.count; k++) {
            TRY(shop_product_reviews(products.items[k], &reviews));
            tell(scene, "%zu\n", reviews.count);
        }
    }
    return ORM_OK;
}

/* By values that are compared as one.
 * expect none */
scenario(raw_pages_by_a_row_of_values)
{
    shop_product_list page;
    int32_t stock = -1;
    int64_t id = 0;
    do {
        orm_value values[] = {orm_bind(stock), orm_bind(id)};
        TRY(shop_product_raw(db,
                             "SELECT * FROM products WHERE (stock, id) > ($1, $2) "
                             "ORDER BY stock, id LIMIT 3",
                             values, 2, &page));
        if (page.count > 0) {
            stock = page.items[page.count - 1]->stock;
            id = page.items[page.count - 1]->id;
        }
    } while (page.count > 0);
    return ORM_OK;
}

/* Written once for each state, whatever the rows.
 * expect none */
scenario(update_of_each_state)
{
    static const enum shop_purchase_state states[] = {
        SHOP_PURCHASE_STATE_OPEN, SHOP_PURCHASE_STATE_PAID, SHOP_PURCHASE_STATE_SENT};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        TRY(shop_purchase_update_where(
            db, shop_purchase_state_is(states[i]),
            &(shop_purchase_changes){.state = ORM_SET(SHOP_PURCHASE_STATE_OPEN)}, NULL));
    return ORM_OK;
}

/* The same key, and one of the states: the key tells.
 * expect N1 count purchase 6 statements @loop @list */
scenario(open_purchases_of_each_buyer)
{
    shop_buyer_list buyers;
    int64_t count;
    TRY(shop_buyer_select(db, &(shop_buyer_query){.order_by = {SHOP_BUYER_BY_ID}, .limit = 6},
                          &buyers)); /* @list */
    for (size_t i = 0; i < buyers.count; i++) {
        shop_purchase_query query = {
            .where = shop_purchase_all_of(db, shop_purchase_state_is(SHOP_PURCHASE_STATE_OPEN),
                                          shop_purchase_buyer_id_is(orm_eq(buyers.items[i]->id)))};
        TRY(shop_purchase_count(db, &query, &count)); /* @loop */
        tell(scene, "%" PRId64 "\n", count);
    }
    return ORM_OK;
}
