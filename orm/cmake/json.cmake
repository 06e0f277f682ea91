# JSON of generated models: orm::json, beside either of the two runtimes. It stands on their public interface
# alone.

find_package(PkgConfig REQUIRED)
# From 2.9 on the members of an object keep their order.
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.9)

file(GLOB orm_json_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/json/*.c")
add_library(orm_json STATIC ${orm_json_sources})
add_library(orm::json ALIAS orm_json)
set_target_properties(orm_json PROPERTIES POSITION_INDEPENDENT_CODE ON EXPORT_NAME json)
target_compile_definitions(orm_json PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
target_link_libraries(orm_json
    PUBLIC orm_headers
    PRIVATE $<BUILD_INTERFACE:orm_warnings> PkgConfig::JANSSON m)
