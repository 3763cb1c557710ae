# SPDX-License-Identifier: MIT
# install(), the pkg-config file and the CMake package.
include(CMakePackageConfigHelpers)

install(TARGETS wick_static wick_shared EXPORT wickTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(WICK_HOSTS)
    install(TARGETS ${WICK_HOSTS} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
foreach(dir IN ITEMS lua strategies pipelines configs)
    if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/${dir}")
        install(DIRECTORY ${dir} DESTINATION ${CMAKE_INSTALL_DATADIR}/wick)
    endif()
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

list(JOIN WICK_PC_REQUIRES " " WICK_PC_REQUIRES_TEXT)
# Below the prefix when that is where they are, so that --define-variable=prefix moves them.
foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
        set(WICK_PC_${dir} "${CMAKE_INSTALL_${dir}}")
    else()
        set(WICK_PC_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
    endif()
endforeach()
# Found from where the file lies, so that an installation may be moved or staged with --prefix.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(WICK_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH WICK_PC_UP "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" WICK_PC_UP "${WICK_PC_UP}")
    set(WICK_PC_PREFIX "\${pcfiledir}/${WICK_PC_UP}")
endif()
configure_file(cmake/wick.pc.in wick.pc @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/wick.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(WICK_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/wick)
configure_package_config_file(cmake/wickConfig.cmake.in wickConfig.cmake
    INSTALL_DESTINATION ${WICK_CMAKE_DIR})
write_basic_package_version_file(wickConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT wickTargets NAMESPACE wick:: DESTINATION ${WICK_CMAKE_DIR})
install(FILES "${CMAKE_BINARY_DIR}/wickConfig.cmake" "${CMAKE_BINARY_DIR}/wickConfigVersion.cmake"
    DESTINATION ${WICK_CMAKE_DIR})
