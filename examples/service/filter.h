/* Parameters of lists that choose rows. What is wrong is added to the problems. */
#ifndef SERVICE_FILTER_H
#define SERVICE_FILTER_H

#include "request.h"

/* A key, as in ?author_id=7; without a value when it is not given. */
orm_opt_i64 filter_key(struct request *request, const char *name);

/* Text of 1 to `max` characters, or NULL. */
const char *filter_text(struct request *request, const char *name, size_t max);

/* A label of the model's enum of that name, as the value of the C enum; 0 when it is not given. */
int filter_label(struct request *request, const char *name, const orm_model *model);

#endif
