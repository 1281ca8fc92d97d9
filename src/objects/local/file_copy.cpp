#include "objects/local/file_copy.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "objects/local/disk.hpp"

namespace bedplate::objects {
namespace {

constexpr std::size_t kPieceBytes = 512 * 1024;

/// 0 when the kernel cannot do it for these files.
std::size_t copy_in_kernel(int file, std::uint64_t offset, int target, std::size_t bytes) {
  auto from = static_cast<off_t>(offset);
  for (;;) {
    const ssize_t copied = ::copy_file_range(file, &from, target, nullptr, bytes, 0);
    if (copied >= 0) return static_cast<std::size_t>(copied);
    if (errno == EINTR) continue;
    if (errno == ENOSPC || errno == EDQUOT || errno == EIO) {
      throw_disk_error(errno, "copying an object");
    }
    return 0;
  }
}

}  // namespace

std::uint64_t copy_some_blocking(int file, Span& span, StagedFile& target, Digests* digests,
                                 std::uint64_t bytes_max) {
  std::uint64_t copied = 0;
  while (span.bytes > 0 && copied < bytes_max) {
    const std::uint64_t wanted = std::min(span.bytes, bytes_max - copied);
    std::size_t got = 0;
    if (digests == nullptr) {
      got = copy_in_kernel(file, span.offset, target.descriptor(), wanted);
    }
    if (got == 0) {
      const std::string piece =
          read_at_blocking(file, span.offset, std::min<std::uint64_t>(wanted, kPieceBytes));
      if (piece.empty()) throw objects_error(ErrorKind::kInternalError);
      if (digests != nullptr) digests->update(piece);
      target.append_blocking(piece);
      got = piece.size();
    }
    span.offset += got;
    span.bytes -= got;
    copied += got;
  }
  return copied;
}

}  // namespace bedplate::objects
