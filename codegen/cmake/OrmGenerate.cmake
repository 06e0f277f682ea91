# orm_generate(TARGET <target> MODELS <a.yaml>... [OUT <dir>] [UNITS <n>]
#              [RUNTIME <target>] [FACTORIES | JSON])
#
# Generates C from YAML models and builds it into <target>, which is created as a static library
# when it does not exist. Users of <target> see the generated headers and link the runtime.
#
#   MODELS   YAML files and SQL files of named statements, relative to the current source directory.
#            What they include is found by the command and tracked: a change in any of them
#            generates again.
#   OUT      where the generated files go, relative to the current binary directory;
#            <target>_models by default. No other orm_generate may use the same directory.
#   UNITS    number of translation units, 16 by default. A YAML file holds any number of models, so
#            the generated files' names are not known when CMake runs; they are compiled through
#            this fixed number of sources, which include them. More take longer and less memory.
#   FACTORIES
#            for test programs: generates the functions that make rows up (orm/testing.h) instead of
#            the models, and links orm::testing. <target> must see the models' own headers: it is the
#            target of an orm_generate without this word, or links one. OUT is then
#            <target>_factories by default.
#   JSON     generates the functions that write rows as JSON and read them (orm/json.h) instead of the
#            models, and links orm::json; as for FACTORIES, <target> must see the models. OUT is then
#            <target>_json by default.
#   RUNTIME  what <target> links; orm::orm by default, orm::orm_static for a static build.
#
# The cache variable ORM_COMMAND names the orm command to run. It is needed only when
# cross-compiling, where the package's own command runs on the target machine; the one in PATH is
# used when it is not given.

set(_ORM_GENERATE_RUN "${CMAKE_CURRENT_LIST_DIR}/OrmGenerateRun.cmake")

function(_orm_find_command command_out depends_out)
    if(NOT ORM_COMMAND AND CMAKE_CROSSCOMPILING)
        # From PATH only: what CMake's own prefixes lead to is made for the target machine.
        find_program(ORM_COMMAND orm DOC "An orm command that runs on this machine"
            NO_PACKAGE_ROOT_PATH NO_CMAKE_PATH NO_CMAKE_ENVIRONMENT_PATH NO_CMAKE_SYSTEM_PATH
            NO_CMAKE_INSTALL_PREFIX NO_CMAKE_FIND_ROOT_PATH)
    endif()
    if(ORM_COMMAND)
        set(${command_out} "${ORM_COMMAND}" PARENT_SCOPE)
        set(${depends_out} "${ORM_COMMAND}" PARENT_SCOPE)
    elseif(TARGET orm::command AND NOT CMAKE_CROSSCOMPILING)
        set(${command_out} "$<TARGET_FILE:orm::command>" PARENT_SCOPE)
        set(${depends_out} "$<TARGET_FILE:orm::command>" PARENT_SCOPE)
        get_target_property(aliased orm::command ALIASED_TARGET)
        if(aliased)
            set(${depends_out} ${aliased} PARENT_SCOPE)
        endif()
    else()
        message(FATAL_ERROR
            "orm_generate: no orm command that runs on this machine; set ORM_COMMAND to one")
    endif()
endfunction()

function(orm_generate)
    cmake_parse_arguments(PARSE_ARGV 0 arg "FACTORIES;JSON" "TARGET;OUT;UNITS;RUNTIME" "MODELS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "orm_generate: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_TARGET OR NOT arg_MODELS)
        message(FATAL_ERROR "orm_generate: TARGET and MODELS are required")
    endif()
    set(kind models)
    set(unit_dir "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}_units")
    if(arg_FACTORIES AND arg_JSON)
        message(FATAL_ERROR "orm_generate: FACTORIES and JSON exclude each other; call it twice")
    endif()
    if(arg_FACTORIES)
        set(kind factories)
        string(APPEND unit_dir "_factories")
    elseif(arg_JSON)
        set(kind json)
        string(APPEND unit_dir "_json")
    endif()
    if(NOT arg_OUT)
        set(arg_OUT "${arg_TARGET}_${kind}")
    endif()
    if(NOT arg_UNITS)
        set(arg_UNITS 16)
    endif()
    if(NOT arg_RUNTIME)
        set(arg_RUNTIME orm::orm)
    endif()

    set(models "")
    foreach(model IN LISTS arg_MODELS)
        get_filename_component(model "${model}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
        list(APPEND models "${model}")
    endforeach()
    get_filename_component(out "${arg_OUT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")

    # The units are no part of what the command owns, so they live beside its directory.
    set(units "")
    math(EXPR last "${arg_UNITS} - 1")
    foreach(i RANGE ${last})
        list(APPEND units "${unit_dir}/unit_${i}.c")
    endforeach()
    set(stamp "${unit_dir}/generated")

    # Which files there are is known from the build before this one. Declared, they make what
    # includes them compile again in the very build that changed them; in the first build nothing
    # is stale.
    set(list_file "${unit_dir}/files.txt")
    if(NOT EXISTS "${list_file}")
        file(WRITE "${list_file}" "")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list_file}")
    file(STRINGS "${list_file}" files)

    _orm_find_command(command command_depends)
    add_custom_command(
        OUTPUT "${stamp}" ${units}
        BYPRODUCTS ${files}
        COMMAND "${CMAKE_COMMAND}"
            "-DCOMMAND=${command}" "-DMODELS=${models}" "-DOUT=${out}"
            "-DUNITS=${units}" "-DSTAMP=${stamp}" "-DDEPFILE=${stamp}.d" "-DKIND=${kind}"
            -P "${_ORM_GENERATE_RUN}"
        DEPENDS ${models} ${command_depends} "${_ORM_GENERATE_RUN}"
        DEPFILE "${stamp}.d"
        COMMENT "Generating the ${kind} of ${arg_TARGET}"
        VERBATIM)

    if(NOT TARGET ${arg_TARGET})
        add_library(${arg_TARGET} STATIC)
        set_target_properties(${arg_TARGET} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
    target_sources(${arg_TARGET} PRIVATE ${units})
    set_source_files_properties(${units} PROPERTIES INCLUDE_DIRECTORIES "${out}")
    if(arg_FACTORIES)
        list(PREPEND arg_RUNTIME orm::testing)
    elseif(arg_JSON)
        list(PREPEND arg_RUNTIME orm::json)
    endif()
    get_target_property(type ${arg_TARGET} TYPE)
    if(type STREQUAL "EXECUTABLE")
        target_include_directories(${arg_TARGET} PRIVATE "${out}")
        target_link_libraries(${arg_TARGET} PRIVATE ${arg_RUNTIME})
    else()
        target_include_directories(${arg_TARGET} PUBLIC "$<BUILD_INTERFACE:${out}>")
        target_link_libraries(${arg_TARGET} PUBLIC ${arg_RUNTIME})
    endif()
endfunction()
