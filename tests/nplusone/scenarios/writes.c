/* Rows written one at a time. */
#include "nplusone/scenario.h"

/* A note about each supplier.
 * expect WRITE insert note 6 statements @loop @list matches */
scenario(insert_of_each_note)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_note_new note = {.about = ORM_SET(suppliers.items[i]->id),
                              .body = ORM_SET("call them")};
        TRY(shop_note_insert(db, &note, NULL)); /* @loop */
    }
    return ORM_OK;
}
/* A check before each insert: one cause, that of the insert.
 * expect WRITE insert note 5 statements @insert */
scenario(check_before_each_insert)
{
    bool there;
    for (int64_t about = 1; about <= 5; about++) {
        TRY(shop_note_exists(db, &(shop_note_query){.where = shop_note_about_is(orm_eq(about))},
                             &there)); /* @check */
        if (there)
            continue;
        shop_note_new note = {.about = ORM_SET(about), .body = ORM_SET("new")};
        TRY(shop_note_insert(db, &note, NULL)); /* @insert */
    }
    return ORM_OK;
}

/* Changes of rows of a list, each at once.
 * expect WRITE update product 20 statements @loop @list */
scenario(update_of_each_product)
{
    shop_product_list products;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        shop_product *product = products.items[i];
        TRY(shop_product_update(
            db, product,
            &(shop_product_changes){.stock = ORM_SET(product->stock + 1)})); /* @loop */
    }
    return ORM_OK;
}

/* Rows of a list deleted one by one.
 * expect WRITE delete job 5 statements @loop @list */
scenario(delete_of_each_job)
{
    shop_job_list jobs;
    TRY(shop_job_select(db, NULL, &jobs)); /* @list */
    for (size_t i = 0; i < jobs.count; i++)
        TRY(shop_job_delete(db, jobs.items[i])); /* @loop */
    return ORM_OK;
}

/* Upserts.
 * expect WRITE insert setting 4 statements @loop */
scenario(upsert_of_each_setting)
{
    static const char *const names[] = {"currency", "language", "theme", "zone"};
    for (size_t i = 0; i < 4; i++) {
        shop_setting_new setting = {.name = ORM_SET(names[i]), .value = ORM_SET("default")};
        TRY(shop_setting_upsert(db, &setting, NULL, NULL)); /* @loop */
    }
    return ORM_OK;
}

/* Deleted by a condition for one key each.
 * expect WRITE delete review 5 statements @loop @list */
scenario(delete_where_of_each_product)
{
    shop_product_list products;
    TRY(shop_product_select(db, &(shop_product_query){.limit = 5}, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++)
        TRY(shop_review_delete_where(db, shop_review_product_id_is(orm_eq(products.items[i]->id)),
                                     NULL)); /* @loop */
    return ORM_OK;
}

/* Updated by a condition for one key each.
 * expect WRITE update purchase 5 statements @loop */
scenario(update_where_of_each_buyer)
{
    for (int64_t id = 1; id <= 5; id++) {
        shop_purchase_changes changes = {.state = ORM_SET(SHOP_PURCHASE_STATE_SENT)};
        TRY(shop_purchase_update_where(db, shop_purchase_buyer_id_is(orm_eq(id)), &changes,
                                       NULL)); /* @loop */
    }
    return ORM_OK;
}

/* By hand.
 * expect WRITE raw SQL 4 statements @loop */
scenario(raw_update_of_each_supplier)
{
    for (int64_t id = 1; id <= 4; id++) {
        orm_value key = orm_bind(id);
        TRY(orm_raw(db, "UPDATE suppliers SET rating = rating + 1 WHERE id = $1", &key, 1, NULL,
                    NULL, NULL)); /* @loop */
    }
    return ORM_OK;
}

/* By a named statement.
 * expect WRITE raw SQL 4 statements @loop */
scenario(named_write_of_each_product)
{
    for (int64_t id = 1; id <= 4; id++)
        TRY(shop_restock(db, id, 10, NULL)); /* @loop */
    return ORM_OK;
}

/* A look for the row before each update.
 * expect WRITE update supplier 5 statements @update */
scenario(find_before_each_update)
{
    shop_supplier *supplier;
    for (int64_t id = 1; id <= 5; id++) {
        TRY(shop_supplier_find(db, id, &supplier)); /* @check */
        TRY(shop_supplier_update(db, supplier,
                                 &(shop_supplier_changes){.rating = ORM_SET(1)})); /* @update */
    }
    return ORM_OK;
}

/* A count before each insert, by hand, of rows of a list.
 * expect WRITE raw SQL 6 statements @insert @list matches */
scenario(count_before_each_raw_insert)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        orm_value about = orm_bind(suppliers.items[i]->id);
        TRY(orm_raw(db, "SELECT count(*) FROM notes WHERE about = $1", &about, 1, NULL, NULL,
                    NULL)); /* @check */
        TRY(orm_raw(db, "INSERT INTO notes (about, body) VALUES ($1, 'x')", &about, 1, NULL, NULL,
                    NULL)); /* @insert */
    }
    return ORM_OK;
}

