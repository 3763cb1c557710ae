# SPDX-License-Identifier: MIT
# The executables: one binding source compiled once per VM. The two VM libraries export the same
# symbols and cannot live in one process, hence two programs.

set(WICK_HOSTS "")
if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/src/cli/main.c")
    file(GLOB WICK_HOST_SOURCES CONFIGURE_DEPENDS src/lua/*.c src/cli/*.c)
    wick_embed(WICK_EMBEDDED)
    # One object for both hosts: the text is the same.
    add_library(wick_embedded OBJECT "${WICK_EMBEDDED}")
    target_include_directories(wick_embedded PRIVATE src)

    # <target>_code: the same files as bytecode of the host's VM; without any where the build cannot
    # run what it makes.
    function(wick_bytecode target vm)
        set(out "${CMAKE_BINARY_DIR}/generated/${target}_code.c")
        if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
            file(CONFIGURE OUTPUT "${out}" @ONLY CONTENT "#include \"lua/embed.h\"
const wk_embedded wk_embedded_code[] = {{NULL, NULL, 0}};
")
        else()
            add_executable(${target}_compile cmake/compile_lua.c $<TARGET_OBJECTS:wick_embedded>)
            target_include_directories(${target}_compile PRIVATE src)
            target_link_libraries(${target}_compile PRIVATE wick_build_flags ${vm})
            target_link_options(${target}_compile PRIVATE ${WICK_LINK_OPTIONS})
            set_target_properties(${target}_compile PROPERTIES
                RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/generated")
            add_custom_command(OUTPUT "${out}" COMMAND ${target}_compile "${out}"
                DEPENDS ${target}_compile COMMENT "Compiling lua/ for ${target}" VERBATIM)
        endif()
        add_library(${target}_code OBJECT "${out}")
        target_include_directories(${target}_code PRIVATE src)
    endfunction()

    function(wick_host target vm luajit)
        wick_bytecode(${target} ${vm})
        add_executable(${target} ${WICK_HOST_SOURCES} $<TARGET_OBJECTS:wick_embedded>
            $<TARGET_OBJECTS:${target}_code>)
        target_include_directories(${target} PRIVATE src)
        target_compile_definitions(${target} PRIVATE WICK_LUAJIT=${luajit}
            WICK_SHARE_DIR="${CMAKE_INSTALL_FULL_DATADIR}/wick")
        target_link_libraries(${target} PRIVATE wick_build_flags ${vm})
        target_link_options(${target} PRIVATE ${WICK_LINK_OPTIONS})
        set(WICK_HOSTS ${WICK_HOSTS} ${target} PARENT_SCOPE)
    endfunction()

    if(WICK_HAVE_LUA54)
        wick_host(wick PkgConfig::WICK_PC_LUA54 0)
        target_link_libraries(wick PRIVATE wick_static)
    endif()
    if(WICK_HAVE_LUAJIT)
        wick_host(wick-jit PkgConfig::WICK_PC_LUAJIT 1)
        # ffi.C finds the leaf functions in the program itself, so all of them must be in it and
        # in its dynamic symbol table.
        set_target_properties(wick-jit PROPERTIES ENABLE_EXPORTS ON)
        target_link_libraries(wick-jit PRIVATE
            -Wl,--whole-archive wick_static -Wl,--no-whole-archive)
    endif()
endif()

# What scripts/demo builds: the programs and nothing else.
add_custom_target(hosts DEPENDS ${WICK_HOSTS})
