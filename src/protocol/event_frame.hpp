// Frames of application/vnd.amazon.eventstream: a prelude with its checksum, typed headers, a
// payload and a checksum over all. Source: AWS's "Event stream encoding" specification.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::protocol {

inline constexpr std::size_t kFrameOverheadBytes = 16;  ///< prelude 12, closing checksum 4
inline constexpr std::size_t kFrameHeadersBytesMax = 128 * 1024;
inline constexpr std::size_t kFramePayloadBytesMax = 24 * 1024 * 1024;

enum class HeaderType : std::uint8_t {
  kTrue = 0,
  kFalse = 1,
  kByte = 2,
  kShort = 3,
  kInteger = 4,
  kLong = 5,
  kBytes = 6,
  kString = 7,
  kTimestamp = 8,  ///< milliseconds since 1970
  kUuid = 9,
};

struct FrameHeader {
  std::string name;
  HeaderType type = HeaderType::kString;
  std::int64_t number = 0;  ///< of the integer types and the timestamp
  std::string bytes;        ///< of a string, byte array or UUID (16 bytes)
};

struct Frame {
  std::vector<FrameHeader> headers;
  std::string payload;

  /// A string header's text; empty when absent or of another type.
  std::string_view text(std::string_view name) const;
};

/// Encodes a frame. Throws std::length_error beyond the limits above, and for a header's name
/// that is empty or longer than 255 bytes.
std::string encode_frame(const Frame& frame);

/// Builds a frame of string headers in place, without copies: what a stream of events is made of.
class FrameBuilder {
 public:
  explicit FrameBuilder(std::size_t payload_bytes_expected);
  /// Names and values are constants of ours: short.
  void add_header(std::string_view name, std::string_view value);
  /// Ends the headers; the payload is what the caller appends to this text.
  std::string& begin_payload();
  /// Fills in lengths and checksums. Throws std::length_error when the payload is too long.
  std::string finish() &&;

 private:
  std::string bytes_;
  std::size_t headers_end_ = 0;
};

/// What arrived is not an event stream.
class FrameError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes frames out of a stream of bytes that arrives in any pieces.
class FrameDecoder {
 public:
  /// A frame with a longer payload is refused as soon as its length is known.
  explicit FrameDecoder(std::size_t payload_bytes_max = kFramePayloadBytesMax)
      : payload_bytes_max_(payload_bytes_max) {}

  void feed(std::string_view bytes);
  /// The next whole frame, nothing until more bytes come. Throws FrameError on a wrong checksum,
  /// a length beyond the limits or a malformed header; the decoder is of no use after that.
  std::optional<Frame> next();
  /// True between frames: a stream that ends elsewhere was cut.
  bool at_boundary() const { return buffer_.size() == start_; }

 private:
  const std::size_t payload_bytes_max_;
  std::string buffer_;
  std::size_t start_ = 0;  ///< of the bytes not yet taken
};

}  // namespace bedplate::protocol
