/* Rows with keys of many bytes that answer each other, some of which are taken back; and one row
 * that is changed again and again. */
#include "nplusone/scenario.h"

static shop_comment_query first_ones(void)
{
    return (shop_comment_query){.where = shop_comment_answers_is_null(),
                                .order_by = {SHOP_COMMENT_BY_ID}};
}

/* The answers to each comment.
 * expect N1 comment.below 2 statements @loop @list */
scenario(answers_to_each_comment)
{
    shop_comment_list comments;
    shop_comment_list answers;
    shop_comment_query query = first_ones();
    TRY(shop_comment_select(db, &query, &comments)); /* @list */
    for (size_t i = 0; i < comments.count; i++) {
        TRY(shop_comment_load_below(db, comments.items[i], &answers)); /* @loop */
        tell(scene, "%zu\n", answers.count);
    }
    return ORM_OK;
}

/* Those that were not taken back, by a condition.
 * expect N1 select comment 20 statements @loop @list */
scenario(comments_that_are_left)
{
    shop_product_list products;
    shop_comment_list comments;
    TRY(shop_product_select(db, NULL, &products)); /* @list */
    for (size_t i = 0; i < products.count; i++) {
        TRY(shop_comment_select(
            db,
            &(shop_comment_query){.where = shop_comment_all_of(
                                      db, shop_comment_deleted_at_is_null(),
                                      shop_comment_product_id_is(orm_eq(products.items[i]->id)))},
            &comments)); /* @loop */
        tell(scene, "%zu\n", comments.count);
    }
    return ORM_OK;
}

/* Each taken back by itself.
 * expect WRITE update comment 8 statements @loop @list */
scenario(comments_taken_back)
{
    shop_comment_list comments;
    TRY(shop_comment_select(db, NULL, &comments)); /* @list */
    for (size_t i = 0; i < comments.count; i++)
        TRY(shop_comment_update(
            db, comments.items[i],
            &(shop_comment_changes){.deleted_at = ORM_SET((orm_timestamptz){1})})); /* @loop */
    return ORM_OK;
}

/* Found from the last one up to the first, by keys.
 * expect N1 find comment 4 statements @loop @loop */
scenario(found_up_to_the_first)
{
    orm_opt_uuid next = {.has = true};
    TRY(orm_uuid_parse("00000000-0000-4000-8000-000000000008", &next.value));
    while (next.has) {
        shop_comment *comment;
        TRY(shop_comment_find(db, next.value, &comment)); /* @loop */
        tell(scene, "%s\n", comment->body);
        next = comment->answers;
    }
    return ORM_OK;
}

static orm_status tell_answers(struct scene *scene, const shop_comment *comment, int depth)
{
    shop_comment_list answers;
    if (depth == 0)
        return ORM_OK;
    TRY(shop_comment_below(comment, &answers));
    for (size_t i = 0; i < answers.count; i++) {
        tell(scene, "%*s%s\n", depth, "", answers.items[i]->body);
        TRY(tell_answers(scene, answers.items[i], depth - 1));
    }
    return ORM_OK;
}

/* The whole conversation, eagerly, to three levels.
 * expect none */
scenario(conversation_at_once)
{
    shop_comment_list comments;
    shop_comment_query query = first_ones();
    query.with.below = &(shop_comment_query){.depth = 3};
    TRY(shop_comment_select(db, &query, &comments));
    for (size_t i = 0; i < comments.count; i++)
        TRY(tell_answers(scene, comments.items[i], 3));
    return ORM_OK;
}

/* One row, changed again and again: each change counts its version on.
 * expect none */
scenario(one_row_counted_up)
{
    shop_counter *counter;
    TRY(shop_counter_find(db, "visits", &counter));
    for (int i = 0; i < 5; i++)
        TRY(shop_counter_update(db, counter,
                                &(shop_counter_changes){.hits = ORM_SET(counter->hits + 1)}));
    tell(scene, "%d\n", counter->hits);
    return ORM_OK;
}

/* Read, written and read, in a loop.
 * expect none */
scenario(one_row_read_and_written)
{
    for (int i = 0; i < 5; i++) {
        shop_counter *counter;
        TRY(shop_counter_find(db, "visits", &counter));
        TRY(shop_counter_update(db, counter,
                                &(shop_counter_changes){.hits = ORM_SET(counter->hits + 1)}));
        TRY(shop_counter_refresh(db, counter));
        tell(scene, "%d\n", counter->hits);
    }
    return ORM_OK;
}

/* Counted up by a statement of its own each time.
 * expect none */
scenario(one_row_counted_by_hand)
{
    for (int i = 1; i <= 5; i++) {
        orm_value values[] = {orm_bind(i), orm_bind("visits")};
        TRY(orm_raw(db, "UPDATE counters SET hits = hits + $1 WHERE name = $2", values, 2, NULL,
                    NULL, NULL));
    }
    return ORM_OK;
}
