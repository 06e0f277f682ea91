# The warnings of the project's own code. Generated code and users' projects are not touched.
add_library(orm_warnings INTERFACE)
target_compile_options(orm_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wundef -Wvla
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<BOOL:${ORM_WERROR}>:-Werror>)
