/* Rows and numbers asked for by a value of each row of a list. */
#include "nplusone/scenario.h"

/* A foreign key followed by hand.
 * expect N1 find category 9 statements @loop @list */
scenario(find_category_of_each_product)
{
    shop_product_list products;
    shop_category *category;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_category_find(db, products.items[i]->category_id, &category)); /* @loop */
        tell(scene, "%s\n", category->name);
    }
    return ORM_OK;
}

/* The rows that refer to each row of a list.
 * expect N1 select product 6 statements @loop @list */
scenario(select_products_of_each_supplier)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(shop_product_select(db, &query, &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}

/* How many there are of each.
 * expect N1 count product 6 statements @loop @list */
scenario(count_products_of_each_supplier)
{
    shop_supplier_list suppliers;
    int64_t count;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(shop_product_count(db, &query, &count)); /* @loop */
        tell(scene, "%" PRId64 "\n", count);
    }
    return ORM_OK;
}

/* Whether there is one.
 * expect N1 exists review 20 statements @loop @list */
scenario(whether_each_product_was_reviewed)
{
    shop_product_list products;
    bool reviewed;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        shop_review_query query = {.where =
                                       shop_review_product_id_is(orm_eq(products.items[i]->id))};
        TRY(shop_review_exists(db, &query, &reviewed)); /* @loop */
        tell(scene, "%d\n", reviewed);
    }
    return ORM_OK;
}

/* Sums.
 * expect N1 aggregate product 6 statements @loop @list */
scenario(sum_of_stock_of_each_supplier)
{
    shop_supplier_list suppliers;
    orm_opt_i64 pieces;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(orm_sum(db, shop_product_rows(&query), shop_product_columns.stock,
                    &pieces)); /* @loop */
        tell(scene, "%" PRId64 "\n", pieces.has ? pieces.value : 0);
    }
    return ORM_OK;
}

/* The first child.
 * expect N1 select purchase 6 statements @loop @list */
scenario(last_purchase_of_each_buyer)
{
    shop_buyer_list buyers;
    shop_purchase_list last;
    TRY(shop_buyer_select(db, NULL, &buyers)); /* @list */
    for (size_t i = 0; i < buyers.count; i++) {
        shop_purchase_query query = {.where =
                                         shop_purchase_buyer_id_is(orm_eq(buyers.items[i]->id)),
                                     .order_by = {SHOP_PURCHASE_BY_ID_DESC},
                                     .limit = 1};
        TRY(shop_purchase_select(db, &query, &last)); /* @loop */
        tell(scene, "%s: %" PRId64 "\n", buyers.items[i]->name,
             last.count > 0 ? last.items[0]->id : 0);
    }
    return ORM_OK;
}

/* A column that the list left out.
 * expect N1 product.manual 20 statements @loop @list */
scenario(manual_of_each_product)
{
    shop_product_list products;
    const char *manual;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_load_manual(db, products.items[i], &manual)); /* @loop */
        tell(scene, "%s\n", manual == NULL ? "none" : manual);
    }
    return ORM_OK;
}

/* Lists of one.
 * expect N1 select product 6 statements @loop @list */
scenario(lists_of_one_key)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_query query = {
            .where = shop_product_supplier_id_is(orm_in(&suppliers.items[i]->id, 1))};
        TRY(shop_product_select(db, &query, &products)); /* @loop */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}
