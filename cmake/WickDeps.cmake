# SPDX-License-Identifier: MIT
# Finds the Debian packages wick stands on. Required parts stop the configuration; optional ones
# are one line each: wick_optional(NAME package pkg-config-name "what it is for").
#
# Gives WICK_LIBRARIES and WICK_DEFINITIONS (for libwick), WICK_HAVE_<NAME>, the generated
# features table (wick_features) and wick_features_report().

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(WICK_LIBRARIES m Threads::Threads ${CMAKE_DL_LIBS})
set(WICK_LIBRARIES_PC "-lm -pthread")
set(WICK_DEFINITIONS WICK_VERSION_TEXT="${PROJECT_VERSION}")
set(WICK_FEATURE_ROWS "")
set(WICK_FEATURE_REPORT "")

function(wick_required name package module)
    pkg_check_modules(${name} IMPORTED_TARGET ${module})
    if(NOT ${name}_FOUND)
        message(FATAL_ERROR "${module} not found: install the Debian package ${package}")
    endif()
endfunction()

# name: upper-case option suffix; the feature is called by its lower-case form.
# HOST: used by the hosts only, not linked into libwick.
macro(wick_optional name package module purpose)
    set(WICK_WITH_${name} AUTO CACHE STRING "${purpose} (AUTO, ON or OFF)")
    set_property(CACHE WICK_WITH_${name} PROPERTY STRINGS AUTO ON OFF)
    set(WICK_HAVE_${name} 0)
    if(NOT WICK_WITH_${name} STREQUAL "OFF")
        pkg_check_modules(WICK_PC_${name} QUIET IMPORTED_TARGET ${module})
        if(WICK_PC_${name}_FOUND)
            set(WICK_HAVE_${name} 1)
        elseif(WICK_WITH_${name} STREQUAL "ON")
            message(FATAL_ERROR "WICK_WITH_${name}=ON but ${module} is missing: "
                                "install the Debian package ${package}")
        endif()
    endif()
    if(WICK_HAVE_${name})
        list(APPEND WICK_FEATURE_REPORT "${name}: yes - ${purpose}")
    else()
        list(APPEND WICK_FEATURE_REPORT "${name}: no (Debian package ${package}) - ${purpose}")
    endif()
    string(TOLOWER "${name}" wick_feature_name)
    list(APPEND WICK_FEATURE_ROWS "${wick_feature_name}|${package}|${WICK_HAVE_${name}}")
    if(NOT "${ARGN}" STREQUAL "HOST")
        list(APPEND WICK_DEFINITIONS WICK_HAVE_${name}=${WICK_HAVE_${name}})
        if(WICK_HAVE_${name})
            list(APPEND WICK_LIBRARIES PkgConfig::WICK_PC_${name})
            list(APPEND WICK_PC_REQUIRES ${module})
            string(APPEND WICK_CONFIG_FINDS
                "pkg_check_modules(WICK_PC_${name} REQUIRED IMPORTED_TARGET ${module})\n")
        endif()
    endif()
endmacro()

wick_required(WICK_PC_CJSON libcjson-dev libcjson)
list(APPEND WICK_LIBRARIES PkgConfig::WICK_PC_CJSON)
set(WICK_PC_REQUIRES libcjson)
set(WICK_CONFIG_FINDS "pkg_check_modules(WICK_PC_CJSON REQUIRED IMPORTED_TARGET libcjson)\n")

wick_optional(ZLIB zlib1g-dev zlib "reads and writes .gz")
wick_optional(ZSTD libzstd-dev libzstd "reads and writes .zst")
wick_optional(SQLITE libsqlite3-dev sqlite3 "studies in SQLite files")
wick_optional(LUA54 liblua5.4-dev lua5.4 "the host wick" HOST)
wick_optional(LUAJIT libluajit-5.1-dev luajit "the host wick-jit" HOST)

