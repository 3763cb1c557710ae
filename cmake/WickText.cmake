# Text files that become part of the library: an array of lines, NULL behind the last.
function(wick_text_source name file out_var)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    file(READ "${CMAKE_CURRENT_SOURCE_DIR}/${file}" text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REGEX REPLACE "\n$" "" text "${text}")
    string(REPLACE "\n" "\\n\",\n    \"" text "${text}")
    set(out "${CMAKE_BINARY_DIR}/generated/text_${name}.c")
    file(WRITE "${out}.new" "/* Made from ${file}. */
#include <stddef.h>
extern const char *const wk_text_${name}[];
const char *const wk_text_${name}[] = {
    \"${text}\\n\",
    NULL};
")
    configure_file("${out}.new" "${out}" COPYONLY)
    set(${out_var} "${out}" PARENT_SCOPE)
endfunction()
