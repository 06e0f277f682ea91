#include "session/number.h"

orm_status orm__take_number(orm__call *call, orm__rows *rows, orm_error *error)
{
    orm__number *target = call->context;
    bool more = false;
    orm_status status = target->driver->next(rows, &more, error);
    if (status == ORM_OK && more)
        status = target->driver->read_int(rows, 0, &target->value, error);
    return status;
}
