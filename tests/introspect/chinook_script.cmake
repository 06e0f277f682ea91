# Chinook's tables and rows as one script.
execute_process(COMMAND "${ORM}" schema --dialect "${DIALECT}" "${MODELS}"
    OUTPUT_VARIABLE tables COMMAND_ERROR_IS_FATAL ANY)
file(READ "${DATA}" rows)
file(WRITE "${OUT}" "-- database: ${DIALECT}\n" "${tables}" "${rows}")
