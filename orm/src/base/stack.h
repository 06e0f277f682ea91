/* The stack of the calling thread. */
#ifndef ORM_BASE_STACK_H
#define ORM_BASE_STACK_H

#include <stdint.h>

/*
 * The end of the memory above `frame` (a place on the stack in use) that can be read because it
 * belongs to the thread's stack; 0 when the frame is on another stack, as a fiber's are, or bounds
 * are not to be had.
 */
uintptr_t orm__stack_top(const void *frame);

#endif
