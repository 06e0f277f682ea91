#include "base/site.h"

#include <string.h>

bool orm__same_site(orm_site left, orm_site right)
{
    if (left.line != right.line || left.counter != right.counter)
        return false;
    return left.file == right.file ||
           (left.file != NULL && right.file != NULL && strcmp(left.file, right.file) == 0);
}
