/* Which columns the parameters of an INSERT are written to. */
#ifndef ORM_OBSERVE_INSERTED_H
#define ORM_OBSERVE_INSERTED_H

#include "observe/parameters.h"

/* Adds the columns to what was read of the statement. False: it is no INSERT. */
bool orm__inserted_read(const char *sql, size_t size, orm__reading *reading);

#endif
