/* The same causes in the many ways that C is written: each is mended where it stands. */
#include "nplusone/scenario.h"

/* A status that is carried on, and one way out.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(status_and_goto)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    orm_status status = shop_supplier_select(db, NULL, &suppliers); /* @list */
    if (status != ORM_OK)
        goto out;
    for (size_t i = 0; i < suppliers.count; i++) {
        status = shop_supplier_load_products(db, suppliers.items[i], &products); /* @loop */
        if (status != ORM_OK)
            goto out;
        tell(scene, "%zu\n", products.count);
    }
out:
    return status;
}

/* The loop goes on while all is well; the query is a variable.
 * expect N1 count product 6 statements @loop @list */
scenario(loop_while_well)
{
    shop_supplier_list suppliers;
    const shop_supplier_query by_name = {.order_by = {SHOP_SUPPLIER_BY_NAME}};
    orm_status status = shop_supplier_select(db, &by_name, &suppliers); /* @list */
    for (size_t i = 0; status == ORM_OK && i < suppliers.count; i++) {
        const shop_supplier *supplier = suppliers.items[i];
        int64_t id = supplier->id;
        int64_t count = 0;
        shop_product_query query = {.where = shop_product_supplier_id_is(orm_eq(id))};
        status = shop_product_count(db, &query, &count); /* @loop */
        tell(scene, "%s %" PRId64 "\n", supplier->name, count);
    }
    return status;
}

/* One query for a number and for the rows: the rows are loaded behind.
 * expect N1 product.category 9 statements @loop @list */
