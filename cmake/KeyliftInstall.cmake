# What `cmake --install` puts where distributions look for it. One component,
# so that the Python wheel takes this and nothing else.
install(TARGETS keylift RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT keylift)
if(KEYLIFT_NETWORK)
  install(TARGETS keylift-net LIBRARY DESTINATION "${KEYLIFT_MODULE_DIR}" COMPONENT keylift)
endif()
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
