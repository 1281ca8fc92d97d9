#include "protocol/event_frame.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/bytes.hpp"

namespace bedplate::protocol {
namespace {

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

Frame decode(const std::string& bytes) {
  FrameDecoder decoder;
  decoder.feed(bytes);
  std::optional<Frame> frame = decoder.next();
  if (!frame || !decoder.at_boundary()) throw FrameError("not exactly one frame");
  return *std::move(frame);
}

// A header of every type.
Frame full_frame() {
  Frame frame;
  frame.headers = {{.name = "true", .type = HeaderType::kTrue},
                   {.name = "false", .type = HeaderType::kFalse},
                   {.name = "byte", .type = HeaderType::kByte, .number = -49},
                   {.name = "short", .type = HeaderType::kShort, .number = -16962},
                   {.name = "int", .type = HeaderType::kInteger, .number = -559038737},
                   {.name = "long", .type = HeaderType::kLong, .number = INT64_MIN},
                   {.name = "bytes", .type = HeaderType::kBytes, .bytes = std::string("\0\xff", 2)},
                   {.name = "string", .type = HeaderType::kString, .bytes = "caf\xc3\xa9"},
                   {.name = "time", .type = HeaderType::kTimestamp, .number = 8675309},
                   {.name = "uuid", .type = HeaderType::kUuid, .bytes = "0123456789abcdef"}};
  frame.payload = "{'foo':'bar'}";
  return frame;
}

// The frames that the SDKs' own tests agree on; tests/protocol checks ours against botocore too.
TEST(EventFrame, EncodesTheKnownVectors) {
  EXPECT_EQ(hex_encode(encode_frame({})), "000000100000000005c248eb7d98c8ff");
  EXPECT_EQ(hex_encode(encode_frame({.payload = "{'foo':'bar'}"})),
            "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
  Frame typed{.payload = "{'foo':'bar'}"};
  typed.headers = {{.name = "content-type", .bytes = "application/json"}};
  EXPECT_EQ(hex_encode(encode_frame(typed)),
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f"
            "6e7b27666f6f273a27626172277d8d9c08b1");
}

TEST(EventFrame, DecodesWhatItEncodes) {
  const Frame frame = decode(encode_frame(full_frame()));
  ASSERT_EQ(frame.headers.size(), 10u);
  for (std::size_t i = 0; i < frame.headers.size(); ++i) {
    const FrameHeader wanted = full_frame().headers[i];
    EXPECT_EQ(frame.headers[i].name, wanted.name);
    EXPECT_EQ(frame.headers[i].type, wanted.type) << wanted.name;
    EXPECT_EQ(frame.headers[i].number, wanted.number) << wanted.name;
    EXPECT_EQ(frame.headers[i].bytes, wanted.bytes) << wanted.name;
  }
  EXPECT_EQ(frame.payload, "{'foo':'bar'}");
  EXPECT_EQ(frame.text("string"), "caf\xc3\xa9");
  EXPECT_EQ(frame.text("byte"), "");
}

TEST(EventFrame, TheBuilderAndTheEncoderAgree) {
  FrameBuilder builder(0);
  builder.add_header(":event-type", "chunk");
  builder.begin_payload() += "{}";
  Frame frame{.payload = "{}"};
  frame.headers = {{.name = ":event-type", .bytes = "chunk"}};
  EXPECT_EQ(hex_encode(std::move(builder).finish()), hex_encode(encode_frame(frame)));
}

TEST(FrameDecoder, TakesFramesFromAnyPieces) {
  const std::string stream =
      encode_frame(full_frame()) + encode_frame({}) + encode_frame({.payload = "x"});
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameDecoder decoder;
    std::vector<std::string> payloads;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      decoder.feed(std::string_view(stream).substr(at, piece));
      while (const auto frame = decoder.next()) payloads.push_back(frame->payload);
    }
    EXPECT_EQ(payloads, (std::vector<std::string>{"{'foo':'bar'}", "", "x"})) << piece;
    EXPECT_TRUE(decoder.at_boundary());
  }
}

TEST(FrameDecoder, KnowsThatAStreamWasCut) {
  const std::string bytes = encode_frame(full_frame());
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    FrameDecoder decoder;
    decoder.feed(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(decoder.next()) << size;
    EXPECT_FALSE(decoder.at_boundary()) << size;
  }
}

TEST(FrameDecoder, RefusesEveryFlippedBit) {
  const std::string bytes = encode_frame(full_frame());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string broken = bytes;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    FrameDecoder decoder;
    decoder.feed(broken);
    EXPECT_THROW(decoder.next(), FrameError) << bit;
  }
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string with_checksum(std::string bytes) {
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), uInt(bytes.size()));
  return bytes + big_endian(std::uint32_t(sum));
}