scenario(query_used_twice)
{
    shop_product_list products;
    shop_category *category;
    int64_t all = 0;
    shop_product_query query = {.where = shop_product_stock_is(orm_ge(0))};
    TRY(shop_product_count(db, &query, &all));
    query.order_by[0] = SHOP_PRODUCT_BY_ID;
    TRY(shop_product_select(db, &query, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++)
        if (products.items[i]->stock >= 0) {
            TRY(shop_product_load_category(db, products.items[i], &category)); /* @loop */
            tell(scene, "%s of %" PRId64 "\n", category->name, all);
        }
    return ORM_OK;
}

/* A query that all of the file could use. */
static const shop_buyer_query of_sweden = {
    .limit = 5, /* no more */
};

/* Asked with a query of the file.
 * expect N1 buyer.purchases 5 statements @loop @list */
scenario(query_of_the_file)
{
    shop_buyer_list buyers;
    size_t at = 0;
    if (shop_buyer_select(db, &of_sweden, &buyers) != ORM_OK) /* @list */
        return ORM_MISUSE;
    while (at < buyers.count) {
        shop_purchase_list purchases;
        if (shop_buyer_load_purchases(db, buyers.items[at++], &purchases) != ORM_OK) /* @loop */
            return ORM_MISUSE;
        tell(scene, "%zu\n", purchases.count);
    }
    return ORM_OK;
}

static orm_status list_suppliers(orm_session *db, const shop_supplier_query *query,
                                 shop_supplier_list *list_out)
{
    return shop_supplier_select(db, query, list_out); /* @list */
}

static orm_status tell_contact(orm_session *db, struct scene *scene, shop_supplier *supplier)
{
    shop_contact *contact = NULL;
    orm_status status;
    if ((status = shop_supplier_load_contact(db, supplier, &contact)) != ORM_OK) /* @loop */
        return status;
    tell(scene, "%s\n", contact == NULL ? "none" : contact->email);
    return status;
}

/* A helper makes the list, another asks.
 * expect N1 supplier.contact 6 statements @loop @list */
scenario(helpers_between)
{
    shop_supplier_list suppliers;
    TRY(list_suppliers(db, &(shop_supplier_query){.order_by = {SHOP_SUPPLIER_BY_ID}}, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(tell_contact(db, scene, suppliers.items[i]));
    return ORM_OK;
}

/* A list of hand-written SQL.
 * expect N1 product.tags 4 statements @loop @list */
scenario(list_of_raw_sql)
{
    shop_product_list products;
    shop_tag_list tags;
    size_t i = 0;
    TRY(shop_product_raw(db, "SELECT * FROM products WHERE id < 5 ORDER BY id", NULL, 0,
                         &products)); /* @list */
    do {
        TRY(shop_product_load_tags(db, products.items[i], &tags)); /* @loop */
        tell(scene, "%zu\n", tags.count);
    } while (++i < products.count);
    return ORM_OK;
}

/* A foreign key that may be NULL.
 * expect N1 find supplier 6 statements @loop @list */
scenario(key_that_may_be_null)
{
    shop_product_list products;
    TRY(shop_product_select(db,
                            &(shop_product_query){
                                /* the newest first */
                                .order_by = {SHOP_PRODUCT_BY_ID_DESC},
                                .limit = 12, // a dozen
                            },
                            &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        shop_product *product = products.items[i];
        shop_supplier *supplier = NULL;
        if (!product->supplier_id.has)
            continue;
        TRY(shop_supplier_find(db, product->supplier_id.value, &supplier)); /* @loop */
        tell(scene, "%s: %s\n", product->name, supplier->name);
    }
    return ORM_OK;
}

/* A row that need not be there: its status is looked at.
 * expect N1 select contact 6 statements @loop @list */
scenario(row_that_may_not_be_there)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_contact_list contacts;
        TRY(shop_contact_select(db,
                                &(shop_contact_query){.where = shop_contact_supplier_id_is(
                                                          orm_eq(suppliers.items[i]->id))},
                                &contacts)); /* @loop */
        tell(scene, "%zu\n", contacts.count);
    }
    return ORM_OK;
}

/* More than the key, and no more than a few.
 * expect N1 select review 20 statements @loop @list */
scenario(key_and_more)
{
    shop_product_list products;
    const int64_t least = 3;
    TRY(shop_product_select(db, &shop_product_all, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        shop_review_list reviews;
        TRY(shop_review_select(db,
                               &(shop_review_query){
                                   .where = shop_review_all_of(
                                       db, shop_review_stars_is(orm_ge(least)),
                                       shop_review_product_id_is(orm_eq(products.items[i]->id))),
                                   .order_by = {SHOP_REVIEW_BY_STARS_DESC, SHOP_REVIEW_BY_ID},
                                   .limit = 2,
                               },
                               &reviews)); /* @loop */
        for (size_t k = 0; k < reviews.count; k++)
            tell(scene, "%d ", reviews.items[k]->stars);
        tell(scene, "\n");
    }
    return ORM_OK;
}

/* Keys from outside of the database, in an array.
 * expect N1 find product 4 statements @loop */
scenario(keys_of_an_array)
{
    static const int64_t ids[] = {3, 5, 8, 13};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        shop_product *product;
        TRY(shop_product_find(db, ids[i], &product)); /* @loop */
        tell(scene, "%s\n", product->name);
    }
    return ORM_OK;
}

/* The same again for each row.
 * expect DUP select tag 20 statements @loop */
scenario(same_again_for_each_row)
{
    shop_product_list products;
    TRY(shop_product_select(db, NULL, &products));
    for (size_t i = 0; i < products.count; i++) {
        shop_tag_list tags;
        TRY(shop_tag_select(db, &(shop_tag_query){.order_by = {SHOP_TAG_BY_NAME}},
                            &tags)); /* @loop */
        tell(scene, "%s %zu\n", products.items[i]->sku, tags.count);
    }
    return ORM_OK;
}

/* One of the relations is never read.
 * expect UNUSED product.tags 1 statements @list */
scenario(one_of_two_relations_unread)
{
    shop_product_list products;
    shop_category *category;
    TRY(shop_product_select(
        db, &(shop_product_query){.with = {.category = &shop_category_all, .tags = &shop_tag_all}},
        &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_category(products.items[i], &category));
        tell(scene, "%s\n", category->name);
    }
    return ORM_OK;
}

/* What lies below is never read.
 * expect UNUSED purchase.lines 1 statements @list */
scenario(nested_relation_unread)
{
    shop_buyer_list buyers;
    shop_purchase_list purchases;
    static const shop_line_query few = {.limit = 2};
    TRY(shop_buyer_select(db,
                          &(shop_buyer_query){
                              .with.purchases = &(shop_purchase_query){.with.lines = &few},
                          },
                          &buyers)); /* @list */
    for (size_t i = 0; i < buyers.count; i++) {
        TRY(shop_buyer_purchases(buyers.items[i], &purchases));
        tell(scene, "%zu\n", purchases.count);
    }
    return ORM_OK;
}

/* A preload whose rows nobody reads.
 * expect UNUSED supplier.products 1 statements @preload */
scenario(preload_unread)
{
    shop_supplier_list suppliers;
    orm_status status = shop_supplier_select(db, NULL, &suppliers);
    if (status == ORM_OK)
        status = shop_supplier_preload_products(db, &suppliers, NULL); /* @preload */
    tell(scene, "%zu\n", suppliers.count);
    return status;
}

static orm_status tell_below(orm_session *db, struct scene *scene, shop_category *category,
                             int depth)
{
    shop_category_list children;
    TRY(shop_category_load_children(db, category, &children)); /* @loop */
    for (size_t i = 0; i < children.count; i++) {
        tell(scene, "%*s%s\n", depth, "", children.items[i]->name);
        TRY(tell_below(db, scene, children.items[i], depth + 1));
    }
    return ORM_OK;
}

/* A tree, by recursion.
 * expect N1 category.children 10 statements @loop @loop */
scenario(tree_by_recursion)
{
    shop_category *root;
    TRY(shop_category_find(db, 1, &root));
    TRY(tell_below(db, scene, root, 0));
    return ORM_OK;
}

/* Relations, counts and columns of rows of rows.
 * expect N1 count review 19 statements @count @list
 * expect N1 product.manual 19 statements @manual @list */
scenario(rows_of_rows)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    const char *manual;
    int64_t reviews;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.with = {.products = &shop_product_all}},
                             &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_products(suppliers.items[i], &products));
        for (size_t k = 0; k < products.count; k++) {
            TRY(shop_review_count(db,
                                  &(shop_review_query){.where = shop_review_product_id_is(
                                                           orm_eq(products.items[k]->id))},
                                  &reviews));                              /* @count */
            TRY(shop_product_load_manual(db, products.items[k], &manual)); /* @manual */
            tell(scene, "%" PRId64 " %s\n", reviews, manual == NULL ? "none" : manual);
        }
    }
    return ORM_OK;
}

