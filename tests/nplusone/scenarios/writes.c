/* Rows written one at a time. */
#include "nplusone/scenario.h"

/* A note about each supplier.
 * expect WRITE insert note 6 statements @loop */
scenario(insert_of_each_note)
{
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++) {
        shop_note_new note = {.about = ORM_SET(suppliers.items[i]->id),
                              .body = ORM_SET("call them")};
        TRY(shop_note_insert(db, &note, NULL)); /* @loop */
    }
    return ORM_OK;
}
