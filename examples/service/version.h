/* Versions of rows as entity tags, so that nobody overwrites what he has not seen. */
#ifndef SERVICE_VERSION_H
#define SERVICE_VERSION_H

#include "request.h"

/* The ETag of the answer. */
void version_tag(struct request *request, int32_t version);

/* ORM_OK when If-Match has the version; else refuses: 428 without the header (if it is `required`),
 * 412 when it names other versions. */
orm_status version_check(struct request *request, int32_t version, bool required);

#endif
