/* Any bytes as the body of a request, for a model with every type and one with every limit. */
#include "fuzz/fuzz.h"

#include "json.json.h"

/* What was taken is within the input, and each fault says something. */
static void check_faults(const orm_json_input *input, orm_status status)
{
    size_t count = 0;
    const orm_json_fault *faults = orm_json_faults(input, &count);
    HOLDS(count <= ORM_JSON_MAX_FAULTS);
    HOLDS(status == ORM_OK || status == ORM_INVALID);
    HOLDS(status == ORM_OK || count > 0);
    for (size_t i = 0; i < count; i++)
        HOLDS(faults[i].field != NULL && faults[i].code != NULL && faults[i].message[0] != '\0');
}

static void take_all(orm_json_input *input)
{
    json_value_new value;
    json_account_new account;
    json_account_changes changes;
    json_value_new *values = NULL;
    orm_json_input *part = NULL;
    size_t count = 0;
    check_faults(input, json_value_new_from_json(input, &value));
    check_faults(input, json_account_new_from_json(input, &account));
    check_faults(input, json_account_changes_from_json(input, &changes));
    check_faults(input, json_value_new_list_from_json(input, &values, &count));
    orm_status status = orm_json_take(input, "posts", &part);
    HOLDS(status == ORM_OK || status == ORM_INVALID);
    if (part != NULL)
        check_faults(input, json_value_new_list_from_json(part, &values, &count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    orm_json_input *input = NULL;
    orm_json_writer *writer = NULL;
    const char *text = NULL;
    size_t length = 0;
    orm_error error;
    /* Exactly as large as it is, so that reading beyond is seen. */
    char *body = malloc(size == 0 ? 1 : size);
    HOLDS(body != NULL);
    if (size > 0)
        memcpy(body, data, size);
    orm_status status = orm_json_open(body, size, NULL, &input, &error);
    HOLDS(status == ORM_OK || (status == ORM_INVALID && error.message[0] != '\0'));
    free(body);
    if (status != ORM_OK)
        return 0;
    take_all(input);
    HOLDS(orm_json_writer_open(NULL, &writer) == ORM_OK);
    orm_json_put_faults(writer, input);
    HOLDS(orm_json_finish(writer, &text, &length) == ORM_OK);
    orm_json_close(input);
    /* What was written can be read. */
    HOLDS(orm_json_open(text, length, NULL, &input, &error) == ORM_OK);
    orm_json_close(input);
    orm_json_writer_close(writer);
    return 0;
}
