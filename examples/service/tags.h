/* The routes under /tags, and those of a post's tags. */
#ifndef SERVICE_TAGS_H
#define SERVICE_TAGS_H

#include <orm/orm.h>

orm_session_handler tags_list, tags_create, tags_show, tags_change, tags_delete;
orm_session_handler tags_attach, tags_detach;

#endif
