/* What developers see of the requests, with SERVICE_DEVELOPMENT=yes; it shows statements and names
 * of sources, so everybody else is told that there is no such thing. */
#ifndef SERVICE_DEVELOPMENT_H
#define SERVICE_DEVELOPMENT_H

#include "request.h"

void development_page(struct request *request);     /* HTML */
void development_requests(struct request *request); /* the same as JSON */

#endif
