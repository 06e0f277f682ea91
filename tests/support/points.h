/* How many of the points at which an allocation can fail a torture test tries. */
#ifndef TESTS_SUPPORT_POINTS_H
#define TESTS_SUPPORT_POINTS_H

#include <stdlib.h>

/* From one tried point to the next: 1, or more where each costs several times as much. */
static inline long test_point_step(void)
{
    const char *text = getenv("ORM_TEST_POINT_STEP");
    long step = text == NULL ? 1 : strtol(text, NULL, 10);
    return step > 1 ? step : 1;
}

#endif
