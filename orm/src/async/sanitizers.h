/* What the sanitizers have to be told about stacks; nothing in other builds. */
#ifndef ORM_ASYNC_SANITIZERS_H
#define ORM_ASYNC_SANITIZERS_H

#if defined(__SANITIZE_ADDRESS__)
#define ORM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ORM_ASAN 1
#endif
#endif
#ifndef ORM_ASAN
#define ORM_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define ORM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ORM_TSAN 1
#endif
#endif
#ifndef ORM_TSAN
#define ORM_TSAN 0
#endif

#if ORM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if ORM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#endif
