/* The rows that the tests of result structs ask for, and how they show what they got. */
#ifndef TESTS_INTEGRATION_ROWS_FIXTURE_H
#define TESTS_INTEGRATION_ROWS_FIXTURE_H

#include <stdio.h>

#include <orm/orm.h>

#include "rows.orm.h"
#include "support/fixture.h"

enum { COMPANIES = 12, WORKERS = 30, SALES = 90 };

static void fill_sale(int i)
{
    static const char *const states[] = {"open", "paid", "it''s void"};
    static const char *const totals[] = {"1.0", "1.00", "2.5", "99999999999999999999.25", "-3"};
    static const char *const took[] = {"'P1M'", "'P30D'", "null", "'PT1H30M'"};
    char seller[16] = "null";
    char amount[16] = "null";
    char weight[16] = "null";
    if (i % 4 != 0)
        (void)snprintf(seller, sizeof seller, "%d", 1 + i % WORKERS);
    if (i % 5 != 0)
        (void)snprintf(amount, sizeof amount, "%d", i * 7 - 100);
    if (i % 3 != 0)
        (void)snprintf(weight, sizeof weight, "%d.5", i);
    test_execute(&database,
                 "insert into sales (id, company_id, seller_id, state, total, amount, weight, code,"
                 " made_at, took, urgent) values (%d, %d, %s, '%s', '%s', %s, %s, '%s',"
                 " '2021-%02d-03 04:05:06+00:00', %s, %s)",
                 i, 1 + i % (COMPANIES - 3), seller, states[i % 3], totals[i % 5], amount, weight,
                 i % 2 == 0 ? "ab  " : "cd  ", 1 + i % 12, took[i % 4],
                 test_either(&database, i % 2 == 0 ? "1" : "0", i % 2 == 0 ? "true" : "false"));
    for (int k = 0; k < i % 4; k++)
        test_execute(&database,
                     "insert into lines (id, sale_id, quantity, price) values (%d, %d,"
                     " %d, '%d.25')",
                     i * 10 + k, i, 1 + k, i);
    for (int k = 1; k <= i % 3; k++)
        test_execute(&database, "insert into sales_tags (sale, tag) values (%d, %d)", i, k);
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/rows.yaml", NULL);
    for (int i = 1; i <= COMPANIES; i++)
        test_execute(&database,
                     i < 4 ? "insert into \"Companies\" values (%d, 'company %d', 'it''s', null)"
                           : "insert into \"Companies\" values (%d, 'company %d', null, %d)",
                     i, i % 5, i / 3);
    for (int i = 1; i <= WORKERS; i++)
        test_execute(&database,
                     "insert into workers values (%d, %d, 'seller %d', '%d.50',"
                     " 'note %d')",
                     i, 1 + i % COMPANIES, i, i, i);
    test_execute(&database, "insert into tags values (1, 'one'), (2, 'two'), (3, 'three')");
    for (int i = 1; i <= SALES; i++)
        fill_sale(i);
    return 0;
}

static inline void add_opt(test_text *text, orm_opt_i64 value, char end)
{
    if (value.has)
        test_text_add(text, "%lld%c", (long long)value.value, end);
    else
        test_text_add(text, "-%c", end);
}

static inline const char *shown(const char *text)
{
    return text == NULL ? "-" : text;
}

#endif
