/* What listening and notifying share. */
#ifndef ORM_EXEC_LISTENER_H
#define ORM_EXEC_LISTENER_H

#include <stdbool.h>

enum { ORM__CHANNEL_MAX = 63 };

bool orm__channel_is_valid(const char *channel);

#endif
