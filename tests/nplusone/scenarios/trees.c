/* Rows that refer to rows of their own table. */
#include "nplusone/scenario.h"

static orm_status tell_below(orm_session *db, struct scene *scene, shop_category *category,
                             int depth)
{
    shop_category_list children;
    tell(scene, "%*s%s\n", depth, "", category->name);
    TRY(shop_category_load_children(db, category, &children)); /* @down */
    for (size_t i = 0; i < children.count; i++)
        TRY(tell_below(db, scene, children.items[i], depth + 1));
    return ORM_OK;
}

/* A tree walked down by recursion.
 * expect N1 category.children 10 statements @down @down */
scenario(tree_walked_down)
{
    shop_category *root;
    TRY(shop_category_find(db, 1, &root));
    TRY(tell_below(db, scene, root, 0));
    return ORM_OK;
}

static orm_status tell_above(orm_session *db, struct scene *scene, shop_category *category)
{
    shop_category *parent;
    TRY(shop_category_load_parent(db, category, &parent)); /* @up */
    if (parent == NULL)
        return ORM_OK;
    tell(scene, "%s\n", parent->name);
    return tell_above(db, scene, parent);
}

/* A chain walked up, one parent after the other.
 * expect N1 category.parent 4 statements @up @up */
scenario(chain_walked_up)
{
    shop_category *leaf;
    TRY(shop_category_find(db, 10, &leaf));
    TRY(tell_above(db, scene, leaf));
    return ORM_OK;
}

static orm_status find_above(orm_session *db, struct scene *scene, int64_t id)
{
    shop_category *category;
    TRY(shop_category_find(db, id, &category)); /* @find */
    tell(scene, "%s\n", category->name);
    return category->parent_id.has ? find_above(db, scene, category->parent_id.value) : ORM_OK;
}

/* The same by keys and recursion.
 * expect N1 find category 5 statements @find @find */
scenario(chain_found_up)
{
    return find_above(db, scene, 10);
}

static orm_status select_below(orm_session *db, struct scene *scene, int64_t id)
{
    shop_category_list children;
    TRY(shop_category_select(
        db, &(shop_category_query){.where = shop_category_parent_id_is(orm_eq(id))},
        &children)); /* @select */
    for (size_t i = 0; i < children.count; i++) {
        tell(scene, "%s\n", children.items[i]->name);
        TRY(select_below(db, scene, children.items[i]->id));
    }
    return ORM_OK;
}

/* Down by conditions and recursion.
 * expect N1 select category 10 statements @select @select */
scenario(tree_selected_down)
{
    return select_below(db, scene, 1);
}

static orm_status raw_below(orm_session *db, struct scene *scene, int64_t id)
{
    shop_category_list children;
    orm_value parent = orm_bind(id);
    TRY(shop_category_raw(db, "SELECT * FROM categories WHERE parent_id = $1 ORDER BY id", &parent,
                          1, &children)); /* @raw */
    for (size_t i = 0; i < children.count; i++) {
        tell(scene, "%s\n", children.items[i]->name);
        TRY(raw_below(db, scene, children.items[i]->id));
    }
    return ORM_OK;
}

/* Down by SQL of one's own.
 * expect N1 raw category 10 statements @raw @raw */
scenario(tree_raw_down)
{
    return raw_below(db, scene, 1);
}

/* Level by level, each level in one statement: a statement a level is what it takes by hand.
 * expect none */
scenario(tree_level_by_level)
{
    shop_category_list level;
    int64_t ids[16] = {1};
    size_t count = 1;
    while (count > 0) {
        TRY(shop_category_select(
            db, &(shop_category_query){.where = shop_category_parent_id_is(orm_in(ids, count))},
            &level));
        for (count = 0; count < level.count; count++) {
            ids[count] = level.items[count]->id;
            tell(scene, "%s\n", level.items[count]->name);
        }
    }
    return ORM_OK;
}

/* The walk that the advice names.
 * expect none */
scenario(tree_walked_at_once)
{
    shop_category *root;
    shop_category_list below;
    TRY(shop_category_find(db, 1, &root));
    TRY(shop_category_walk_children(db, root, NULL, NULL, &below));
    for (size_t i = 0; i < below.count; i++)
        tell(scene, "%s\n", below.items[i]->name);
    return ORM_OK;
}

/* Three employees have one manager, who is asked for once.
 * expect none */
scenario(manager_of_each_employee)
{
    chinook_employee_list employees;
    chinook_employee *manager;
    TRY(chinook_employee_select(
        db, &(chinook_employee_query){.where = chinook_employee_title_is(orm_like("%Support%"))},
        &employees));
    for (size_t i = 0; i < employees.count; i++) {
        TRY(chinook_employee_load_manager(db, employees.items[i], &manager));
        tell(scene, "%s\n", manager->last_name);
    }
    return ORM_OK;
}

/* A self relation loaded several levels deep is a relation like others.
 * expect none */
scenario(children_loaded_three_levels_deep)
{
    shop_category_list roots;
    shop_category_list children;
    shop_category_query query = {.where = shop_category_parent_id_is_null(),
                                 .with.children = &(shop_category_query){.depth = 3}};
    TRY(shop_category_select(db, &query, &roots));
    TRY(shop_category_children(roots.items[0], &children));
    for (size_t i = 0; i < children.count; i++)
        TRY(shop_category_load_children(db, children.items[i], &children));
    return ORM_OK;
}
