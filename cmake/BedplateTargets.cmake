# One library per folder under src/, with the unit tests that stand beside its sources.

# bedplate_library(NAME [DEPS target...] [PRECOMPILED header])
#   Makes bedplate_NAME from every .cpp below the current folder except *_test.cpp, and
#   bedplate_NAME_test from those. With PRECOMPILED its sources have a header of their own instead
#   of the common one, which it includes: for a folder of many small files over the same headers.
function(bedplate_library name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  if(NOT sources)
    add_library(bedplate_${name} INTERFACE)
    target_link_libraries(bedplate_${name} INTERFACE ${ARG_DEPS})
    return()
  endif()
  add_library(bedplate_${name} STATIC ${sources})
  target_include_directories(bedplate_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(bedplate_${name} PUBLIC ${ARG_DEPS})
  if(ARG_PRECOMPILED)
    target_link_libraries(bedplate_${name} PUBLIC bedplate_settings)
    target_precompile_headers(bedplate_${name} PRIVATE
                              ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_PRECOMPILED})
  else()
    bedplate_use_precompiled_header(bedplate_${name})
  endif()

  if(BEDPLATE_TESTS AND tests)
    add_executable(bedplate_${name}_test ${tests})
    target_link_libraries(bedplate_${name}_test PRIVATE bedplate_${name} bedplate_test_settings)
    target_precompile_headers(bedplate_${name}_test REUSE_FROM bedplate_test_pch)
    add_test(NAME ${name} COMMAND bedplate_${name}_test)
    set_tests_properties(${name} PROPERTIES
      ENVIRONMENT "BEDPLATE_SOURCE_DIR=${CMAKE_SOURCE_DIR};BEDPLATE_BINARY_DIR=${CMAKE_BINARY_DIR}"
      TIMEOUT 120)
  endif()
endfunction()

# Every target but the tests shares the one precompiled header that bedplate_pch builds.
function(bedplate_use_precompiled_header target)
  target_link_libraries(${target} PUBLIC bedplate_settings)
  target_precompile_headers(${target} REUSE_FROM bedplate_pch)
endfunction()

# bedplate_embed(TARGET NAMESPACE FUNCTION FILE)
#   Puts FILE into the binary; `std::string_view NAMESPACE::FUNCTION()` returns it.
function(bedplate_embed target namespace function file)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embed_${function}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include <string_view>

asm(R"(
  .section .rodata
  .global bedplate_embedded_@function@
  .global bedplate_embedded_@function@_end
bedplate_embedded_@function@:
  .incbin "@file@"
bedplate_embedded_@function@_end:
  .byte 0
  .previous
)");

extern "C" const char bedplate_embedded_@function@[];
extern "C" const char bedplate_embedded_@function@_end[];

namespace @namespace@ {

std::string_view @function@() {
  return {bedplate_embedded_@function@, static_cast<std::size_t>(bedplate_embedded_@function@_end -
                                                                 bedplate_embedded_@function@)};
}

}  // namespace @namespace@
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file}
                                                   SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE ${source})
endfunction()