# XGBoost has no pkg-config file. Only its header is needed: the library is opened when the first
# tree model is fitted (src/ml/xgb.c), so nothing is linked and programs that train none start fast.
set(WICK_WITH_XGBOOST AUTO CACHE STRING "trains boosted trees and forests (AUTO, ON or OFF)")
set_property(CACHE WICK_WITH_XGBOOST PROPERTY STRINGS AUTO ON OFF)
set(WICK_HAVE_XGBOOST 0)
if(NOT WICK_WITH_XGBOOST STREQUAL "OFF")
    find_path(WICK_XGBOOST_INCLUDE xgboost/c_api.h)
    find_library(WICK_XGBOOST_LIBRARY xgboost)
    mark_as_advanced(WICK_XGBOOST_INCLUDE WICK_XGBOOST_LIBRARY)
    if(WICK_XGBOOST_INCLUDE AND WICK_XGBOOST_LIBRARY)
        set(WICK_HAVE_XGBOOST 1)
        list(APPEND WICK_LIBRARIES ${CMAKE_DL_LIBS})
        list(APPEND WICK_FEATURE_REPORT "XGBOOST: yes - trains boosted trees and forests")
    elseif(WICK_WITH_XGBOOST STREQUAL "ON")
        message(FATAL_ERROR "WICK_WITH_XGBOOST=ON but xgboost/c_api.h or libxgboost is missing: "
                            "install the Debian package libxgboost-dev")
    endif()
endif()
if(NOT WICK_HAVE_XGBOOST)
    list(APPEND WICK_FEATURE_REPORT
        "XGBOOST: no (Debian package libxgboost-dev) - trains boosted trees and forests")
endif()
list(APPEND WICK_FEATURE_ROWS "xgboost|libxgboost-dev|${WICK_HAVE_XGBOOST}")
list(APPEND WICK_DEFINITIONS WICK_HAVE_XGBOOST=${WICK_HAVE_XGBOOST})

# PostgreSQL's client library pulls in TLS, Kerberos and LDAP. Only its header is needed here: it is
# opened with the first postgresql:// URL (src/store/pg.c), so that every other program starts fast.
set(WICK_WITH_PG AUTO CACHE STRING "studies in PostgreSQL (AUTO, ON or OFF)")
set_property(CACHE WICK_WITH_PG PROPERTY STRINGS AUTO ON OFF)
set(WICK_HAVE_PG 0)
if(NOT WICK_WITH_PG STREQUAL "OFF")
    pkg_check_modules(WICK_PC_PG QUIET libpq)
    if(WICK_PC_PG_FOUND)
        set(WICK_HAVE_PG 1)
        list(APPEND WICK_LIBRARIES ${CMAKE_DL_LIBS})
        set(WICK_PG_INCLUDE ${WICK_PC_PG_INCLUDE_DIRS})
        list(APPEND WICK_FEATURE_REPORT "PG: yes - studies in PostgreSQL")
    elseif(WICK_WITH_PG STREQUAL "ON")
        message(FATAL_ERROR "WICK_WITH_PG=ON but libpq is missing: "
                            "install the Debian package libpq-dev")
    endif()
endif()
if(NOT WICK_HAVE_PG)
    list(APPEND WICK_FEATURE_REPORT "PG: no (Debian package libpq-dev) - studies in PostgreSQL")
endif()
list(APPEND WICK_FEATURE_ROWS "pg|libpq-dev|${WICK_HAVE_PG}")
list(APPEND WICK_DEFINITIONS WICK_HAVE_PG=${WICK_HAVE_PG})

# The features table, sorted by name.
list(SORT WICK_FEATURE_ROWS)
set(wick_rows "")
foreach(row IN LISTS WICK_FEATURE_ROWS)
    string(REPLACE "|" ";" cells "${row}")
    list(GET cells 0 f_name)
    list(GET cells 1 f_package)
    list(GET cells 2 f_have)
    if(f_have)
        set(f_have true)
    else()
        set(f_have false)
    endif()
    string(APPEND wick_rows "    {\"${f_name}\", \"${f_package}\", ${f_have}},\n")
endforeach()
list(LENGTH WICK_FEATURE_ROWS wick_feature_n)
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/features.c" CONTENT
"/* Generated by cmake/WickDeps.cmake. */
#include \"wick/base.h\"

static const wick_feature table[] = {
@wick_rows@    {NULL, NULL, false},
};

const wick_feature *wick_features(int64_t *n)
{
    if (n) *n = @wick_feature_n@;
    return table;
}
" @ONLY)
set(WICK_REGISTRY_SOURCES "${CMAKE_BINARY_DIR}/generated/features.c")

function(wick_features_report)
    message(STATUS "wick ${PROJECT_VERSION}, ${CMAKE_BUILD_TYPE}, ${CMAKE_C_COMPILER_ID}")
    foreach(line IN LISTS WICK_FEATURE_REPORT)
        message(STATUS "  ${line}")
    endforeach()
endfunction()
