/* Everything but the helpers for tests (orm/cmocka.h). */
#ifndef ORM_ORM_H
#define ORM_ORM_H

#include <orm/aggregate.h>
#include <orm/batch.h>
#include <orm/column.h>
#include <orm/condition.h>
#include <orm/engine.h>
#include <orm/events.h>
#include <orm/gen.h>
#include <orm/listener.h>
#include <orm/log.h>
#include <orm/memory.h>
#include <orm/model.h>
#include <orm/named.h>
#include <orm/nplusone.h>
#include <orm/predicate.h>
#include <orm/raw.h>
#include <orm/rows.h>
#include <orm/session.h>
#include <orm/set.h>
#include <orm/site.h>
#include <orm/statistics.h>
#include <orm/status.h>
#include <orm/subquery.h>
#include <orm/value.h>

#endif
