#include "filter.h"

#include <string.h>

#include "problem.h"

orm_opt_i64 filter_key(struct request *request, const char *name)
{
    const char *text = request_parameter(request, name);
    orm_opt_i64 key = {.has = text != NULL};
    if (text != NULL && !key_read(text, &key.value))
        problem_add(request, name, "type", "must be a key: a number");
    return key;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80; /* no byte that continues one */
    return count;
}

const char *filter_text(struct request *request, const char *name, size_t max)
{
    const char *text = request_parameter(request, name);
    size_t length = text != NULL ? count_characters(text) : 1;
    if (length < 1 || length > max)
        problem_add(request, name, "length", "must be 1 to %zu characters long", max);
    return text;
}

static const orm_enum_labels *find_labels(const orm_model *model, const char *name)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (strcmp(model->columns[i].field, name) == 0)
            return model->columns[i].labels;
    return NULL;
}

int filter_label(struct request *request, const char *name, const orm_model *model)
{
    const orm_enum_labels *labels = find_labels(model, name);
    const char *text = request_parameter(request, name);
    char choice[128] = "";
    if (text == NULL || labels == NULL)
        return 0;
    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(text, labels->labels[i]) == 0)
            return (int)i + 1;
        strncat(choice, i > 0 ? ", " : "", sizeof choice - strlen(choice) - 1);
        strncat(choice, labels->labels[i], sizeof choice - strlen(choice) - 1);
    }
    problem_add(request, name, "label", "must be one of: %s", choice);
    return 0;
}
