/* What the pool makes of how long connections are held, at moments of the test's own. */
#include "exec/kinds.h"
#include "support/testing.h"

#define MS INT64_C(1000000)

static orm__kinds kinds;
static int64_t now;

static int start(void **state)
{
    (void)state;
    orm__kinds_init(&kinds, false);
    now = 1000 * MS;
    return 0;
}

static orm__kind *begin(uint64_t key)
{
    orm__kind *kind = orm__kinds_find(&kinds, key, false);
    orm__kinds_ask(&kinds, kind, now);
    orm__kinds_start(&kinds, kind, now);
    return kind;
}

static void use(uint64_t key, int64_t held_ns)
{
    orm__kind *kind = begin(key);
    now += held_ns;
    orm__kinds_end(&kinds, kind, held_ns, now);
}

static orm__pace pace_of(uint64_t key)
{
    return orm__kinds_pace(&kinds, orm__kinds_find(&kinds, key, false));
}

static void kinds_are_known_after_two_uses(void **state)
{
    (void)state;
    assert_int_equal(pace_of(1), ORM__PACE_NEW);
    use(1, 300 * MS);
    assert_int_equal(pace_of(1), ORM__PACE_NEW);
    use(1, 300 * MS);
    assert_int_equal(pace_of(1), ORM__PACE_LONG);
    /* The first use finds everything cold. */
    use(2, 150 * MS);
    use(2, 2 * MS);
    assert_int_equal(pace_of(2), ORM__PACE_QUICK);
    assert_int_equal(pace_of(1), ORM__PACE_LONG);
}

static void one_use_that_takes_long_says_little(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        use(1, 2 * MS);
    use(1, 5000 * MS);
    assert_int_equal(pace_of(1), ORM__PACE_QUICK);
    for (int i = 0; i < 20; i++)
        use(1, 5000 * MS);
    assert_int_equal(pace_of(1), ORM__PACE_LONG);
    for (int i = 0; i < 60; i++)
        use(1, 2 * MS);
    assert_int_equal(pace_of(1), ORM__PACE_QUICK);
}

static void long_is_what_takes_eight_times_the_quickest(void **state)
{
    (void)state;
    use(2, 60 * MS);
    use(2, 60 * MS);
    assert_int_equal(pace_of(2), ORM__PACE_QUICK); /* nothing is quicker */
    use(1, 5 * MS);
    use(1, 5 * MS);
    use(1, 5 * MS);
    assert_int_equal(pace_of(2), ORM__PACE_LONG);
    now += 2 * ORM__KINDS_ABOUT_NS;
    use(2, 60 * MS); /* the other is over */
    assert_int_equal(pace_of(2), ORM__PACE_QUICK);
    use(3, 1 * MS);
    use(3, 1 * MS);
    use(4, 15 * MS);
    use(4, 15 * MS);
    assert_int_equal(pace_of(4), ORM__PACE_QUICK); /* that little disturbs nobody */
}

static void the_survey_knows_what_is_about(void **state)
{
    (void)state;
    use(1, 2 * MS);
    use(1, 2 * MS);
    use(2, 300 * MS);
    use(2, 300 * MS);
    orm__survey survey = orm__kinds_survey(&kinds, now);
    assert_true(survey.quick && !survey.fresh && survey.held_long == 0);
    now += ORM__KINDS_ABOUT_NS;
    orm__kind *held = begin(2);
    orm__kind *fresh = begin(3);
    (void)orm__kinds_find(&kinds, 4, false); /* never used */
    survey = orm__kinds_survey(&kinds, now);
    assert_true(!survey.quick && survey.fresh);
    assert_int_equal(survey.held_long, 1);
    assert_int_equal(survey.held_new, 1);
    orm__kinds_end(&kinds, held, MS, now);
    orm__kinds_end(&kinds, fresh, -1, now);
    /* Who waits is about for however long. */
    orm__kinds_ask(&kinds, orm__kinds_find(&kinds, 1, false), now);
    now += 5 * ORM__KINDS_ABOUT_NS;
    assert_true(orm__kinds_survey(&kinds, now).quick);
    orm__kinds_leave(&kinds, orm__kinds_find(&kinds, 1, false));
    assert_true(!orm__kinds_survey(&kinds, now).quick);
}

static void old_kinds_make_room_but_never_busy_ones(void **state)
{
    (void)state;
    orm__kind *busy = begin(7);
    use(8, 300 * MS);
    use(8, 300 * MS);
    for (uint64_t key = 100; key < 100 + 5 * ORM__KINDS; key++) {
        use(key, MS);
        if (key % 50 == 0)
            use(8, 300 * MS);
    }
    assert_ptr_equal(orm__kinds_find(&kinds, 7, false), busy);
    assert_int_equal(busy->held, 1);
    assert_int_equal(pace_of(8), ORM__PACE_LONG);
    assert_int_equal(pace_of(101), ORM__PACE_NEW);
    /* With no room at all the rest is one kind. */
    orm__kind *held[2 * ORM__KINDS];
    for (uint64_t i = 0; i < 2 * ORM__KINDS; i++)
        held[i] = begin(10000 + i);
    assert_ptr_equal(held[2 * ORM__KINDS - 1], &kinds.other);
    assert_int_equal(orm__kinds_survey(&kinds, now).held_new, 2 * ORM__KINDS + 1);
    for (uint64_t i = 0; i < 2 * ORM__KINDS; i++)
        orm__kinds_end(&kinds, held[i], MS, now);
    orm__kinds_end(&kinds, busy, MS, now);
    assert_int_equal(orm__kinds_survey(&kinds, now).held_new, 0);
    assert_null(kinds.busy.newest);
}

static void all_can_be_alike(void **state)
{
    (void)state;
    orm__kinds_init(&kinds, true);
    use(1, 300 * MS);
    use(1, 300 * MS);
    assert_int_equal(pace_of(1), ORM__PACE_QUICK);
    assert_ptr_equal(orm__kinds_find(&kinds, 1, false), orm__kinds_find(&kinds, 2, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(kinds_are_known_after_two_uses, start),
        cmocka_unit_test_setup(one_use_that_takes_long_says_little, start),
        cmocka_unit_test_setup(long_is_what_takes_eight_times_the_quickest, start),
        cmocka_unit_test_setup(the_survey_knows_what_is_about, start),
        cmocka_unit_test_setup(old_kinds_make_room_but_never_busy_ones, start),
        cmocka_unit_test_setup(all_can_be_alike, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
