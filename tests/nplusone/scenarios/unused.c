/* Relations that a query loaded and nothing read. */
#include "nplusone/scenario.h"

/* Loaded and never looked at.
 * expect UNUSED supplier.products 1 statement @query */
scenario(products_never_read)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.with.products = &shop_product_all},
                             &suppliers)); /* @query */
    for (size_t i = 0; i < suppliers.count; i++)
        tell(scene, "%s\n", suppliers.items[i]->name);
    return ORM_OK;
}

/* One of two.
 * expect UNUSED product.reviews 1 statement @query */
scenario(one_of_two_never_read)
{
    shop_product_list products;
    shop_category *category;
    shop_product_query query = {
        .with = {.category = &shop_category_all, .reviews = &shop_review_all}};
    TRY(shop_product_select(db, &query, &products)); /* @query */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_category(products.items[i], &category));
        tell(scene, "%s\n", category->name);
    }
    return ORM_OK;
}

/* Read of one row only: it was read.
 * expect none */
scenario(read_of_one_row)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.with.products = &shop_product_all},
                             &suppliers));
    TRY(shop_supplier_products(suppliers.items[2], &products));
    tell(scene, "%zu\n", products.count);
    return ORM_OK;
}

/* Of what is nested the outermost that nothing read.
 * expect UNUSED buyer.purchases 1 statement @query */
scenario(nested_never_read)
{
    shop_buyer_list buyers;
    shop_purchase_query purchases = {.with.lines =
                                         &(shop_line_query){.with.product = &shop_product_all}};
    TRY(shop_buyer_select(db, &(shop_buyer_query){.with.purchases = &purchases},
                          &buyers)); /* @query */
    tell(scene, "%zu\n", buyers.count);
    return ORM_OK;
}

/* The inner one.
 * expect UNUSED line.product 1 statement @query */
scenario(innermost_never_read)
{
    shop_buyer_list buyers;
    shop_purchase_list purchases;
    shop_line_list lines;
    TRY(shop_buyer_select(
        db,
        &(shop_buyer_query){
            .with.purchases =
                &(shop_purchase_query){
                    .with.lines = &(shop_line_query){.with.product = &shop_product_all},
                },
        },
        &buyers)); /* @query */
    for (size_t i = 0; i < buyers.count; i++) {
        TRY(shop_buyer_purchases(buyers.items[i], &purchases));
        for (size_t k = 0; k < purchases.count; k++) {
            TRY(shop_purchase_lines(purchases.items[k], &lines));
            tell(scene, "%zu\n", lines.count);
        }
    }
    return ORM_OK;
}

/* A link's rows that were only passed through.
 * expect none */
scenario(link_passed_through)
{
    chinook_playlist_list playlists;
    chinook_track_list tracks;
    TRY(chinook_playlist_select(
        db, &(chinook_playlist_query){.limit = 3, .with.tracks = &chinook_track_all}, &playlists));
    for (size_t i = 0; i < playlists.count; i++) {
        TRY(chinook_playlist_tracks(playlists.items[i], &tracks));
        tell(scene, "%zu\n", tracks.count);
    }
    return ORM_OK;
}

/* A preload that nothing read.
 * expect UNUSED supplier.contact 1 statement @preload */
scenario(preload_never_read)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    TRY(shop_supplier_preload_contact(db, &suppliers, NULL)); /* @preload */
    return ORM_OK;
}

/* Joined into the query's own statement.
 * expect UNUSED product.category 1 statement @query */
scenario(join_never_read)
{
    shop_product_list products;
    shop_category_query category = {.load = ORM_LOAD_JOIN};
    TRY(shop_product_select(db, &(shop_product_query){.with.category = &category},
                            &products)); /* @query */
    return ORM_OK;
}

/* Two queries name the same relation: the one whose rows are read, and the other.
 * expect UNUSED supplier.products 1 statement @second */
