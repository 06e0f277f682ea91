/* The routes under /reports. */
#ifndef SERVICE_REPORTS_H
#define SERVICE_REPORTS_H

#include <orm/orm.h>

orm_session_handler reports_list, reports_order, reports_show;

#endif
