/* The fields of a row struct as values of the test. */
#ifndef TESTS_RANDOM_FIELDS_H
#define TESTS_RANDOM_FIELDS_H

#include <orm/model.h>

#include "value.h"

/* False when the field holds what no value of the test can be. */
bool rt_read_field(const orm_column *column, const void *row, const rt_column *wanted,
                   rt_value *value_out);

#endif
