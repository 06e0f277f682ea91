/* What looks like a loop of statements, and is none that could be helped. */
#include "nplusone/scenario.h"

/* Pages by the last key seen.
 * expect none */
scenario(keyset_pages)
{
    shop_product_list page;
    int64_t last = 0;
    do {
        TRY(shop_product_select(db,
                                &(shop_product_query){.where = shop_product_id_is(orm_gt(last)),
                                                      .order_by = {SHOP_PRODUCT_BY_ID},
                                                      .limit = 4},
                                &page));
        if (page.count > 0)
            last = page.items[page.count - 1]->id;
    } while (page.count > 0);
    return ORM_OK;
}

/* Pages by cursors, with what is on them.
 * expect none */
scenario(cursor_pages)
{
    shop_product_page page;
    shop_category *category;
    const char *after = NULL;
    do {
        TRY(shop_product_select_page(db,
                                     &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_NAME},
                                                           .limit = 4,
                                                           .after = after,
                                                           .with.category = &shop_category_all},
                                     &page));
        for (size_t i = 0; i < page.count; i++)
            TRY(shop_product_category(page.items[i], &category));
        after = page.next;
    } while (after != NULL);
    return ORM_OK;
}

/* Offset pages by hand.
 * expect none */
scenario(raw_pages)
{
    for (int64_t offset = 0; offset < 20; offset += 5) {
        orm_value values[] = {orm_bind(5), orm_bind(offset)};
        TRY(orm_raw(db, "SELECT sku FROM products ORDER BY id LIMIT $1 OFFSET $2", values, 2, NULL,
                    NULL, NULL));
    }
    return ORM_OK;
}

/* Lists of keys, cut into chunks.
 * expect none */
scenario(chunks_of_keys)
{
    shop_product_list products;
    shop_review_list reviews;
    int64_t keys[32];
    TRY(shop_product_select(db, NULL, &products));
    for (size_t i = 0; i < products.count; i++)
        keys[i] = products.items[i]->id;
    for (size_t at = 0; at < products.count; at += 5)
        TRY(shop_review_select(
            db, &(shop_review_query){.where = shop_review_product_id_is(orm_in(keys + at, 5))},
            &reviews));
    return ORM_OK;
}

/* Chunks of a list whose relations are preloaded, chunk by chunk.
 * expect none */
scenario(preloads_of_chunks)
{
    shop_product_list products;
    shop_review_list reviews;
    TRY(shop_product_select(db, NULL, &products));
    for (size_t at = 0; at < products.count; at += 5) {
        shop_product_list chunk = {.count = 5, .items = products.items + at};
        TRY(shop_product_preload_reviews(db, &chunk, NULL));
        for (size_t i = 0; i < chunk.count; i++)
            TRY(shop_product_reviews(chunk.items[i], &reviews));
    }
    return ORM_OK;
}

static orm_status read_category(orm_session *db, shop_product *product, void *context)
{
    shop_category *category;
    shop_review_list reviews;
    (void)db;
    (void)context;
    TRY(shop_product_category(product, &category));
    return shop_product_reviews(product, &reviews);
}

/* A stream that loads relations for each batch.
 * expect none */
scenario(stream_with_relations)
{
    shop_product_query query = {
        .order_by = {SHOP_PRODUCT_BY_ID},
        .with = {.category = &shop_category_all, .reviews = &shop_review_all}};
    for (size_t batch = 1; batch <= 8; batch *= 2)
        TRY(shop_product_each(db, &query, &(orm_each){.batch = batch}, read_category, NULL));
    return ORM_OK;
}

/* A loop that stops after its first turn.
 * expect none */
scenario(loop_that_stops_after_one)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
        if (products.count > 0)
            break;
    }
    return ORM_OK;
}

/* A list that has one row.
 * expect none */
scenario(list_of_one_row)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    shop_contact *contact;
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_name_is(orm_eq("Elm"))}, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
        TRY(shop_supplier_load_contact(db, suppliers.items[i], &contact));
    }
    return ORM_OK;
}

/* A list of one row after the other, each looked up by another line.
 * expect none */
scenario(lists_of_one_row_on_two_lines)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_name_is(orm_eq("Elm"))}, &suppliers));
    TRY(shop_supplier_load_products(db, suppliers.items[0], &products));
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_name_is(orm_eq("Dale"))}, &suppliers));
    TRY(shop_supplier_load_products(db, suppliers.items[0], &products));
    return ORM_OK;
}

/* A request's detail page: one row, and each of its relations.
 * expect none */
