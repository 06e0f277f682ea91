/* Conditions of the test as conditions of the library. */
#ifndef TESTS_RANDOM_CONDITIONS_H
#define TESTS_RANDOM_CONDITIONS_H

#include "ask.h"

orm_cond_int rt_condition_int(rt_asker *asker, const rt_pred *pred);
orm_cond_double rt_condition_double(rt_asker *asker, const rt_pred *pred);
orm_cond_text rt_condition_text(rt_asker *asker, const rt_pred *pred);
orm_cond_bytes rt_condition_bytes(rt_asker *asker, const rt_pred *pred);
orm_cond_numeric rt_condition_numeric(rt_asker *asker, const rt_pred *pred);
orm_cond_uuid rt_condition_uuid(rt_asker *asker, const rt_pred *pred);
orm_cond_date rt_condition_date(rt_asker *asker, const rt_pred *pred);
orm_cond_time rt_condition_time(rt_asker *asker, const rt_pred *pred);
orm_cond_timestamp rt_condition_timestamp(rt_asker *asker, const rt_pred *pred);
orm_cond_timestamptz rt_condition_timestamptz(rt_asker *asker, const rt_pred *pred);
orm_cond_interval rt_condition_interval(rt_asker *asker, const rt_pred *pred);

#endif
