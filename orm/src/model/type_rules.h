/* What is known of each column type, in one table. */
#ifndef ORM_MODEL_TYPE_RULES_H
#define ORM_MODEL_TYPE_RULES_H

#include <stdint.h>

#include <orm/condition.h>
#include <orm/model.h>

typedef struct orm__type_rule {
    const char *name;   /* as the YAML has it */
    uint8_t kind;       /* orm_kind of its values */
    uint8_t item_type;  /* orm_type that stands for its C type in arrays */
    uint8_t item_kind;  /* orm_kind of array items; differs for enums */
    uint8_t size;       /* of the bare C type */
    uint8_t opt_size;   /* of the nullable form */
    uint8_t has_offset; /* of `has` in the nullable form; 0 when the C type is NULL by itself */
} orm__type_rule;

enum { ORM__TYPE_COUNT = ORM_TYPE_ENUM + 1 };

extern const orm__type_rule orm__type_rules[ORM__TYPE_COUNT];

/* The bare C value of `type` at `member`; NULL pointers give ORM_KIND_NULL, enums their number. */
orm_value orm__bare_get(orm_type type, const void *member);

/* An array value of `column`: `items` and `count` of its orm_array_<type>. */
orm_value orm__array_value(const orm_column *column, const void *items, size_t count);

#endif
