/* Places in the user's source. */
#ifndef ORM_BASE_SITE_H
#define ORM_BASE_SITE_H

#include <stdbool.h>

#include <orm/site.h>

/* Whether two sites are one expression. */
bool orm__same_site(orm_site left, orm_site right);

#endif
