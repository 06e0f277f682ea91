/* The same findings in code as people write it: other names, loops, errors and helpers. */
#include <stdio.h>
#include <stdlib.h>

#include "nplusone/scenario.h"

#define CHECK(expr)                                                                                \
    if ((rc = (expr)) != ORM_OK)                                                                   \
    goto cleanup

/* clang-format off */

/* Tabs, braces on their own lines, one way out.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(tabs_and_one_way_out)
{
	orm_status	rc = ORM_OK;
	shop_supplier_list	sl;
	shop_product_list	pl;
	size_t	idx;

	rc = shop_supplier_select(db, NULL, &sl); /* @list */
	if (rc != ORM_OK)
	{
		goto done;
	}
	for (idx = 0; idx < sl.count; idx++)
	{
		shop_supplier	*sup = sl.items[idx];

		/* every product of it */
		rc = shop_supplier_load_products(db, sup, &pl); /* @loop */
		if (rc != ORM_OK)
		{
			goto done;
		}
		tell(scene, "%s %zu\n", sup->name, pl.count);
	}
done:
	return rc;
}

/* clang-format on */

/* A macro that jumps, without braces of its own.
 * expect N1 find category 9 statements @loop @list */
scenario(macro_that_jumps)
{
    orm_status rc;
    shop_product_list all = {0};
    CHECK(shop_product_select(db, &(shop_product_query){.limit = 20}, &all)); /* @list */
    for (size_t n = 0; n < all.count; ++n) {
        shop_category *cat = NULL;
        CHECK(shop_category_find(db, all.items[n]->category_id, &cat)); /* @loop */
        tell(scene, "%s in %s\n", all.items[n]->name, cat->name);
    }
cleanup:
    return rc;
}

/* A query that is put together before the call.
 * expect N1 buyer.purchases 6 statements @loop @list */
scenario(query_put_together)
{
    shop_buyer_query q = {0};
    shop_buyer_list buyers;
    shop_purchase_list purchases;
    q.order_by[0] = SHOP_BUYER_BY_NAME;
    q.limit = 100;
    if (shop_buyer_select(db, &q, &buyers) != ORM_OK) /* @list */
        return ORM_DATABASE;
    for (size_t i = 0; i < buyers.count; i++) {
        if (shop_buyer_load_purchases(db, buyers.items[i], &purchases) != ORM_OK) /* @loop */
            return ORM_DATABASE;
        tell(scene, "%s: %zu\n", buyers.items[i]->name, purchases.count);
    }
    return ORM_OK;
}

static orm_status count_reviews(orm_session *session, const shop_product *item, int64_t *n)
{
    const shop_review_query of_item = {.where = shop_review_product_id_is(orm_eq(item->id))};
    return shop_review_count(session, &of_item, n); /* @count */
}

/* A helper counts.
 * expect N1 count review 20 statements @count @list */
scenario(helper_that_counts)
{
    shop_product_list items;
    TRY(shop_product_select(db, NULL, &items)); /* @list */
    for (size_t i = 0; i < items.count; i++) {
        int64_t n = 0;
        TRY(count_reviews(db, items.items[i], &n));
        tell(scene, "%s has %" PRId64 "\n", items.items[i]->name, n);
    }
    return ORM_OK;
}

/* A while loop that counts down.
 * expect N1 product.tags 20 statements @loop @list */
scenario(while_counting_down)
{
    shop_product_list items;
    shop_tag_list tags;
    TRY(shop_product_select(db, &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_NAME}},
                            &items)); /* @list */
    size_t left = items.count;
    while (left > 0) {
        shop_product *item = items.items[--left];
        TRY(shop_product_load_tags(db, item, &tags)); /* @loop */
        tell(scene, "%s %zu\n", item->name, tags.count);
    }
    return ORM_OK;
}

/* Nested loops, and more than one thing asked for in each.
 * expect N1 buyer.purchases 6 statements @purchases @list
 * expect N1 purchase.lines 9 statements @lines @purchases
 * expect N1 line.product 18 statements @product @lines */
scenario(loops_within_loops)
{
    shop_buyer_list buyers;
    TRY(shop_buyer_select(db, NULL, &buyers)); /* @list */
    for (size_t i = 0; i < buyers.count; i++) {
        shop_purchase_list purchases;
        TRY(shop_buyer_load_purchases(db, buyers.items[i], &purchases)); /* @purchases */
        for (size_t k = 0; k < purchases.count; k++) {
            shop_line_list lines;
            TRY(shop_purchase_load_lines(db, purchases.items[k], &lines)); /* @lines */
            for (size_t m = 0; m < lines.count; m++) {
                shop_product *product;
                TRY(shop_line_load_product(db, lines.items[m], &product)); /* @product */
                tell(scene, "%s %s\n", buyers.items[i]->name, product->name);
            }
        }
    }
    return ORM_OK;
}

static orm_status all_products(orm_session *db, shop_product_list *out)
{
    const shop_product_query by_id = {.order_by = {SHOP_PRODUCT_BY_ID}};
    return shop_product_select(db, &by_id, out); /* @products_of_helper */
}

/* The list is made by a helper.
 * expect N1 product.category 9 statements @loop @products_of_helper */
scenario(list_of_a_helper)
{
    shop_product_list products;
    TRY(all_products(db, &products));
    for (size_t i = 0; i < products.count; i++) {
        shop_category *category;
        TRY(shop_product_load_category(db, products.items[i], &category)); /* @loop */
        tell(scene, "%s\n", category->name);
    }
    return ORM_OK;
}

