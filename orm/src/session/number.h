/* Statements whose answer is one number. */
#ifndef ORM_SESSION_NUMBER_H
#define ORM_SESSION_NUMBER_H

#include "session/session.h"

/* The context of orm__take_number. */
typedef struct orm__number {
    const orm__driver *driver;
    int64_t value; /* stays what it was when there is no row */
} orm__number;

/* A consumer: the first column of the first row. */
orm_status orm__take_number(orm__call *call, orm__rows *rows, orm_error *error);

#endif
