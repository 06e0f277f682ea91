/* The parts of a generated order constant. */
#ifndef ORM_MODEL_ORDER_CODE_H
#define ORM_MODEL_ORDER_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/order.h>

enum { ORM__ORDER_STEPS = 2 }; /* relations between the model and the column */

typedef struct orm__order_code {
    uint16_t column;
    bool descending;
    uint8_t steps[ORM__ORDER_STEPS]; /* relations by index from 1; 0: none */
    uint32_t nulls;                  /* orm_nulls; 0: not said */
} orm__order_code;

/* False: no generated constant is like this. */
static inline bool orm__order_decode(uint32_t code, orm__order_code *out)
{
    uint32_t column = code & ORM_ORDER_COLUMN;
    *out = (orm__order_code){
        .column = (uint16_t)((column - 1) / 2),
        .descending = column % 2 == 0,
        .steps = {(uint8_t)(code >> ORM_ORDER_FIRST_RELATION),
                  (uint8_t)(code >> ORM_ORDER_SECOND_RELATION)},
        .nulls = code & (ORM_NULLS_FIRST | ORM_NULLS_LAST),
    };
    return column != 0 && code <= INT32_MAX && (code & ORM_ORDER_TOO_DEEP) == 0 &&
           (out->steps[0] != 0 || out->steps[1] == 0) &&
           out->nulls != (ORM_NULLS_FIRST | ORM_NULLS_LAST);
}

#endif
