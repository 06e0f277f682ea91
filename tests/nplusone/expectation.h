/* What the comment above a scenario expects, read from its source. */
#ifndef TESTS_NPLUSONE_EXPECTATION_H
#define TESTS_NPLUSONE_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

#include <orm/nplusone.h>

enum { EXPECTED_MAX = 8, LINES_MAX = 8 };

/* The lines that carry one mark. */
typedef struct expected_lines {
    char name[32];
    int lines[LINES_MAX];
    size_t count;
} expected_lines;

typedef struct expected_finding {
    char kind[16];
    char subject[64];
    long long statements;
    expected_lines site;
    expected_lines origin; /* no lines: there is none */
    bool matches;
} expected_finding;

typedef struct expectation {
    expected_finding items[EXPECTED_MAX];
    size_t count;
    bool stated; /* "expect none", or a finding */
} expectation;

/* Of the scenario whose name stands on that line of the file. A comment that can't be read fails
 * the test. */
void expectation_read(const char *path, int line, expectation *expectation_out);

/* Whether the finding is the one expected, in a source called `file`. */
bool expectation_meets(const expected_finding *expected, const orm_finding *finding);

#endif
