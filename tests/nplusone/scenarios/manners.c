/* More of what people write: pointers, structs, several findings in one function. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nplusone/scenario.h"

/* Through the list by pointers.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(through_pointers)
{
    shop_supplier_list list;
    TRY(shop_supplier_select(db, NULL, &list)); /* @list */
    for (shop_supplier **at = list.items; at < list.items + list.count; at++) {
        shop_product_list products;
        TRY(shop_supplier_load_products(db, *at, &products)); /* @loop */
        tell(scene, "%s %zu\n", (*at)->name, products.count);
    }
    return ORM_OK;
}

/* Finds through pointers.
 * expect N1 find category 9 statements @loop @list */
scenario(finds_through_pointers)
{
    shop_product_list list;
    TRY(shop_product_select(db, NULL, &list)); /* @list */
    for (shop_product **at = list.items, **end = at + list.count; at != end; ++at) {
        shop_category *category;
        TRY(shop_category_find(db, (*at)->category_id, &category)); /* @loop */
        tell(scene, "%s\n", category->name);
    }
    return ORM_OK;
}

/* Three findings of one loop: a relation, a count and an update.
 * expect N1 supplier.contact 6 statements @contact @list
 * expect N1 count product 6 statements @count @list
 * expect WRITE update supplier 6 statements @update @list */
scenario(three_in_one_loop)
{
    shop_supplier_list suppliers;
    orm_status status = shop_supplier_select(db, NULL, &suppliers); /* @list */
    if (status != ORM_OK)
        return status;

    for (size_t i = 0; i < suppliers.count; i++) {
        shop_supplier *s = suppliers.items[i];
        shop_contact *contact = NULL;
        int64_t count = 0;

        // the one to write to
        status = shop_supplier_load_contact(db, s, &contact); /* @contact */
        if (status != ORM_OK)
            return status;

        shop_product_query own = {.where = shop_product_supplier_id_is(orm_eq(s->id))};
        status = shop_product_count(db, &own, &count); /* @count */
        if (status != ORM_OK)
            return status;

        tell(scene, "%s %s %" PRId64 "\n", s->name, contact == NULL ? "-" : contact->email, count);
        shop_supplier_changes changes = {.rating = ORM_SET((int32_t)count)};
        status = shop_supplier_update(db, s, &changes); /* @update */
        if (status != ORM_OK)
            return status;
    }
    return status;
}

struct report {
    orm_session *db;
    struct scene *scene;
    shop_product_list products;
};

static orm_status print_line(struct report *report, size_t at)
{
    shop_review_list reviews;
    shop_product *product = report->products.items[at];
    orm_status status = shop_product_load_reviews(report->db, product, &reviews); /* @reviews */
    if (status == ORM_OK)
        tell(report->scene, "%s: %zu\n", product->name, reviews.count);
    return status;
}

/* The session and the list are members of a struct.
 * expect N1 product.reviews 20 statements @reviews @report */
scenario(members_of_a_struct)
{
    struct report report = {.db = db, .scene = scene};
    orm_status status = shop_product_select(report.db, NULL, &report.products); /* @report */
    for (size_t i = 0; status == ORM_OK && i < report.products.count; i++)
        status = print_line(&report, i);
    return status;
}

static orm_status tell_buyers(orm_session *db, struct scene *scene, const shop_review_list *reviews)
{
    for (size_t i = 0; i < reviews->count; ++i) {
        shop_buyer *buyer;
        const shop_review *review = reviews->items[i];
        TRY(shop_buyer_find(db, review->buyer_id, &buyer)); /* @buyer */
        tell(scene, "%s %d\n", buyer->name, review->stars);
    }
    return ORM_OK;
}

/* The list is made in one function and gone through in another.
 * expect N1 find buyer 6 statements @buyer @list */
scenario(list_given_to_a_function)
{
    shop_review_list reviews;
    TRY(shop_review_select(db, &(shop_review_query){.order_by = {SHOP_REVIEW_BY_ID}},
                           &reviews)); /* @list */
    return tell_buyers(db, scene, &reviews);
}

/* A query that loads something already, and a static one.
 * expect N1 product.tags 20 statements @tags @list
 * expect N1 supplier.contact 6 statements @contact @suppliers */
scenario(queries_that_say_something)
{
    static const shop_supplier_query by_name = {.order_by = {SHOP_SUPPLIER_BY_NAME}};
    shop_product_list products;
    shop_supplier_list suppliers;
    TRY(shop_product_select(db,
                            &(shop_product_query){
                                .where = shop_product_stock_is(orm_ge(0)),
                                .with = {.category = &shop_category_all},
                            },
                            &products));                 /* @list */
    TRY(shop_supplier_select(db, &by_name, &suppliers)); /* @suppliers */
    for (size_t i = 0; i < products.count; i++) {
        shop_tag_list tags;
        shop_category *category;
        TRY(shop_product_category(products.items[i], &category));
        TRY(shop_product_load_tags(db, products.items[i], &tags)); /* @tags */
        tell(scene, "%s %zu\n", category->name, tags.count);
    }
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_contact *contact;
        TRY(shop_supplier_load_contact(db, suppliers.items[i], &contact)); /* @contact */
        tell(scene, "%s\n", contact == NULL ? "-" : contact->email);
    }
    return ORM_OK;
}

/* A do loop that takes from the end, and deletes.
 * expect WRITE delete job 5 statements @delete @list */
scenario(deleted_from_the_end)
{
    shop_job_list jobs;
    TRY(shop_job_select(db, NULL, &jobs)); /* @list */
    if (jobs.count == 0)
        return ORM_OK;
    size_t left = jobs.count;
    do {
        left--;
        if (shop_job_delete(db, jobs.items[left]) != ORM_OK) /* @delete */
            return ORM_DATABASE;
    } while (left > 0);
    return ORM_OK;
}

/* Keys of another list, of rows that may have none.
 * expect N1 find supplier 6 statements @loop @list */
scenario(keys_that_may_be_null)
{
    shop_product_list products;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        shop_supplier *supplier;
        if (!products.items[i]->supplier_id.has) {
            tell(scene, "nobody\n");
            continue;
        }
        TRY(shop_supplier_find(db, products.items[i]->supplier_id.value, &supplier)); /* @loop */
        tell(scene, "%s\n", supplier->name);
    }
    return ORM_OK;
}

/* One relation asked for in two ways: what the one reads the other must not change.
 * expect N1 select product 6 statements @first @list
 * expect N1 select product 6 statements @all @list */
scenario(one_relation_in_two_ways)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_product_list products;
        shop_product_query cheapest = {
            .where = shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id)),
            .order_by = {SHOP_PRODUCT_BY_PRICE, SHOP_PRODUCT_BY_ID},
            .limit = 1};
        shop_product_query own = {.where =
                                      shop_product_supplier_id_is(orm_eq(suppliers.items[i]->id))};
        TRY(shop_product_select(db, &cheapest, &products)); /* @first */
        tell(scene, "%s of ", products.count > 0 ? products.items[0]->name : "none");
        TRY(shop_product_select(db, &own, &products)); /* @all */
        tell(scene, "%zu\n", products.count);
    }
    return ORM_OK;
}
