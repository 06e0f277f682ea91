#include "yaml/document.h"

#include <string.h>

/* libyaml's wording tells what its grammar wanted; these tell what a writer of models missed. */

static const char *const problems[][2] = {
    {"mapping values are not allowed in this context",
     "a ':' can't stand here: several pairs on one line need { }, a ':' on the line above needs a "
     "space behind it, and a text with ': ' needs quotes"},
    {"block sequence entries are not allowed in this context",
     "a list can't start on the line of its key; put the '- ' on a line of its own"},
    {"could not find expected ':'",
     "this line needs a ':' and a space behind its key; look at the indentation too"},
    {"did not find expected ',' or '}'",
     "a ',' or '}' is missing here; inside { } a text with one of , [ ] { } needs quotes"},
    {"did not find expected ',' or ']'",
     "a ',' or ']' is missing here; inside [ ] a text with one of , [ ] { } needs quotes"},
    {"did not find expected key",
     "a key is missing here; look at the indentation and for brackets and quotes too many"},
    {"did not find expected '-' indicator",
     "an entry starting with '- ' is missing here; look at the indentation and for brackets too "
     "many"},
    {"did not find expected node content", "a value is missing here"},
    {"did not find expected <document start>", "nothing may follow the end of the document"},
    {"found character that cannot start any token",
     "a text can't start with this character; put it in quotes"},
    {"found unknown escape character",
     "double quotes know no such escape; write \\\\ for a backslash, or use single quotes"},
    {"did not find expected hexdecimal number", "hexadecimal digits are missing here"},
    {"found invalid Unicode character escape code", "this escape stands for no character"},
    {"found incompatible YAML document", "this is YAML 1.2 at most; leave the %YAML line out"},
    {"found unexpected end of stream", "the file ends too early"},
};

static const char *const contexts[][2] = {
    {"while scanning a quoted scalar", "this quote is not closed"},
    {"while parsing a flow mapping", "the '{' is here"},
    {"while parsing a flow sequence", "the '[' is here"},
    {"while parsing a block collection", "the list starts here"},
    {"while parsing a block mapping", "the key: value pairs start here"},
    {"while scanning a simple key", "the key is here"},
    {"while scanning a plain scalar", "the text starts here"},
    {"while scanning a block scalar", "the text starts here"},
};

const char *document_syntax_text(const char *problem)
{
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (strcmp(problems[i][0], problem) == 0)
            return problems[i][1];
    return problem;
}

const char *document_context_text(const char *context)
{
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
        if (strcmp(contexts[i][0], context) == 0)
            return contexts[i][1];
    return NULL;
}
