/* The routes under /users. */
#ifndef SERVICE_USERS_H
#define SERVICE_USERS_H

#include <orm/orm.h>

orm_session_handler users_list, users_create, users_show, users_change, users_delete;

#endif
