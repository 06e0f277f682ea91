/* Values made up for one column: what they may be, and the n-th of them. */
#ifndef ORM_TESTING_INVENT_H
#define ORM_TESTING_INVENT_H

#include "maker.h"

/* What a column's values may be, narrowed by its type, its limits and the checks on it. */
struct domain {
    long double min; /* inclusive; numbers, days or microseconds */
    long double max;
    bool has_min;
    bool has_max;
    bool wanted;       /* a check says that it is not NULL */
    size_t min_length; /* characters, of bytea bytes */
    size_t max_length;
    const char *const *choices; /* one of these literals */
    size_t choice_count;
    const char *pattern;      /* POSIX, extended */
    const char *not_invented; /* a pattern from which nothing can be made up, for the message */
};

/* What type, limits and pattern say. */
void orm__domain_start(const orm_column *column, const orm_factory_column *limits,
                       struct domain *domain_out);
/* Narrow it further. `open`: the bound itself is not allowed. */
void orm__domain_above(const orm_column *column, struct domain *domain, long double bound,
                       bool open);
void orm__domain_below(const orm_column *column, struct domain *domain, long double bound,
                       bool open);

enum invented {
    INVENTED,
    INVENTED_ALL,  /* there are no more different values */
    INVENTED_NONE, /* none can be made up */
    INVENTED_NOMEM
};

/* How many different values there are; UINT64_MAX: very many. */
uint64_t orm__domain_size(const orm_column *column, const struct domain *domain);

/* Sets the column in `values` to the `index`-th value, from 0. `wrap`: begins anew after the
 * last. */
enum invented orm__invent(orm_session *db, const orm_column *column, const struct domain *domain,
                          uint64_t index, uint64_t seed, bool wrap, void *values);

/* Sets the column to what a literal of its type says; false when it says nothing. */
bool orm__set_literal(orm_session *db, const orm_column *column, const char *text, void *values);
/* The same with a number, rounded to the column's type. */
bool orm__set_number(orm_session *db, const orm_column *column, long double number, void *values);

/* Whether values of the type stand on a line: numbers, dates, times. */
bool orm__is_number(const orm_column *column);
bool orm__is_text(const orm_column *column);
/* A literal of such a type as a number. */
bool orm__literal_number(const orm_column *column, const char *text, long double *number_out);

/* pattern.c: the `index`-th text that matches, of at least and at most so many characters. */
enum invented orm__pattern_text(orm_session *db, const char *pattern, uint64_t index,
                                size_t min_length, size_t max_length, const char **text_out);
bool orm__pattern_matches(const char *pattern, const char *text);

#endif
