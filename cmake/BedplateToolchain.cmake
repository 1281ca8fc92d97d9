# Compiler cache, fast linker, warnings and sanitizers for every target.

find_program(CCACHE ccache)
if(CCACHE)
  # Without these, nothing that uses the precompiled header is cached, nor shared between clones, and
  # the header's 170 MB are hashed anew for each file.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_INODECACHE=true
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside inlined standard-library and coroutine code.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-restrict
                      -Wno-array-bounds -Wno-mismatched-new-delete -Wno-free-nonheap-object)
  # ccache can then hash a precompiled header by its content.
  add_compile_options(-fpch-preprocess)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-g1 -Og)
endif()

if(BEDPLATE_SANITIZE)
  add_compile_options(-fsanitize=${BEDPLATE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${BEDPLATE_SANITIZE})
  if(BEDPLATE_SANITIZE MATCHES "undefined")
    # Left out: what AddressSanitizer or the processor reports as well (null, object sizes), or does
    # not mind (alignment). They made up a third of the time to compile.
    add_compile_options(
      -fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute,object-size,alignment,vptr
      -fno-sanitize-recover=undefined)
  endif()
  if(BEDPLATE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)
  endif()
endif()

# Boost.Asio: no deprecated interfaces; one executor type throughout (see async/task.hpp); its own
# functions are compiled once (src/asio.cpp).
# A request is a handful of nested coroutines: keep their frames for the next one.
add_compile_definitions(BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
                        BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_DISABLE_BOOST_REGEX
                        BOOST_ALLOW_DEPRECATED_HEADERS)