scenario(one_row_and_its_relations)
{
    shop_product *product;
    shop_category *category;
    shop_supplier *supplier;
    shop_review_list reviews;
    shop_tag_list tags;
    TRY(shop_product_find(db, 3, &product));
    TRY(shop_product_load_category(db, product, &category));
    TRY(shop_product_load_supplier(db, product, &supplier));
    TRY(shop_product_load_reviews(db, product, &reviews));
    TRY(shop_product_load_tags(db, product, &tags));
    return ORM_OK;
}

/* A fixed number of counts, each by a line of its own, whatever the rows.
 * expect none */
scenario(fixed_fan_out)
{
    int64_t count;
    TRY(shop_purchase_count(
        db, &(shop_purchase_query){.where = shop_purchase_state_is(SHOP_PURCHASE_STATE_OPEN)},
        &count));
    TRY(shop_purchase_count(
        db, &(shop_purchase_query){.where = shop_purchase_state_is(SHOP_PURCHASE_STATE_PAID)},
        &count));
    TRY(shop_purchase_count(
        db, &(shop_purchase_query){.where = shop_purchase_state_is(SHOP_PURCHASE_STATE_SENT)},
        &count));
    return ORM_OK;
}

/* Two calls on one line.
 * expect none */
scenario(two_calls_on_one_line)
{
    shop_buyer *one;
    shop_buyer *other;
    shop_buyer_list buyers;
    TRY(shop_buyer_select(db, &(shop_buyer_query){.limit = 1}, &buyers));
    /* clang-format off */
    TRY(shop_buyer_find(db, 3, &one)); TRY(shop_buyer_find(db, 4, &other));
    /* clang-format on */
    tell(scene, "%s %s\n", one->name, other->name);
    return ORM_OK;
}

/* Two relations of one row on one line, each a call of its own.
 * expect none */
scenario(two_loads_on_one_line)
{
    shop_tag_list t;
    shop_product **p;
    shop_product_list list;
    TRY(shop_product_select(db, &(shop_product_query){.limit = 2}, &list));
    p = list.items;
    /* clang-format off */
    TRY(shop_product_load_tags(db, p[0], &t)); TRY(shop_product_load_tags(db, p[1], &t));
    /* clang-format on */
    return ORM_OK;
}

static orm_status name_of(orm_session *db, struct scene *scene, int64_t id)
{
    shop_buyer *buyer;
    TRY(shop_buyer_find(db, id, &buyer));
    tell(scene, "%s\n", buyer->name);
    return ORM_OK;
}

/* One helper, called from several lines, once each.
 * expect none */
scenario(helper_called_from_several_lines)
{
    TRY(name_of(db, scene, 2));
    TRY(name_of(db, scene, 5));
    TRY(name_of(db, scene, 3));
    TRY(name_of(db, scene, 6));
    return ORM_OK;
}

static orm_status notify(orm_session *db, const char *body)
{
    return shop_note_insert(db, &(shop_note_new){.about = ORM_SET(1), .body = ORM_SET(body)}, NULL);
}

/* A helper that writes, called from several lines.
 * expect none */
scenario(writing_helper_on_several_lines)
{
    TRY(notify(db, "begun"));
    TRY(notify(db, "going on"));
    TRY(notify(db, "done"));
    return ORM_OK;
}

/* Targets that the session has already.
 * expect none */
scenario(targets_that_are_known)
{
    shop_category_list categories;
    shop_product_list products;
    shop_category *category;
    TRY(shop_category_select(db, NULL, &categories));
    TRY(shop_product_select(db, NULL, &products));
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_load_category(db, products.items[i], &category));
        TRY(shop_category_find(db, products.items[i]->category_id, &category));
    }
    return ORM_OK;
}

/* Commits and savepoints are no statements.
 * expect none */
scenario(transaction_control)
{
    shop_supplier *supplier;
    for (int i = 0; i < 6; i++) {
        orm_savepoint savepoint;
        TRY(orm_session_savepoint(db, &savepoint));
        TRY(shop_supplier_find(db, 1, &supplier));
        TRY(orm_savepoint_release(db, savepoint));
        TRY(orm_session_commit(db));
    }
    return ORM_OK;
}

/* Asked again and again until something happens.
 * expect none */
scenario(polling)
{
    bool waiting = true;
    for (int i = 0; i < 20 && waiting; i++)
        TRY(shop_job_exists(db, &(shop_job_query){.where = shop_job_done_is(false)}, &waiting));
    return ORM_OK;
}

/* Siblings are loaded with the first row.
 * expect none */
