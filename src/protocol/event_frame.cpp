#include "protocol/event_frame.hpp"

#include <zlib.h>

#include <algorithm>

namespace bedplate::protocol {
namespace {

constexpr std::size_t kPreludeBytes = 12;  // total length, headers' length, checksum of both
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kValueBytesMax = 32767;  // a length is a signed 16-bit number

std::uint32_t checksum(std::string_view bytes) {
  return std::uint32_t(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

void put_u32(std::string& out, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (unsigned char c : bytes) value = value << 8 | c;
  return value;
}

// Bytes of an integer type's value; nothing for the others.
std::optional<std::size_t> integer_width(HeaderType type) {
  switch (type) {
    case HeaderType::kByte:
      return 1;
    case HeaderType::kShort:
      return 2;
    case HeaderType::kInteger:
      return 4;
    case HeaderType::kLong:
    case HeaderType::kTimestamp:
      return 8;
    default:
      return std::nullopt;
  }
}

std::int64_t sign_extend(std::uint64_t value, std::size_t width) {
  const int shift = int(64 - 8 * width);
  return static_cast<std::int64_t>(value << shift) >> shift;
}

void append_header(std::string& out, const FrameHeader& header) {
  if (header.name.empty() || header.name.size() > kNameBytesMax) {
    throw std::length_error("event-stream header name");
  }
  out += static_cast<char>(header.name.size());
  out += header.name;
  out += static_cast<char>(header.type);
  if (const auto width = integer_width(header.type)) {
    append_big_endian(out, static_cast<std::uint64_t>(header.number), *width);
  } else if (header.type == HeaderType::kUuid) {
    if (header.bytes.size() != kUuidBytes) throw std::length_error("event-stream UUID");
    out += header.bytes;
  } else if (header.type == HeaderType::kString || header.type == HeaderType::kBytes) {
    if (header.bytes.size() > kValueBytesMax) throw std::length_error("event-stream header value");
    append_big_endian(out, header.bytes.size(), 2);
    out += header.bytes;
  }
}

// Takes `count` bytes off the front of `rest`.
std::string_view take(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) throw FrameError("a header is cut short");
  const std::string_view taken = rest.substr(0, count);
  rest.remove_prefix(count);
  return taken;
}

FrameHeader take_header(std::string_view& rest) {
  FrameHeader header;
  const std::size_t name_size = static_cast<unsigned char>(take(rest, 1)[0]);
  if (name_size == 0) throw FrameError("a header has no name");
  header.name = take(rest, name_size);
  const auto type = static_cast<unsigned char>(take(rest, 1)[0]);
  if (type > static_cast<unsigned char>(HeaderType::kUuid)) {
    throw FrameError("a header has an unknown type");
  }
  header.type = static_cast<HeaderType>(type);
  if (const auto width = integer_width(header.type)) {
    header.number = sign_extend(read_big_endian(take(rest, *width)), *width);
  } else if (header.type == HeaderType::kUuid) {
    header.bytes = take(rest, kUuidBytes);
  } else if (header.type == HeaderType::kString || header.type == HeaderType::kBytes) {
    const std::size_t size = read_big_endian(take(rest, 2));
    if (size > kValueBytesMax) throw FrameError("a header's value is too long");
    header.bytes = take(rest, size);
  }
  return header;
}

std::vector<FrameHeader> parse_headers(std::string_view rest) {
  std::vector<FrameHeader> headers;
  while (!rest.empty()) {
    FrameHeader header = take_header(rest);
    for (const FrameHeader& known : headers) {
      if (known.name == header.name) throw FrameError("a header is repeated");
    }
    headers.push_back(std::move(header));
  }
  return headers;
}

void finish_frame(std::string& bytes, std::size_t headers_end) {
  const std::size_t headers_bytes = headers_end - kPreludeBytes;
  if (headers_bytes > kFrameHeadersBytesMax) throw std::length_error("event-stream headers");
  if (bytes.size() - headers_end > kFramePayloadBytesMax) {
    throw std::length_error("event-stream payload");
  }
  put_u32(bytes, 0, std::uint32_t(bytes.size() + kChecksumBytes));
  put_u32(bytes, 4, std::uint32_t(headers_bytes));
  put_u32(bytes, 8, checksum(std::string_view(bytes).substr(0, 8)));
  append_big_endian(bytes, checksum(bytes), kChecksumBytes);
}

}  // namespace

std::string_view Frame::text(std::string_view name) const {
  for (const FrameHeader& header : headers) {
    if (header.name == name && header.type == HeaderType::kString) return header.bytes;
  }
  return {};
}

std::string encode_frame(const Frame& frame) {
  std::string bytes(kPreludeBytes, '\0');
  for (const FrameHeader& header : frame.headers) append_header(bytes, header);
  const std::size_t headers_end = bytes.size();
  bytes += frame.payload;
  finish_frame(bytes, headers_end);
  return bytes;
}

FrameBuilder::FrameBuilder(std::size_t payload_bytes_expected) {
  constexpr std::size_t kHeadersBytesUsual = 100;
  bytes_.reserve(kFrameOverheadBytes + kHeadersBytesUsual + payload_bytes_expected);
  bytes_.resize(kPreludeBytes);
}

void FrameBuilder::add_header(std::string_view name, std::string_view value) {
  if (name.size() > kNameBytesMax || value.size() > kValueBytesMax) {
    throw std::length_error("event-stream header");
  }
  bytes_ += static_cast<char>(name.size());
  bytes_ += name;
  bytes_ += static_cast<char>(HeaderType::kString);
  append_big_endian(bytes_, value.size(), 2);
  bytes_ += value;
}

std::string& FrameBuilder::begin_payload() {
  headers_end_ = bytes_.size();
  return bytes_;
}

std::string FrameBuilder::finish() && {
  finish_frame(bytes_, headers_end_);
  return std::move(bytes_);
}

void FrameDecoder::feed(std::string_view bytes) {
  buffer_.erase(0, start_);
  start_ = 0;
  buffer_ += bytes;
}

std::optional<Frame> FrameDecoder::next() {
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  if (rest.size() < kPreludeBytes) return std::nullopt;
  const std::size_t total = read_big_endian(rest.substr(0, 4));
  const std::size_t headers_size = read_big_endian(rest.substr(4, 4));
  if (read_big_endian(rest.substr(8, 4)) != checksum(rest.substr(0, 8))) {
    throw FrameError("the prelude's checksum is wrong");
  }
  if (headers_size > kFrameHeadersBytesMax || total < kFrameOverheadBytes + headers_size ||
      total - kFrameOverheadBytes - headers_size > payload_bytes_max_) {
    throw FrameError("the prelude's lengths are out of bounds");
  }
  if (rest.size() < total) return std::nullopt;
  const std::string_view message = rest.substr(0, total - kChecksumBytes);
  if (read_big_endian(rest.substr(total - kChecksumBytes, kChecksumBytes)) != checksum(message)) {
    throw FrameError("the message's checksum is wrong");
  }
  Frame frame;
  frame.headers = parse_headers(message.substr(kPreludeBytes, headers_size));
  frame.payload = message.substr(kPreludeBytes + headers_size);
  start_ += total;
  return frame;
}

}  // namespace bedplate::protocol
