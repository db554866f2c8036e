# What `cmake --install` puts where distributions look for it. One component,
# so that the Python wheel takes this and nothing else.
if(SKBUILD) # the folders of a wheel: the first becomes the bin of an environment, the second its root
  set(CMAKE_INSTALL_BINDIR "${SKBUILD_SCRIPTS_DIR}")
  set(CMAKE_INSTALL_DATADIR "${SKBUILD_DATA_DIR}/share")
  set(CMAKE_INSTALL_MANDIR "${SKBUILD_DATA_DIR}/share/man")
endif()
install(TARGETS keylift RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT keylift)
install(FILES cli/man/keylift.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT keylift)
install(FILES cli/completions/keylift.bash DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
        RENAME keylift COMPONENT keylift)
install(FILES cli/completions/_keylift DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" COMPONENT keylift)
install(FILES cli/completions/keylift.fish DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d"
        COMPONENT keylift)
if(NOT SKBUILD) # a wheel keeps its licences in its metadata
  install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT keylift)
  install(DIRECTORY licenses DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT keylift)
endif()
