// What a reading child may answer, for it may be in the hands of who wrote the document: frames
// come out the same however the bytes were cut, within the bound, and reports of failures are read
// or replaced.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "documents/reading_task.hpp"

namespace {

using namespace bedplate::documents;

constexpr std::size_t kBytesMax = 8 * 1024;

/// All frames, encoded again; "too large" instead of what follows the bound.
std::string frames_of(std::string_view bytes, std::size_t step) {
  FrameReader reader(kBytesMax);
  std::string seen;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, step));
    bytes.remove_prefix(piece.size());
    try {
      reader.feed(piece);
    } catch (const DocumentError& error) {
      if (error.fault != DocumentFault::kTooLarge) std::abort();
      return "too large";
    }
    while (const auto frame = reader.next()) {
      seen += encode_frame(frame->kind, frame->payload);
      if (frame->kind == FrameKind::kFailure) failure_text(parse_failure(frame->payload));
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = frames_of(bytes, size + 1);
  if (whole != frames_of(bytes, 1) || whole != frames_of(bytes, 7)) std::abort();
  if (whole != "too large" && !bytes.starts_with(whole)) std::abort();
  try {
    const ReadingTask task = from_argument(bytes);
    if (to_argument(from_argument(to_argument(task))) != to_argument(task)) std::abort();
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
