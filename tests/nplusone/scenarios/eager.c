/* The same rows read as they should be: no findings. */
#include "nplusone/scenario.h"

/* What the advice for albums_of_each_artist leads to.
 * expect none */
scenario(albums_named_in_the_query)
{
    chinook_artist_list artists;
    chinook_album_list albums;
    TRY(chinook_artist_select(
        db, &(chinook_artist_query){.limit = 5, .with.albums = &chinook_album_all}, &artists));
    for (size_t i = 0; i < artists.count; i++) {
        TRY(chinook_artist_albums(artists.items[i], &albums));
        tell(scene, "%s: %zu albums\n", artists.items[i]->name, albums.count);
    }
    return ORM_OK;
}

/* Loaded after the list is there.
 * expect none */
scenario(albums_preloaded)
{
    chinook_artist_list artists;
    chinook_album_list albums;
    TRY(chinook_artist_select(db, &(chinook_artist_query){.limit = 5}, &artists));
    TRY(chinook_artist_preload_albums(db, &artists, NULL));
    for (size_t i = 0; i < artists.count; i++)
        TRY(chinook_artist_albums(artists.items[i], &albums));
    return ORM_OK;
}

/* A load of what is loaded already asks nothing.
 * expect none */
scenario(loads_of_what_is_loaded)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.with.products = &shop_product_all},
                             &suppliers));
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
    return ORM_OK;
}

/* The way back from rows that were loaded is known.
 * expect none */
scenario(inverse_of_loaded_rows)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    shop_supplier *supplier;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.with.products = &shop_product_all},
                             &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_products(suppliers.items[i], &products));
        for (size_t k = 0; k < products.count; k++)
            TRY(shop_product_load_supplier(db, products.items[k], &supplier));
    }
    return ORM_OK;
}

/* Offset pages, each with its relations.
 * expect none */
scenario(pages_with_relations)
{
    shop_product_list products;
    shop_category *category;
    int64_t seen = 0;
    do {
        TRY(shop_product_select(db,
                                &(shop_product_query){
                                    .order_by = {SHOP_PRODUCT_BY_ID},
                                    .limit = 3,
                                    .offset = seen,
                                    .with.category = &shop_category_all,
                                },
                                &products));
        for (size_t i = 0; i < products.count; i++)
            TRY(shop_product_category(products.items[i], &category));
        seen += (int64_t)products.count;
    } while (products.count > 0);
    return ORM_OK;
}
