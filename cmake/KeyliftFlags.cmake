# keylift_flags: an interface target that every target of ours links to.
include(CheckCCompilerFlag)
include(CheckIPOSupported)

add_library(keylift_flags INTERFACE)
target_include_directories(keylift_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(keylift_flags INTERFACE _GNU_SOURCE KEYLIFT_VERSION="${PROJECT_VERSION}")
target_compile_options(keylift_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
  -Wformat=2 -Wundef -fno-common)
if(KEYLIFT_WERROR)
  target_compile_options(keylift_flags INTERFACE -Werror)
endif()

# Hardening is for every target, also for the grammars: they parse what others wrote.
add_compile_options(-fstack-protector-strong)
check_c_compiler_flag(-fstack-clash-protection KEYLIFT_HAS_STACK_CLASH)
if(KEYLIFT_HAS_STACK_CLASH)
  add_compile_options(-fstack-clash-protection)
endif()

if(KEYLIFT_SANITIZE) # their reports name lines, not variables
  add_compile_options(-fsanitize=${KEYLIFT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${KEYLIFT_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

if(KEYLIFT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_link_options(-pie)
if(NOT APPLE)
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
endif()

if(KEYLIFT_LTO AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT KEYLIFT_SANITIZE)
  check_ipo_supported(RESULT KEYLIFT_HAS_LTO OUTPUT KEYLIFT_LTO_WHY LANGUAGES C)
  if(KEYLIFT_HAS_LTO)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endif()
