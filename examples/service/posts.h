/* The routes under /posts; what lies below a post is in comments.h and tags.h. */
#ifndef SERVICE_POSTS_H
#define SERVICE_POSTS_H

#include <orm/orm.h>

orm_session_handler posts_list, posts_create, posts_show, posts_change, posts_delete;

#endif
