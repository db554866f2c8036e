# Where an installation has its parts, and how the program finds its module from where it
# lies itself: KEYLIFT_MODULE_FROM_BIN.
if(SKBUILD) # the folders of a wheel: the first becomes the bin of an environment, the second its root
  set(CMAKE_INSTALL_BINDIR "${SKBUILD_SCRIPTS_DIR}")
  set(CMAKE_INSTALL_DATADIR "${SKBUILD_DATA_DIR}/share")
  set(CMAKE_INSTALL_MANDIR "${SKBUILD_DATA_DIR}/share/man")
  set(KEYLIFT_MODULE_DIR "${SKBUILD_DATA_DIR}/lib/keylift")
  set(KEYLIFT_MODULE_FROM_BIN "../lib/keylift")
else()
  set(KEYLIFT_MODULE_DIR "${CMAKE_INSTALL_LIBDIR}/keylift")
  file(RELATIVE_PATH KEYLIFT_MODULE_FROM_BIN "${CMAKE_INSTALL_FULL_BINDIR}"
       "${CMAKE_INSTALL_FULL_LIBDIR}/keylift")
endif()
