# Requests of a service: orm::requests, beside either of the two runtimes. It stands on their public
# interface alone.

set(orm_requests_folder "${PROJECT_SOURCE_DIR}/orm/requests")
file(GLOB orm_requests_sources CONFIGURE_DEPENDS "${orm_requests_folder}/*.c")
add_library(orm_requests STATIC ${orm_requests_sources})
add_library(orm::requests ALIAS orm_requests)
set_target_properties(orm_requests PROPERTIES POSITION_INDEPENDENT_CODE ON EXPORT_NAME requests)
target_compile_definitions(orm_requests PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
target_link_libraries(orm_requests
    PUBLIC orm_headers
    PRIVATE $<BUILD_INTERFACE:orm_warnings> Threads::Threads)

install(TARGETS orm_requests EXPORT orm-requests
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(EXPORT orm-requests NAMESPACE orm:: FILE orm-requests-targets.cmake
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/orm" COMPONENT development)
file(RELATIVE_PATH orm_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" orm_pc_prefix "${orm_pc_prefix}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/orm-requests.pc.in" "${PROJECT_BINARY_DIR}/orm-requests.pc"
    @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/orm-requests.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
