# Tasks on an event loop of libuv: orm::uv (shared) and orm::uv_static. The runtime itself knows nothing of them.

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET GLOBAL libuv)

file(GLOB orm_uv_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/async/*.c")
# Of the runtime's own the shared library takes a copy, which nobody else sees.
set(orm_uv_base allocator clock condition fail helpers thread_runtime)
list(TRANSFORM orm_uv_base PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/src/base/")
list(TRANSFORM orm_uv_base APPEND ".c")

foreach(part IN ITEMS objects base)
    add_library(orm_uv_${part} OBJECT)
    set_target_properties(orm_uv_${part} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_definitions(orm_uv_${part} PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
    target_include_directories(orm_uv_${part} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    target_link_libraries(orm_uv_${part} PRIVATE
        orm_headers orm_warnings PkgConfig::LIBUV Threads::Threads)
endforeach()
target_sources(orm_uv_objects PRIVATE ${orm_uv_sources})
target_sources(orm_uv_base PRIVATE ${orm_uv_base})

add_library(orm_uv SHARED $<TARGET_OBJECTS:orm_uv_objects> $<TARGET_OBJECTS:orm_uv_base>)
add_library(orm::uv ALIAS orm_uv)
set_target_properties(orm_uv PROPERTIES
    EXPORT_NAME uv
    VERSION ${PROJECT_VERSION}
    SOVERSION ${ORM_SOVERSION}
    LINK_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/orm_uv.map")
target_link_libraries(orm_uv PUBLIC orm PkgConfig::LIBUV PRIVATE Threads::Threads)
target_link_options(orm_uv PRIVATE
    "LINKER:--version-script=${CMAKE_CURRENT_SOURCE_DIR}/orm_uv.map")

add_library(orm_uv_static STATIC $<TARGET_OBJECTS:orm_uv_objects>)
add_library(orm::uv_static ALIAS orm_uv_static)
set_target_properties(orm_uv_static PROPERTIES OUTPUT_NAME orm_uv EXPORT_NAME uv_static)
target_link_libraries(orm_uv_static PUBLIC orm_static PkgConfig::LIBUV PRIVATE Threads::Threads)