// A frame whose checksums are right, whatever its headers are.
std::string sealed(const std::string& headers) {
  const auto size = std::uint32_t(headers.size());
  return with_checksum(with_checksum(big_endian(16 + size) + big_endian(size)) + headers);
}

TEST(FrameDecoder, RefusesMalformedHeaders) {
  const std::string good = unhex("0161070001") + "x";
  EXPECT_EQ(decode(sealed(good)).text("a"), "x");
  for (const char* headers : {
           "00070001ff",            // no name
           "0161",                  // no type
           "01610a",                // an unknown type
           "016104000000",          // three bytes of an integer
           "016107",                // no length
           "016107000278",          // one byte of two
           "0161078000",            // a negative length
           "05616263",              // half a name
           "0161090102",            // two bytes of a UUID
           "01610001610001610001",  // repeated
       }) {
    EXPECT_THROW(decode(sealed(unhex(headers))), FrameError) << headers;
  }
}

TEST(FrameDecoder, RefusesLengthsOutOfBounds) {
  struct Lengths {
    std::uint32_t total, headers;
  };
  constexpr auto kMax = std::uint32_t(kFramePayloadBytesMax);
  for (const Lengths& each : {Lengths{0, 0},
                              {15, 0},
                              {16, 1},
                              {100, 85},
                              {0xffffffff, 0},
                              {16 + kMax + 1, 0},
                              {0xffffffff, 0xffffffff},
                              {16 + 128 * 1024 + 1, 128 * 1024 + 1}}) {
    FrameDecoder decoder;
    decoder.feed(with_checksum(big_endian(each.total) + big_endian(each.headers)));
    EXPECT_THROW(decoder.next(), FrameError) << each.total << " " << each.headers;
  }
}

TEST(FrameDecoder, RefusesAPayloadBeyondItsOwnBound) {
  FrameDecoder decoder(10);
  decoder.feed(encode_frame({.headers = {}, .payload = std::string(10, 'x')}));
  EXPECT_EQ(decoder.next()->payload.size(), 10U);
  decoder.feed(encode_frame({.headers = {}, .payload = std::string(11, 'x')}).substr(0, 12));
  EXPECT_THROW(decoder.next(), FrameError);
}

TEST(EventFrame, RefusesWhatDoesNotFit) {
  Frame frame;
  frame.headers = {{.name = "", .bytes = "x"}};
  EXPECT_THROW(encode_frame(frame), std::length_error);
  frame.headers = {{.name = std::string(256, 'n'), .bytes = "x"}};
  EXPECT_THROW(encode_frame(frame), std::length_error);
  frame.headers = {{.name = "n", .bytes = std::string(32768, 'v')}};
  EXPECT_THROW(encode_frame(frame), std::length_error);
  frame.headers = {{.name = "n", .type = HeaderType::kUuid, .bytes = "short"}};
  EXPECT_THROW(encode_frame(frame), std::length_error);
  EXPECT_THROW(encode_frame({.payload = std::string(kFramePayloadBytesMax + 1, 'x')}),
               std::length_error);
}

}  // namespace
}  // namespace bedplate::protocol
