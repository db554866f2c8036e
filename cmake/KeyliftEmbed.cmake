# keylift_embed(TARGET NAME FILE): compiles a file of text into TARGET as `const char NAME[]` and
# `const size_t NAME_len` (without the NUL that follows the text).
#
# Run as a script (-DNAME= -DFILE= -DOUT=) it writes the C file.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${FILE}" bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  file(WRITE "${OUT}"
       "#include <stddef.h>\nextern const char ${NAME}[];\nextern const size_t ${NAME}_len;\n"
       "const char ${NAME}[] = {\n${bytes}0};\nconst size_t ${NAME}_len = sizeof ${NAME} - 1;\n")
  return()
endif()

set(KEYLIFT_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")
function(keylift_embed target name file)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${name}.c")
  add_custom_command(OUTPUT "${out}" DEPENDS "${file}" "${KEYLIFT_EMBED_SCRIPT}" VERBATIM
                     COMMAND "${CMAKE_COMMAND}" "-DNAME=${name}" "-DFILE=${file}" "-DOUT=${out}"
                             -P "${KEYLIFT_EMBED_SCRIPT}")
  target_sources(${target} PRIVATE "${out}")
endfunction()