scenario(siblings_loaded_together)
{
    orm_session *own = NULL;
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(orm_session_open(
        scene->engine,
        &(orm_session_options){.scope = scene->scope, .read_only = true, .load_siblings = true},
        &own, NULL));
    orm_status status = shop_supplier_select(own, NULL, &suppliers);
    for (size_t i = 0; i < suppliers.count && status == ORM_OK; i++)
        status = shop_supplier_load_products(own, suppliers.items[i], &products);
    orm_session_close(own);
    return status;
}

/* Months of a year: ranges, not keys.
 * expect none */
scenario(ranges_of_dates)
{
    int64_t count;
    for (unsigned day = 1; day < 9; day += 2) {
        orm_value values[] = {orm_bind((orm_date){.days = 19783 + (int32_t)day}),
                              orm_bind((orm_date){.days = 19785 + (int32_t)day})};
        TRY(orm_raw(db, "SELECT id FROM purchases WHERE placed_on >= $1 AND placed_on < $2", values,
                    2, NULL, NULL, &count));
    }
    return ORM_OK;
}

/* Work taken from a queue by one statement, and done.
 * expect none */
scenario(draining_by_an_update)
{
    shop_job_list taken;
    shop_product *product;
    for (;;) {
        TRY(shop_job_raw(db,
                         "UPDATE jobs SET done = true WHERE id = (SELECT id FROM jobs WHERE NOT "
                         "done ORDER BY id LIMIT 1) RETURNING *",
                         NULL, 0, &taken));
        if (taken.count == 0)
            break;
        TRY(shop_product_find(db, taken.items[0]->product_id, &product));
        TRY(shop_product_update(db, product, &(shop_product_changes){.stock = ORM_SET(0)}));
    }
    return ORM_OK;
}

/* Work taken from a queue, with a note about each job.
 * expect none */
scenario(draining_with_notes)
{
    shop_job_list next;
    for (;;) {
        TRY(shop_job_select(db,
                            &(shop_job_query){.where = shop_job_done_is(false),
                                              .order_by = {SHOP_JOB_BY_ID},
                                              .limit = 1},
                            &next));
        if (next.count == 0)
            break;
        TRY(shop_note_insert(
            db,
            &(shop_note_new){.about = ORM_SET(next.items[0]->product_id), .body = ORM_SET("done")},
            NULL));
        TRY(shop_job_delete(db, next.items[0]));
    }
    return ORM_OK;
}

/* The same, giving the memory of each job back.
 * expect none */
scenario(draining_with_releases)
{
    for (bool more = true; more;) {
        orm_mark mark;
        shop_job_list next;
        shop_product *product;
        TRY(orm_session_mark(db, &mark));
        TRY(shop_job_select(db,
                            &(shop_job_query){.where = shop_job_done_is(false),
                                              .order_by = {SHOP_JOB_BY_ID},
                                              .limit = 1},
                            &next));
        more = next.count > 0;
        if (more) {
            TRY(shop_product_find(db, next.items[0]->product_id, &product));
            TRY(shop_product_update(db, product,
                                    &(shop_product_changes){.stock = ORM_SET(product->stock + 1)}));
            TRY(shop_job_update(db, next.items[0], &(shop_job_changes){.done = ORM_SET(true)}));
        }
        TRY(orm_session_release(db, mark));
    }
    return ORM_OK;
}

/* Jobs of which there are more than anything is looked at closely, each with its product.
 * expect none */
scenario(draining_a_long_queue)
{
    shop_job_new jobs[300];
    for (int64_t i = 0; i < 300; i++)
        jobs[i] = (shop_job_new){.product_id = ORM_SET(i % 20 + 1)};
    TRY(shop_job_insert_all(db, jobs, 300, NULL));
    for (;;) {
        shop_job_list next;
        TRY(shop_job_select(db,
                            &(shop_job_query){.where = shop_job_done_is(false),
                                              .order_by = {SHOP_JOB_BY_ID},
                                              .limit = 1},
                            &next));
        if (next.count == 0)
            break;
        TRY(shop_job_update(db, next.items[0], &(shop_job_changes){.done = ORM_SET(true)}));
    }
    return ORM_OK;
}

/* Asked for hundreds of times; then a loop asks for something else with it.
 * expect WRITE insert note 6 statements @loop @list matches */
scenario(polling_before_a_loop)
{
    shop_job_list jobs;
    shop_supplier_list suppliers;
    bool waiting = true;
    for (int i = 0; i < 400 && waiting; i++)
        TRY(shop_job_exists(db, &(shop_job_query){.where = shop_job_done_is(false)}, &waiting));
    TRY(shop_job_select(db, &(shop_job_query){.limit = 1}, &jobs));
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_note_insert(
            db, &(shop_note_new){.about = ORM_SET(suppliers.items[i]->id), .body = ORM_SET("x")},
            NULL)); /* @loop */
    return ORM_OK;
}
