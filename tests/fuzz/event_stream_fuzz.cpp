// Event-stream frames: any bytes, in any pieces, are decoded or refused, and a decoded frame
// encodes to the bytes it came from.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/event_frame.hpp"

namespace {

using namespace bedplate::protocol;

// Decodes `bytes`, fed in pieces of `piece`, and returns what the frames encode to.
std::string decode_and_encode(std::string_view bytes, std::size_t piece) {
  FrameDecoder decoder;
  std::string encoded;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      decoder.feed(bytes.substr(at, piece));
      while (const auto frame = decoder.next()) encoded += encode_frame(*frame);
    }
  } catch (const FrameError&) {
  }
  return encoded;
}

// A frame with valid checksums, so that the header parser is reached.
std::string as_frame(std::string_view text) {
  const std::size_t middle = text.size() / 2;
  Frame frame;
  frame.headers = {{.name = "n",
                    .type = HeaderType::kBytes,
                    .bytes = std::string(text.substr(0, std::min<std::size_t>(middle, 1000)))}};
  frame.payload = text.substr(middle);
  return encode_frame(frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t piece = 1 + data[0];
  const std::string encoded = decode_and_encode(bytes, piece);
  if (!bytes.starts_with(encoded)) std::abort();
  if (encoded != decode_and_encode(bytes, bytes.size() + 1)) std::abort();

  const std::string frame = as_frame(bytes);
  if (decode_and_encode(frame, piece) != frame) std::abort();
  return 0;
}
