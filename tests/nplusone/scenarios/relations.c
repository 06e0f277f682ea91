/* Relations loaded for one row at a time. */
#include "nplusone/scenario.h"

/* The albums of each artist, asked for one artist at a time.
 * expect N1 artist.albums 5 statements @loop @list */
scenario(albums_of_each_artist)
{
    chinook_artist_list artists;
    chinook_album_list albums;
    TRY(chinook_artist_select(db, &(chinook_artist_query){.limit = 5}, &artists)); /* @list */
    for (size_t i = 0; i < artists.count; i++) {
        TRY(chinook_artist_load_albums(db, artists.items[i], &albums)); /* @loop */
        tell(scene, "%s: %zu albums\n", artists.items[i]->name, albums.count);
    }
    return ORM_OK;
}

/* All of them, as everybody writes it first.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(products_of_every_supplier)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        for (size_t k = 0; k < products.count; k++)
            tell(scene, "%s %s\n", suppliers.items[i]->name, products.items[k]->sku);
    }
    return ORM_OK;
}

/* A relation to one row, for rows that have different ones.
 * expect N1 product.category 9 statements @loop @list */
scenario(category_of_each_product)
{
    shop_product_list products;
    shop_category *category;
    TRY(shop_product_select(db, &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_ID}},
                            &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_load_category(db, products.items[i], &category)); /* @loop */
        tell(scene, "%s: %s\n", products.items[i]->name, category->name);
    }
    return ORM_OK;
}

/* A relation to one row that not every row has.
 * expect N1 supplier.contact 6 statements @loop @list */
scenario(contact_of_each_supplier)
{
    shop_supplier_list suppliers;
    shop_contact *contact;
    TRY(shop_supplier_select(db, &(shop_supplier_query){.order_by = {SHOP_SUPPLIER_BY_NAME}},
                             &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_contact(db, suppliers.items[i], &contact)); /* @loop */
        tell(scene, "%s\n", contact == NULL ? "none" : contact->email);
    }
    return ORM_OK;
}

/* Through a link table.
 * expect N1 product.tags 8 statements @loop @list */
scenario(tags_of_each_product)
{
    shop_product_list products;
    shop_tag_list tags;
    TRY(shop_product_select(db, &(shop_product_query){.limit = 8}, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_product_load_tags(db, products.items[i], &tags)); /* @loop */
        for (size_t k = 0; k < tags.count; k++)
            tell(scene, "%s %s\n", products.items[i]->sku, tags.items[k]->name);
    }
    return ORM_OK;
}

/* Through a link table that is a model.
 * expect N1 playlist.tracks 4 statements @loop @list */
scenario(tracks_of_each_playlist)
{
    chinook_playlist_list playlists;
    chinook_track_list tracks;
    TRY(chinook_playlist_select(
        db, &(chinook_playlist_query){.limit = 4, .order_by = {CHINOOK_PLAYLIST_BY_ID_DESC}},
        &playlists)); /* @list */
    for (size_t i = 0; i < playlists.count; i++) {
        TRY(chinook_playlist_load_tracks(db, playlists.items[i], &tracks)); /* @loop */
        tell(scene, "%s: %zu\n", playlists.items[i]->name, tracks.count);
    }
    return ORM_OK;
}

/* By a key that is text, and not the primary key.
 * expect N1 line.product 18 statements @loop @list */
scenario(product_of_each_line)
{
    shop_line_list lines;
    shop_product *product;
    TRY(shop_line_select(db, NULL, &lines)); /* @list */
    for (size_t i = 0; i < lines.count; i++) {
        TRY(shop_line_load_product(db, lines.items[i], &product)); /* @loop */
        tell(scene, "%d %s\n", lines.items[i]->quantity, product->name);
    }
    return ORM_OK;
}

/* Two relations of each row are two causes.
 * expect N1 purchase.buyer 5 statements @buyer @list
 * expect N1 purchase.lines 9 statements @lines @list */
scenario(two_relations_of_each_purchase)
{
    shop_purchase_list purchases;
    shop_buyer *buyer;
    shop_line_list lines;
    TRY(shop_purchase_select(db, NULL, &purchases)); /* @list */
    for (size_t i = 0; i < purchases.count; i++) {
        TRY(shop_purchase_load_buyer(db, purchases.items[i], &buyer)); /* @buyer */
        TRY(shop_purchase_load_lines(db, purchases.items[i], &lines)); /* @lines */
        tell(scene, "%s: %zu\n", buyer->name, lines.count);
    }
    return ORM_OK;
}

/* Nested loops: the inner relation is a cause of its own, whose rows come from the outer loop.
 * expect N1 purchase.lines 9 statements @lines @purchases
 * expect N1 buyer.purchases 6 statements @purchases @list */
scenario(lines_of_purchases_of_buyers)
{
    shop_buyer_list buyers;
    shop_purchase_list purchases;
    shop_line_list lines;
    TRY(shop_buyer_select(db, NULL, &buyers)); /* @list */
    for (size_t i = 0; i < buyers.count; i++) {
        TRY(shop_buyer_load_purchases(db, buyers.items[i], &purchases)); /* @purchases */
        for (size_t k = 0; k < purchases.count; k++) {
            TRY(shop_purchase_load_lines(db, purchases.items[k], &lines)); /* @lines */
            tell(scene, "%s: %zu\n", buyers.items[i]->name, lines.count);
        }
    }
    return ORM_OK;
}

/* Below a relation that was loaded well.
 * expect N1 purchase.lines 9 statements @loop @list */
scenario(lines_below_an_eager_relation)
{
    shop_buyer_list buyers;
    shop_purchase_list purchases;
    shop_line_list lines;
    TRY(shop_buyer_select(db, &(shop_buyer_query){.with.purchases = &shop_purchase_all},
                          &buyers)); /* @list */
    for (size_t i = 0; i < buyers.count; i++) {
        TRY(shop_buyer_purchases(buyers.items[i], &purchases));
        for (size_t k = 0; k < purchases.count; k++) {
            TRY(shop_purchase_load_lines(db, purchases.items[k], &lines)); /* @loop */
            tell(scene, "%s: %zu\n", buyers.items[i]->name, lines.count);
        }
    }
    return ORM_OK;
}