static orm_status add_note(orm_session *session, int64_t about, const char *body)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s %" PRId64, body, about);
    TRY(shop_note_insert(session, &(shop_note_new){.about = ORM_SET(about), .body = ORM_SET(text)},
                         NULL)); /* @loop */
    return ORM_OK;
}

/* A helper writes each row.
 * expect WRITE insert note 6 statements @loop */
scenario(helper_that_writes)
{
    orm_session *session = db;
    for (int64_t about = 1; about <= 6; about++) {
        orm_status status = add_note(session, about, "call");
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

/* Deleted while there are some.
 * expect WRITE delete job 5 statements @loop @list */
scenario(deletes_and_status)
{
    shop_job_list jobs = {0};
    orm_status status = shop_job_select(db, NULL, &jobs); /* @list */
    while (status == ORM_OK && jobs.count > 0)
        status = shop_job_delete(db, jobs.items[--jobs.count]); /* @loop */
    return status;
}

/* Rows of keys in an array, by a column that several have.
 * expect N1 select product 4 statements @loop */
scenario(rows_of_keys_of_an_array)
{
    const int64_t suppliers[] = {4, 1, 6, 99};
    shop_product_list products;
    for (size_t i = 0; i < 4; i++) {
        int64_t id = suppliers[i];
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_supplier_id_is(orm_in(&id, 1))},
            &products)); /* @loop */
        tell(scene, "%" PRId64 ": %zu\n", id, products.count);
    }
    return ORM_OK;
}

/* The same by a column that is never NULL, with a status.
 * expect N1 select review 4 statements @loop */
scenario(rows_of_keys_and_status)
{
    const int64_t ids[] = {20, 18, 999, 777};
    orm_status status = ORM_OK;
    for (size_t i = 0; status == ORM_OK && i < 4; i++) {
        shop_review_list reviews;
        shop_review_query query = {.where = shop_review_product_id_is(orm_eq(ids[i]))};
        status = shop_review_select(db, &query, &reviews); /* @loop */
        for (size_t k = 0; status == ORM_OK && k < reviews.count; k++)
            tell(scene, "%" PRId64 ": %d\n", ids[i], reviews.items[k]->stars);
    }
    return status;
}

/* Through a link, by a condition.
 * expect N1 select tag 20 statements @loop @list */
scenario(condition_through_a_link)
{
    shop_product_list products;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        shop_tag_list tags;
        shop_tag_query query = {
            .where = shop_tag_has_products(db, shop_product_id_is(orm_eq(products.items[i]->id))),
            .order_by = {SHOP_TAG_BY_ID}};
        TRY(shop_tag_select(db, &query, &tags)); /* @loop */
        tell(scene, "%zu\n", tags.count);
    }
    return ORM_OK;
}
