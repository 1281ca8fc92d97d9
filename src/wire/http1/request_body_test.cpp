// Bodies that their handlers read piece by piece, over HTTP/1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "wire/resident_memory_for_test.hpp"
#include "wire/server_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n";

std::string put_head(std::string_view path, std::size_t length, std::string_view extra = "") {
  return fmt::format("PUT {} HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n{}\r\n", path, length,
                     extra);
}

TEST(StreamedBody, ComesWhole) {
  TestServer server;
  RawSocket socket(server.port());
  for (const std::size_t size : {0, 1, 5'000, 300'000, 3'000'000}) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    std::thread sender([&] { socket.send(put_head("/streamed/echo", size) + body); });
    const std::string response = socket.read_response();
    sender.join();
    EXPECT_THAT(response, HasSubstr("Connection: keep-alive\r\n")) << size;
    EXPECT_TRUE(response.ends_with(size == 0 ? "ignored" : body)) << size;
  }
  EXPECT_EQ(server.server().counters().connections_total, 1u);
}

TEST(StreamedBody, ByteByByteAndPipelined) {
  TestServer server;
  RawSocket socket(server.port());
  for (const char byte : put_head("/streamed/echo", 4) + "slow") {
    socket.send(std::string_view(&byte, 1));
  }
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nslow"));
  socket.send(put_head("/streamed/echo", 5) + "first" + put_head("/streamed/echo", 6) + "second" +
              std::string(kHello));
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nfirst"));
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nsecond"));
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
}

TEST(StreamedBody, ComesInChunks) {
  TestServer server;
  RawSocket socket(server.port());
  const std::string head =
      "PUT /streamed/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  socket.send(head + "4\r\nWiki\r\n6;x=1\r\npedia \r\nB\r\nin chunks.\n\r\n0\r\nX: y\r\n\r\n" +
              std::string(kHello));
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nWikipedia in chunks.\n"));
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
  for (const char byte : head + "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") {
    socket.send(std::string_view(&byte, 1));
  }
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nabc"));
}

TEST(StreamedBody, BrokenChunksAreTheReadersError) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(
      "PUT /streamed/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\nWiki\r\nnonsense\r\n");
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
}

TEST(StreamedBody, MayBeLargerThanOthersButNotWithoutBound) {
  TestServer server({.body_bytes_max = 100, .streamed_body_bytes_max = 1'000});
  RawSocket socket(server.port());
  socket.send(put_head("/streamed/count", 1'000) + std::string(1'000, 'x'));
  EXPECT_THAT(socket.read_response(), EndsWith("1000 1000 0"));
  socket.send(put_head("/echo", 101));
  EXPECT_THAT(socket.read_to_end(), StartsWith("HTTP/1.1 413 "));
  RawSocket announced(server.port());
  announced.send(put_head("/streamed/count", 1'001));
  EXPECT_THAT(announced.read_to_end(), StartsWith("HTTP/1.1 413 "));
  RawSocket chunked(server.port());
  chunked.send(
      "PUT /streamed/count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n" +
      std::string(1'001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(StreamedBody, ContinueIsSentWhenTheBodyIsWanted) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(put_head("/streamed/echo", 4, "Expect: 100-continue\r\n"));
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("body");
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nbody"));
  socket.send(put_head("/streamed/ignore", 4, "Expect: 100-continue\r\n"));
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
}

TEST(StreamedBody, AClientThatStopsInTheMiddleIsAnErrorOfTheReader) {
  TestServer server;
  {
    RawSocket socket(server.port());
    socket.send(put_head("/streamed/echo", 100) + "half");
  }
  EXPECT_TRUE(server.sightings().failed_reads.reached(1));
  RawSocket half_closed(server.port());
  half_closed.send(put_head("/streamed/echo", 100) + "half");
  half_closed.end_writing();
  EXPECT_EQ(half_closed.read_to_end(), "");
  EXPECT_TRUE(server.sightings().failed_reads.reached(2));
  RawSocket reset(server.port());
  reset.send(put_head("/streamed/echo", 100) + "half");
  reset.reset();
  EXPECT_TRUE(server.sightings().failed_reads.reached(3));
}

TEST(StreamedBody, ASlowClientIsToldSo) {
  TestServer server({.body_timeout = milliseconds(100)});
  RawSocket socket(server.port());
  socket.send(put_head("/streamed/echo", 100) + "half");
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
}

TEST(StreamedBody, AShortRestThatNobodyReadIsThrownAway) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(put_head("/streamed/ignore", 100'000));
  EXPECT_THAT(socket.read_response(), EndsWith("ignored"));
  socket.send(std::string(100'000, 'x') + std::string(kHello));
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
}

TEST(StreamedBody, ALongRestThatNobodyReadEndsTheConnection) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(put_head("/streamed/ignore", 8'000'000) + std::string(8'000'000, 'x'));
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(response, EndsWith("ignored"));
}

TEST(StreamedBody, AHandlerIsCancelledWhenTheClientGoesAfterTheBody) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(put_head("/streamed/hang", 4) + "body");
  ASSERT_TRUE(server.sightings().begun.reached(1));
  socket.reset();
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
}

TEST(StreamedBody, TakesConstantMemory) {
  TestServer server;
  RawSocket socket(server.port());
  constexpr std::size_t kPiece = 1 << 20, kPieces = 192;
  const std::string piece(kPiece, 'x');
  const std::size_t before = resident_bytes();
  socket.send(put_head("/streamed/count", kPiece * kPieces));
  for (std::size_t i = 0; i < kPieces; ++i) ASSERT_TRUE(socket.send(piece));
  const std::string response = socket.read_response();
  if (!kMemoryIsKept) {
    EXPECT_LT(resident_bytes(), before + 48'000'000);
  }
  EXPECT_THAT(response, HasSubstr(fmt::format("\r\n\r\n{} ", kPiece * kPieces)));
  std::istringstream counts(response.substr(response.find("\r\n\r\n") + 4));
  std::size_t total = 0, largest = 0, beyond = 1;
  counts >> total >> largest >> beyond;
  EXPECT_LE(largest, kBodyPieceBytesMax);
  EXPECT_EQ(beyond, 0u);
}

TEST(KnownLength, IsToldAndHeld) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("GET /known-length?10 HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string response = socket.read_response();
  EXPECT_THAT(response, HasSubstr("Content-Length: 10\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n0123456789"));
  socket.send("HEAD /known-length?5000000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("Content-Length: 5000000000\r\n"));
  socket.send(kHello);
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
}

TEST(KnownLength, AShorterOrLongerBodyBreaksTheConnection) {
  TestServer server;
  RawSocket shorter(server.port());
  shorter.send("GET /known-length?11 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(shorter.read_to_end(), EndsWith("\r\n\r\n01234"));
  RawSocket longer(server.port());
  longer.send("GET /known-length?9 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(longer.read_to_end(), EndsWith("\r\n\r\n01234"));
}

}  // namespace
}  // namespace bedplate::wire
