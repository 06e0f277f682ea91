# Install and export: find_package(orm) and pkg-config.

include(CMakePackageConfigHelpers)

set(orm_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/orm")

install(TARGETS orm_headers orm
    EXPORT orm-shared
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        COMPONENT runtime NAMELINK_COMPONENT development)
install(TARGETS orm_static EXPORT orm-static
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(TARGETS orm_testing EXPORT orm-testing
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
set_target_properties(orm_headers PROPERTIES EXPORT_NAME headers)
set_target_properties(orm_testing PROPERTIES EXPORT_NAME testing)

install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/include/orm"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
    FILES_MATCHING PATTERN "*.h")
if(TARGET orm_uv)
    install(TARGETS orm_uv EXPORT orm-uv
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            COMPONENT runtime NAMELINK_COMPONENT development)
    install(TARGETS orm_uv_static EXPORT orm-uv-static
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
    foreach(part IN ITEMS uv uv-static)
        install(EXPORT orm-${part} NAMESPACE orm:: FILE orm-${part}-targets.cmake
            DESTINATION "${orm_package_dir}" COMPONENT development)
    endforeach()
endif()
if(TARGET orm_json)
    install(TARGETS orm_json EXPORT orm-json
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
    install(EXPORT orm-json NAMESPACE orm:: FILE orm-json-targets.cmake
        DESTINATION "${orm_package_dir}" COMPONENT development)
endif()
install(EXPORT orm-shared NAMESPACE orm:: FILE orm-shared-targets.cmake
    DESTINATION "${orm_package_dir}" COMPONENT development)
install(EXPORT orm-static NAMESPACE orm:: FILE orm-static-targets.cmake
    DESTINATION "${orm_package_dir}" COMPONENT development)
install(EXPORT orm-testing NAMESPACE orm:: FILE orm-testing-targets.cmake
    DESTINATION "${orm_package_dir}" COMPONENT development)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/orm-config.cmake.in"
    "${CMAKE_CURRENT_BINARY_DIR}/orm-config.cmake"
    INSTALL_DESTINATION "${orm_package_dir}"
    PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/orm-config-version.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/orm-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/orm-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/codegen/cmake/OrmGenerate.cmake"
    "${PROJECT_SOURCE_DIR}/codegen/cmake/OrmGenerateRun.cmake"
    DESTINATION "${orm_package_dir}" COMPONENT development)

# The package may be moved, so the .pc file names its prefix relative to itself.
file(RELATIVE_PATH orm_pc_prefix
    "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" orm_pc_prefix "${orm_pc_prefix}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/orm.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/orm.pc" @ONLY)
configure_file("${CMAKE_CURRENT_LIST_DIR}/orm-testing.pc.in"
    "${CMAKE_CURRENT_BINARY_DIR}/orm-testing.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/orm.pc" "${CMAKE_CURRENT_BINARY_DIR}/orm-testing.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
if(TARGET orm_uv)
    configure_file("${CMAKE_CURRENT_LIST_DIR}/orm-uv.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/orm-uv.pc"
        @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/orm-uv.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endif()
if(TARGET orm_json)
    configure_file("${CMAKE_CURRENT_LIST_DIR}/orm-json.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/orm-json.pc"
        @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/orm-json.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endif()
