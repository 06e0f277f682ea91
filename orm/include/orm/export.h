/* Compiler-dependent marks used by the public headers: visibility, must-use results, C linkage. */
#ifndef ORM_EXPORT_H
#define ORM_EXPORT_H

#ifdef __cplusplus
#define ORM_BEGIN_DECLS extern "C" {
#define ORM_END_DECLS   }
#else
#define ORM_BEGIN_DECLS
#define ORM_END_DECLS
#endif

#if defined(__GNUC__) || defined(__clang__)
/* A function of the library's stable interface. */
#define ORM_API __attribute__((visibility("default")))
/* A result that must not be dropped. */
#define ORM_MUST_USE __attribute__((warn_unused_result))
/* A function that formats like printf: position of the format, position of the first value. */
#define ORM_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define ORM_API
#define ORM_MUST_USE
#define ORM_PRINTF(format_at, first_at)
#endif

#endif
