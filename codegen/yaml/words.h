#ifndef ORM_CODEGEN_YAML_WORDS_H
#define ORM_CODEGEN_YAML_WORDS_H

/*
 * What a word of the format means, in one line, for editors. `entry` is the key that the mapping
 * stands under: "models", "columns", …; "file" for a whole file. NULL: there is no such word.
 */
const char *word_meaning(const char *entry, const char *word);

#endif