scenario(per_query_that_asked)
{
    shop_supplier_list some;
    shop_product_list products;
    shop_supplier_query swedish = {.where = shop_supplier_country_is(orm_eq("SE")),
                                   .with.products = &shop_product_all};
    shop_supplier_query german = {.where = shop_supplier_country_is(orm_eq("DE")),
                                  .with.products = &shop_product_all};
    TRY(shop_supplier_select(db, &swedish, &some)); /* @first */
    for (size_t i = 0; i < some.count; i++)
        TRY(shop_supplier_products(some.items[i], &products));
    TRY(shop_supplier_select(db, &german, &some)); /* @second */
    return ORM_OK;
}

/* Counts that nothing read.
 * expect UNUSED supplier.products 1 statement @query */
scenario(counts_never_read)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.counts.products = &shop_product_all},
                             &suppliers)); /* @query */
    return ORM_OK;
}

/* Counts that were read.
 * expect none */
scenario(counts_read)
{
    shop_supplier_list suppliers;
    int64_t count;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.counts.products = &shop_product_all},
                             &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_products_count(suppliers.items[i], &count));
        tell(scene, "%" PRId64 "\n", count);
    }
    return ORM_OK;
}

/* Counted by a preload, and not read.
 * expect UNUSED buyer.purchases 1 statement @preload */
scenario(preloaded_counts_never_read)
{
    shop_buyer_list buyers;
    TRY(shop_buyer_select(db, NULL, &buyers));
    TRY(shop_buyer_preload_purchases_count(db, &buyers, NULL)); /* @preload */
    return ORM_OK;
}

/* The number is read of the list.
 * expect none */
scenario(number_read_of_a_loaded_list)
{
    shop_buyer_list buyers;
    int64_t count;
    TRY(shop_buyer_select(db, &(shop_buyer_query){.with.purchases = &shop_purchase_all}, &buyers));
    for (size_t i = 0; i < buyers.count; i++)
        TRY(shop_buyer_purchases_count(buyers.items[i], &count));
    return ORM_OK;
}

static orm_status print_product(orm_session *db, shop_product *product, void *context)
{
    (void)db;
    tell(context, "%s\n", product->sku);
    return ORM_OK;
}

/* In a stream: loaded for each batch, read in none.
 * expect UNUSED product.reviews 4 statements @stream */
scenario(stream_never_read)
{
    shop_product_query query = {.order_by = {SHOP_PRODUCT_BY_ID}, .with.reviews = &shop_review_all};
    TRY(shop_product_each(db, &query, &(orm_each){.batch = 6}, print_product, scene)); /* @stream */
    return ORM_OK;
}

static orm_status print_one_category(orm_session *db, shop_product *product, void *context)
{
    shop_category *category;
    (void)db;
    if (product->id != 5)
        return ORM_OK;
    TRY(shop_product_category(product, &category));
    tell(context, "%s\n", category->name);
    return ORM_OK;
}

/* Read in one of the batches, and the counts of them in none.
 * expect UNUSED product.reviews 4 statements @stream */
scenario(stream_read_in_one_batch)
{
    shop_product_query query = {.order_by = {SHOP_PRODUCT_BY_ID},
                                .with.category = &shop_category_all,
                                .counts.reviews = &shop_review_all};
    TRY(shop_product_each(db, &query, &(orm_each){.batch = 6}, print_one_category,
                          scene)); /* @stream */
    return ORM_OK;
}

/* Loads that a session gave up before it could read them are no waste.
 * expect none */
scenario(session_given_up)
{
    orm_session *other = NULL;
    shop_supplier_list suppliers;
    TRY(orm_session_open(scene->engine,
                         &(orm_session_options){.scope = scene->scope, .read_only = true}, &other,
                         NULL));
    orm_status status = shop_supplier_select(
        other, &(shop_supplier_query){.with.products = &shop_product_all}, &suppliers);
    if (status == ORM_OK)
        (void)orm_session_fail(other, ORM_INVALID, "no such request");
    orm_session_close(other);
    return status;
}

/* Memory that is given back does not hide it.
 * expect UNUSED supplier.products 1 statement @query */
scenario(released_and_never_read)
{
    shop_supplier_list suppliers;
    orm_mark mark;
    TRY(orm_session_mark(db, &mark));
    TRY(shop_supplier_select(db, &(shop_supplier_query){.with.products = &shop_product_all},
                             &suppliers)); /* @query */
    TRY(orm_session_release(db, mark));
    return ORM_OK;
}