/* A status that is asked for in the loop's head, and a missing row that is none.
 * expect N1 find rate 4 statements @loop @list matches */
scenario(missing_rows_passed_by)
{
    shop_supplier_list suppliers;
    orm_status status = shop_supplier_select(db, NULL, &suppliers); /* @list */
    for (size_t i = 0; status == ORM_OK && i < suppliers.count; i++) {
        shop_rate *rate;
        status = shop_rate_find(db, suppliers.items[i]->country, &rate); /* @loop */
        if (status == ORM_NOT_FOUND) {
            status = ORM_OK;
            continue;
        }
        if (status == ORM_OK)
            tell(scene, "%s\n", rate->country);
    }
    return status;
}

/* A loop that is left by break.
 * expect N1 supplier.contact 6 statements @loop @list */
scenario(left_by_break)
{
    orm_status status;
    shop_supplier_list suppliers;
    if ((status = shop_supplier_select(db, NULL, &suppliers)) != ORM_OK) /* @list */
        return status;
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_contact *contact;
        status = shop_supplier_load_contact(db, suppliers.items[i], &contact); /* @loop */
        if (status != ORM_OK)
            break;
        tell(scene, "%s\n", contact ? contact->email : "none");
    }
    return status;
}

/* Inserts of a status, with values in a variable.
 * expect WRITE insert note 5 statements @loop */
scenario(insert_and_status)
{
    orm_status status = ORM_OK;
    char body[32];
    for (int i = 0; i < 5 && status == ORM_OK; ++i) {
        shop_note_new values = {0};
        snprintf(body, sizeof(body), "note %d", i);
        values.about = ORM_SET(i);
        values.body = ORM_SET(body);
        status = shop_note_insert(db, &values, NULL); /* @loop */
    }
    return status;
}

/* Keys that are parsed, each found, by a loop left by break.
 * expect N1 find product 4 statements @loop */
scenario(keys_parsed_and_break)
{
    static const char *const words[] = {"4", "8", "15", "16"};
    orm_status status = ORM_OK;
    for (int i = 0; i < 4; i++) {
        shop_product *product;
        const int64_t id = strtoll(words[i], NULL, 10);
        status = shop_product_find(db, id, &product); /* @loop */
        if (status != ORM_OK)
            break;
        tell(scene, "%s\n", product->name);
    }
    return status;
}

/* Braceless, and an update of what was found.
 * expect WRITE update product 20 statements @loop @list */
scenario(braceless_updates)
{
    shop_product_list products;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++)
        if (products.items[i]->stock < 1000)
            TRY(shop_product_update(db, products.items[i],
                                    &(shop_product_changes){.stock = ORM_SET(1000)})); /* @loop */
    return ORM_OK;
}

/* Found, or else made.
 * expect WRITE insert setting 3 statements @make */
scenario(found_or_made)
{
    static const char *const wanted[] = {"currency", "theme", "zone", "language", "unit"};
    orm_status status = ORM_OK;
    for (size_t i = 0; i < 5; i++) {
        shop_setting *setting;
        status = shop_setting_find(db, wanted[i], &setting); /* @find */
        if (status == ORM_NOT_FOUND) {
            shop_setting_new fresh = {.name = ORM_SET(wanted[i]), .value = ORM_SET("none")};
            status = shop_setting_insert(db, &fresh, NULL); /* @make */
        }
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

/* What is there is passed over; what can't be told ends it.
 * expect WRITE insert setting 3 statements @make */
scenario(passed_over_or_made)
{
    static const char *const wanted[] = {"currency", "theme", "zone", "language", "unit"};
    size_t made = 0;
    for (size_t i = 0; i < 5; i++) {
        shop_setting *setting;
        orm_status status = shop_setting_find(db, wanted[i], &setting); /* @find */
        if (status == ORM_OK)
            continue;
        if (status != ORM_NOT_FOUND)
            return status;
        shop_setting_new fresh = {.name = ORM_SET(wanted[i]), .value = ORM_SET("none")};
        status = shop_setting_insert(db, &fresh, NULL); /* @make */
        if (status != ORM_OK)
            return status;
        made++;
    }
    tell(scene, "%zu\n", made);
    return ORM_OK;
}

static orm_status tell_shelves(orm_session *db, struct scene *scene, shop_category *above)
{
    shop_category_list shelves;
    orm_status status = shop_category_load_children(db, above, &shelves); /* @down */
    tell(scene, "%s\n", above->name);
    for (size_t i = 0; status == ORM_OK && i < shelves.count; i++)
        status = tell_shelves(db, scene, shelves.items[i]);
    return status;
}

/* A recursion that what is returned begins.
 * expect N1 category.children 10 statements @down @down */
scenario(recursion_in_return)
{
    shop_category *root = NULL;
    orm_status status = shop_category_find(db, 1, &root);
    return status == ORM_OK ? tell_shelves(db, scene, root) : status;
}

static orm_status tell_racks(orm_session *db, struct scene *scene, shop_category *above)
{
    shop_category_list racks;
    TRY(shop_category_load_children(db, above, &racks)); /* @down */
    tell(scene, "%s\n", above->name);
    for (size_t i = 0; i < racks.count; i++)
        TRY(tell_racks(db, scene, racks.items[i]));
    return ORM_OK;
}

/* The same, where it is all that is returned.
 * expect N1 category.children 10 statements @down @down */
scenario(recursion_is_returned)
{
    shop_category *root;
    TRY(shop_category_find(db, 1, &root));
    return tell_racks(db, scene, root);
}