/* A select before each insert, most of which find something: only those that find nothing insert.
 * expect WRITE insert setting 4 statements @insert */
scenario(select_before_some_inserts)
{
    static const char *const names[] = {"currency", "theme", "language", "zone", "unit", "style"};
    shop_setting_list found;
    for (size_t i = 0; i < 6; i++) {
        TRY(shop_setting_select(
            db, &(shop_setting_query){.where = shop_setting_name_is(orm_eq(names[i]))},
            &found)); /* @check */
        if (found.count > 0)
            continue;
        shop_setting_new setting = {.name = ORM_SET(names[i]), .value = ORM_SET("default")};
        TRY(shop_setting_insert(db, &setting, NULL)); /* @insert */
    }
    return ORM_OK;
}

/* A lookup in another table before each insert is a cause of its own.
 * expect N1 select product 5 statements @lookup
 * expect WRITE insert note 5 statements @insert */
scenario(lookup_elsewhere_before_each_insert)
{
    static const char *const skus[] = {"W-006", "P-007", "K-008", "S-009", "R-010"};
    shop_product_list products;
    for (size_t i = 0; i < 5; i++) {
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_sku_is(orm_eq(skus[i]))},
            &products)); /* @lookup */
        shop_note_new note = {.about = ORM_SET(products.items[0]->id), .body = ORM_SET("sold out")};
        TRY(shop_note_insert(db, &note, NULL)); /* @insert */
    }
    return ORM_OK;
}

/* Rows created one at a time, and each one's children loaded: what was created by itself exempts
 * nothing.
 * expect WRITE insert supplier 3 statements @insert
 * expect N1 supplier.products 3 statements @loop @list */
