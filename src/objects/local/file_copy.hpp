// Bytes of one file on their way to the end of another, some at a time.
#pragma once

#include <cstdint>

#include "objects/checksums.hpp"
#include "objects/local/folders.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {

/// What one crossing to the pool copies at most: a thread is nobody's for long.
inline constexpr std::uint64_t kCopyStepBytes = 64 << 20;

/// Appends at most `bytes_max` of what is left of `span` in `file` to `target`, and shortens the
/// span by them. They pass `digests` when there are any; else they never leave the kernel. Throws
/// kInternalError when the file is shorter than the span: somebody has cut it off.
/// Returns how many bytes that were.
std::uint64_t copy_some_blocking(int file, Span& span, StagedFile& target, Digests* digests,
                                 std::uint64_t bytes_max);

}  // namespace bedplate::objects
