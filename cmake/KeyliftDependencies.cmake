# Every library that keylift links, as an imported or built target. What each is
# for, its licence and its version stand in docs/dependencies.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# keylift_find_library(target pkg-config-name library-file-stem)
function(keylift_find_library target module stem)
  pkg_check_modules(${target} REQUIRED ${module})
  add_library(keylift_${target} INTERFACE)
  target_include_directories(keylift_${target} SYSTEM INTERFACE ${${target}_INCLUDE_DIRS})
  set(static "")
  if(KEYLIFT_STATIC_DEPS)
    find_library(${target}_STATIC lib${stem}.a HINTS ${${target}_LIBRARY_DIRS} ${${target}_LIBDIR})
    set(static "${${target}_STATIC}")
  endif()
  if(static)
    target_link_libraries(keylift_${target} INTERFACE "${static}")
  else()
    target_link_libraries(keylift_${target} INTERFACE ${${target}_LINK_LIBRARIES})
  endif()
endfunction()

keylift_find_library(pcre2 libpcre2-8 pcre2-8)
keylift_find_library(cjson libcjson cjson)
keylift_find_library(md libmd md)
keylift_find_library(zlib zlib z)

# The network module alone links these. Debian's static libcurl would need a dozen other
# libraries: static is only the small one of scripts/wheel-libraries.
if(KEYLIFT_NETWORK)
  pkg_check_modules(curl REQUIRED "libcurl>=7.85")
  pkg_check_modules(openssl REQUIRED "openssl>=3.0")
  add_library(keylift_curl INTERFACE)
  target_include_directories(keylift_curl SYSTEM INTERFACE ${curl_INCLUDE_DIRS} ${openssl_INCLUDE_DIRS})
  if(KEYLIFT_STATIC_NETWORK)
    foreach(name curl ssl crypto) # in the order in which they need each other
      find_library(NETWORK_${name} lib${name}.a HINTS ${curl_STATIC_LIBRARY_DIRS} ${openssl_STATIC_LIBRARY_DIRS})
      if(NOT NETWORK_${name})
        message(FATAL_ERROR "KEYLIFT_STATIC_NETWORK needs lib${name}.a; scripts/wheel-libraries makes it")
      endif()
      target_link_libraries(keylift_curl INTERFACE "${NETWORK_${name}}")
    endforeach()
    target_link_libraries(keylift_curl INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
    target_link_options(keylift_curl INTERFACE ${curl_STATIC_LDFLAGS_OTHER})
  else()
    target_link_libraries(keylift_curl INTERFACE ${curl_LINK_LIBRARIES} ${openssl_LINK_LIBRARIES})
  endif()
endif()

# Grammar sources: from the folders that a distributor names, else from those that
# a source archive carries (see python/keylift_build.py), else from the npm lockfile
# (sha512 of each package).
set(TREE_SITTER_CORE_DIR "" CACHE PATH "tree-sitter's lib folder (with include/ and src/lib.c)")
set(TREE_SITTER_PYTHON_DIR "" CACHE PATH "tree-sitter-python (with src/parser.c)")
set(TREE_SITTER_TOML_DIR "" CACHE PATH "tree-sitter-toml (with src/parser.c)")

# A source archive carries them; those that are named with KEYLIFT_GRAMMARS go before.
if(NOT KEYLIFT_GRAMMARS AND EXISTS "${CMAKE_SOURCE_DIR}/grammars/node_modules")
  set(modules "${CMAKE_SOURCE_DIR}/grammars/node_modules")
elseif(NOT TREE_SITTER_CORE_DIR OR NOT TREE_SITTER_PYTHON_DIR OR NOT TREE_SITTER_TOML_DIR)
  set(KEYLIFT_GRAMMARS "${CMAKE_BINARY_DIR}/grammars" CACHE PATH "Where npm unpacks the grammar sources")
  set(grammars "${KEYLIFT_GRAMMARS}")
  file(SHA256 "${CMAKE_SOURCE_DIR}/package-lock.json" lock_hash)
  set(stamp "${grammars}/${lock_hash}.stamp")
  if(NOT EXISTS "${stamp}")
    unset(NPM CACHE) # a build in a throw-away environment may have left the path of its own
    find_program(NPM npm)
    if(NOT NPM)
      message(FATAL_ERROR "npm is needed to fetch the grammar sources; install it, or name them with "
                          "-DTREE_SITTER_CORE_DIR, -DTREE_SITTER_PYTHON_DIR and -DTREE_SITTER_TOML_DIR")
    endif()
    file(MAKE_DIRECTORY "${grammars}")
    foreach(file package.json package-lock.json .npmrc)
      file(COPY_FILE "${CMAKE_SOURCE_DIR}/${file}" "${grammars}/${file}")
    endforeach()
    # Its cache and logs, too, stay inside the build, unless the caller has a place for them.
    if(NOT DEFINED ENV{npm_config_cache})
      set(cache --cache "${grammars}/cache")
    endif()
    execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
                            --no-update-notifier ${cache}
                    WORKING_DIRECTORY "${grammars}" RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "npm ci could not fetch the grammar sources named in package-lock.json")
    endif()
    file(TOUCH "${stamp}")
  endif()
  set(modules "${grammars}/node_modules")
endif()

function(keylift_source_dir variable default)
  if(${variable})
    set(${variable}_RESOLVED "${${variable}}" PARENT_SCOPE)
  else()
    set(${variable}_RESOLVED "${default}" PARENT_SCOPE)
  endif()
endfunction()
keylift_source_dir(TREE_SITTER_CORE_DIR "${modules}/tree-sitter/vendor/tree-sitter/lib")
keylift_source_dir(TREE_SITTER_PYTHON_DIR "${modules}/tree-sitter-python")
keylift_source_dir(TREE_SITTER_TOML_DIR "${modules}/@tree-sitter-grammars/tree-sitter-toml")

add_library(tree_sitter STATIC "${TREE_SITTER_CORE_DIR_RESOLVED}/src/lib.c")
target_include_directories(tree_sitter SYSTEM PUBLIC "${TREE_SITTER_CORE_DIR_RESOLVED}/include"
                           PRIVATE "${TREE_SITTER_CORE_DIR_RESOLVED}/src")
target_compile_definitions(tree_sitter PRIVATE _GNU_SOURCE)
target_compile_options(tree_sitter PRIVATE -w)

foreach(language python toml)
  string(TOUPPER ${language} upper)
  set(dir "${TREE_SITTER_${upper}_DIR_RESOLVED}")
  add_library(tree_sitter_${language} STATIC "${dir}/src/parser.c" "${dir}/src/scanner.c")
  target_include_directories(tree_sitter_${language} PRIVATE "${dir}/src")
  target_compile_options(tree_sitter_${language} PRIVATE -w)
  target_link_libraries(tree_sitter_${language} PUBLIC tree_sitter)
endforeach()
