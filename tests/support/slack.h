/* How much later than its deadline a call may return in a test, on the machine as it is. */
#ifndef TESTS_SUPPORT_SLACK_H
#define TESTS_SUPPORT_SLACK_H

/* From here on a thread watches for how long the machine halts this program. */
void test_slack_watch(void);

/*
 * What the library promises, 100 ms, and several times the longest halt seen so far: a call takes
 * turns with server and helper threads. Sanitizers, which slow everything down, get a second more.
 */
int test_slack_ms(void);

#endif
