# What `cmake --install` puts where distributions look for it. One component,
# so that the Python wheel takes this and nothing else.
install(TARGETS keylift RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT keylift)

# keylift_install_if(source destination name): parts land apart; what is there is installed.
function(keylift_install_if source destination name)
  if(EXISTS "${CMAKE_SOURCE_DIR}/${source}")
    install(FILES "${CMAKE_SOURCE_DIR}/${source}" DESTINATION "${destination}" RENAME "${name}" COMPONENT keylift)
  endif()
endfunction()
keylift_install_if(cli/man/keylift.1 "${CMAKE_INSTALL_MANDIR}/man1" keylift.1)
keylift_install_if(cli/completions/keylift.bash "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" keylift)
keylift_install_if(cli/completions/_keylift "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" _keylift)
keylift_install_if(cli/completions/keylift.fish "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" keylift.fish)
keylift_install_if(LICENSE "${CMAKE_INSTALL_DOCDIR}" LICENSE)
