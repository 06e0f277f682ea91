/*
 * The library's headers as an installed package shows them. Of a fault in an argument of a generic
 * macro gcc names the user's line only when the macro comes from a system header.
 */
#pragma GCC system_header
#include <orm/gen.h>
