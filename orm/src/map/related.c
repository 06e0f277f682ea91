#include "map/related.h"

#include <string.h>

#include "model/column_value.h"

bool orm__relation_leads_to_key(const orm_relation *relation)
{
    const orm_model *target = relation->target;
    return relation->link == NULL && relation->own_count == target->key_count &&
           memcmp(relation->target_columns, target->key, target->key_count * sizeof *target->key) ==
               0;
}

bool orm__relation_same_key(const orm_model *owner, const orm_relation *relation, const void *left,
                            const void *right)
{
    for (uint16_t i = 0; i < relation->own_count; i++) {
        const orm_column *column = &owner->columns[relation->own_columns[i]];
        orm_value a = orm__column_get(column, left);
        orm_value b = orm__column_get(column, right);
        if (!orm__value_same(&a, &b))
            return false;
    }
    return true;
}
