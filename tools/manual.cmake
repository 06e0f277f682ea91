# Writes the manual pages, the completions and the schemas of the orm command; run with -DORM=... -DOUT=...

function(print file)
    execute_process(COMMAND "${ORM}" ${ARGN} OUTPUT_FILE "${OUT}/${file}"
        COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(MAKE_DIRECTORY "${OUT}/man" "${OUT}/schemas" "${OUT}/bash" "${OUT}/zsh" "${OUT}/fish")
print(man/orm.1 man)
# The overview refers to the page of every command.
file(STRINGS "${OUT}/man/orm.1" references REGEX "^orm\\\\-[a-z0-9-]+\\(1\\)")
foreach(reference IN LISTS references)
    string(REGEX REPLACE "^orm\\\\-([a-z0-9-]+)\\(1\\).*" "\\1" name "${reference}")
    print(man/orm-${name}.1 man ${name})
endforeach()
print(bash/orm completion bash)
print(zsh/_orm completion zsh)
print(fish/orm.fish completion fish)
print(schemas/models.schema.json json-schema)