scenario(relation_of_rows_created_before)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    static const char *const names[] = {"Gale", "Hull", "Iron"};
    for (size_t i = 0; i < 3; i++) {
        shop_supplier_new supplier = {.name = ORM_SET(names[i]), .country = ORM_SET("IS")};
        TRY(shop_supplier_insert(db, &supplier, NULL)); /* @insert */
    }
    TRY(shop_supplier_select(
        db, &(shop_supplier_query){.where = shop_supplier_country_is(orm_eq("IS"))},
        &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
    return ORM_OK;
}

/* Queued rows are written together.
 * expect none */
scenario(rows_queued_and_flushed)
{
    for (int64_t about = 1; about <= 6; about++) {
        shop_note_new note = {.about = ORM_SET(about), .body = ORM_SET("queued")};
        TRY(shop_note_add(db, &note, NULL));
    }
    return ORM_OK;
}

/* A chain of rows of one table, each below the one before: one statement for each level, and no
 * other way.
 * expect none */
scenario(chain_of_queued_rows)
{
    shop_category *above = NULL;
    static const char *const names[] = {"One", "Two", "Three", "Four", "Five"};
    for (size_t i = 0; i < 5; i++) {
        shop_category_new category = {.name = ORM_SET(names[i]), .parent = above};
        TRY(shop_category_add(db, &category, &above));
    }
    return ORM_OK;
}

/* Queued, but flushed after each.
 * expect WRITE insert note 4 statements @flush */
scenario(flush_of_each_row)
{
    for (int64_t about = 1; about <= 4; about++) {
        shop_note_new note = {.about = ORM_SET(about), .body = ORM_SET("queued")};
        TRY(shop_note_add(db, &note, NULL));
        TRY(orm_session_flush(db)); /* @flush */
    }
    return ORM_OK;
}

/* Committed after each.
 * expect WRITE update supplier 4 statements @commit @list */
scenario(commit_of_each_row)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.limit = 4}, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_change(db, suppliers.items[i],
                                 &(shop_supplier_changes){.rating = ORM_SET(9)}));
        TRY(orm_session_commit(db)); /* @commit */
    }
    return ORM_OK;
}

/* Many rows in one call, of several sets of columns.
 * expect none */
scenario(rows_inserted_together)
{
    shop_supplier_new rows[] = {
        {.name = ORM_SET("Gale"), .country = ORM_SET("IS")},
        {.name = ORM_SET("Hull"), .country = ORM_SET("IS"), .rating = ORM_SET(4)},
        {.name = ORM_SET("Iron"), .country = ORM_SET("IS")},
    };
    shop_supplier_list suppliers;
    TRY(shop_supplier_insert_all(db, rows, 3, &suppliers));
    TRY(shop_supplier_upsert_all(db, rows, 3, &(shop_supplier_conflict){.on.name = true},
                                 &suppliers));
    return ORM_OK;
}

/* One row is read, written and read again.
 * expect none */
scenario(read_write_read_of_one_row)
{
    shop_product *product;
    int64_t count;
    shop_review_query of_it = {.where = shop_review_product_id_is(orm_eq(3))};
    TRY(shop_product_find(db, 3, &product));
    TRY(shop_review_count(db, &of_it, &count));
    TRY(shop_product_update(db, product, &(shop_product_changes){.stock = ORM_SET(0)}));
    TRY(shop_product_refresh(db, product));
    TRY(shop_review_count(db, &of_it, &count));
    TRY(shop_product_update(db, product, &(shop_product_changes){.stock = ORM_SET(1)}));
    TRY(shop_product_refresh(db, product));
    TRY(shop_review_count(db, &of_it, &count));
    return ORM_OK;
}

/* A few rows of a fixed number, each on a line of its own.
 * expect none */
scenario(three_writes_of_three_lines)
{
    TRY(shop_setting_insert(db, &(shop_setting_new){.name = ORM_SET("a"), .value = ORM_SET("1")},
                            NULL));
    TRY(shop_setting_insert(db, &(shop_setting_new){.name = ORM_SET("b"), .value = ORM_SET("2")},
                            NULL));
    TRY(shop_setting_insert(db, &(shop_setting_new){.name = ORM_SET("c"), .value = ORM_SET("3")},
                            NULL));
    return ORM_OK;
}

/* Work taken from a queue one at a time until there is none.
 * expect none */
scenario(draining_a_queue)
{
    for (;;) {
        shop_job_list next;
        shop_job_query open = {.where = shop_job_done_is(false),
                               .order_by = {SHOP_JOB_BY_ID},
                               .limit = 1,
                               .lock = ORM_LOCK_UPDATE,
                               .lock_wait = ORM_LOCK_SKIP_LOCKED};
        TRY(shop_job_select(db, &open, &next));
        if (next.count == 0)
            break;
        TRY(shop_job_update(db, next.items[0], &(shop_job_changes){.done = ORM_SET(true)}));
        TRY(orm_session_commit(db));
    }
    return ORM_OK;
}
