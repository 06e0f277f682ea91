/* The routes under /comments, and those of a post's comments. */
#ifndef SERVICE_COMMENTS_H
#define SERVICE_COMMENTS_H

#include <orm/orm.h>

orm_session_handler comments_of_post, comments_create;
orm_session_handler comments_list, comments_show, comments_change, comments_delete;

#endif
