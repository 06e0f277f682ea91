# The build step of orm_generate: runs the orm command, then spreads the generated sources over the
# translation units. Arguments: COMMAND MODELS OUT UNITS STAMP DEPFILE KIND (models, factories or json).

cmake_minimum_required(VERSION 3.25)

get_filename_component(unit_dir "${STAMP}" DIRECTORY)
file(MAKE_DIRECTORY "${OUT}" "${unit_dir}")

set(written "${DEPFILE}.in")
set(option "")
if(NOT KIND STREQUAL "models")
    set(option "--${KIND}")
endif()
execute_process(
    COMMAND "${COMMAND}" generate ${option} --out "${OUT}" --depfile "${written}" ${MODELS}
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "orm generate failed (${result})")
endif()

# The command's depfile reads "generated files: YAML files". Its left side says what belongs to this
# generation, files of models that have since gone do not; its right side is passed on.
file(READ "${written}" rule)
string(REGEX REPLACE "\\\\\n" " " rule "${rule}")
string(FIND "${rule}" ": " colon)
string(SUBSTRING "${rule}" 0 ${colon} targets)
string(SUBSTRING "${rule}" ${colon} -1 prerequisites)
string(REPLACE "$" "$$" rule_target "${STAMP}")
string(REGEX REPLACE "([ \t#])" "\\\\\\1" rule_target "${rule_target}")
file(WRITE "${DEPFILE}" "${rule_target}${prerequisites}")

separate_arguments(targets UNIX_COMMAND "${targets}")
set(sources ${targets})
list(FILTER sources INCLUDE REGEX "\\.c$")
if(NOT sources)
    message(FATAL_ERROR "orm generate named no C sources in its depfile")
endif()
list(SORT sources)
set(files ${targets})
list(SORT files)
list(JOIN files "\n" files)

# Whatever did not change keeps its time, so that nothing is compiled without need.
function(write_changed path text)
    set(old "")
    if(EXISTS "${path}")
        file(READ "${path}" old)
    endif()
    if(NOT EXISTS "${path}" OR NOT old STREQUAL text)
        file(WRITE "${path}" "${text}")
    endif()
endfunction()

write_changed("${unit_dir}/files.txt" "${files}\n")
list(LENGTH UNITS count)
foreach(i RANGE 1 ${count})
    set(unit_${i} "/* Compiles generated models; see orm_generate. */\n")
    string(APPEND unit_${i} "typedef int orm_generate_${KIND}_unit_${i};\n")
endforeach()
foreach(source IN LISTS sources)
    # By name, so that a new model does not move the others to another unit.
    get_filename_component(name "${source}" NAME)
    string(MD5 hash "${name}")
    string(SUBSTRING "${hash}" 0 6 hash)
    math(EXPR i "0x${hash} % ${count} + 1")
    string(APPEND unit_${i} "#include \"${name}\"\n")
endforeach()

set(i 1)
foreach(unit IN LISTS UNITS)
    write_changed("${unit}" "${unit_${i}}")
    math(EXPR i "${i} + 1")
endforeach()
file(TOUCH "${STAMP}")
