/* One statement as one line of a log. */
#ifndef ORM_OBSERVE_LOG_LINE_H
#define ORM_OBSERVE_LOG_LINE_H

#include <stdbool.h>

#include <orm/events.h>
#include <orm/log.h>

#include "base/buffer.h"

/* Whether the options ask for this statement. */
bool orm__log_wants(const orm_log_options *options, const orm_event *event);

/* Appends the line with its newline; `micros` is the time of day in microseconds since 1970. */
void orm__log_line(const orm_log_options *options, const orm_event *event, int64_t micros,
                   orm__buffer *line);

#endif
