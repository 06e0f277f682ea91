# Background work: orm::jobs, beside either of the two runtimes. It stands on the public interface and on
# the C that the orm command makes of its own models.

if(NOT ORM_BUILD_COMMAND AND NOT ORM_COMMAND)
    return()
endif()

set(orm_jobs_folder "${PROJECT_SOURCE_DIR}/orm/jobs")
file(GLOB orm_jobs_sources CONFIGURE_DEPENDS "${orm_jobs_folder}/*.c")
add_library(orm_jobs STATIC ${orm_jobs_sources})
add_library(orm::jobs ALIAS orm_jobs)
set_target_properties(orm_jobs PROPERTIES POSITION_INDEPENDENT_CODE ON EXPORT_NAME jobs)
target_compile_definitions(orm_jobs PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
target_link_libraries(orm_jobs
    PUBLIC orm_headers
    PRIVATE $<BUILD_INTERFACE:orm_warnings> Threads::Threads)
orm_generate(TARGET orm_jobs MODELS "${orm_jobs_folder}/jobs.yaml" RUNTIME orm_headers UNITS 4)

install(TARGETS orm_jobs EXPORT orm-jobs
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(EXPORT orm-jobs NAMESPACE orm:: FILE orm-jobs-targets.cmake
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/orm" COMPONENT development)
install(FILES "${orm_jobs_folder}/jobs.yaml" "${orm_jobs_folder}/both.sql"
        "${orm_jobs_folder}/postgresql.sql" "${orm_jobs_folder}/sqlite.sql"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/orm/models" COMPONENT development)
file(RELATIVE_PATH orm_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" orm_pc_prefix "${orm_pc_prefix}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/orm-jobs.pc.in" "${PROJECT_BINARY_DIR}/orm-jobs.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/orm-jobs.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
