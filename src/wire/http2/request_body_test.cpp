// Bodies that their handlers read piece by piece, over HTTP/2. The client is nghttp2's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http2/client_for_test.hpp"
#include "wire/resident_memory_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

TEST(Http2StreamedBody, ComesWhole) {
  TestServer server;
  Http2Client client(server);
  for (const std::size_t size : {1, 5'000, 300'000, 3'000'000}) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    const Answer& answer = client.answer(client.ask("PUT", "/streamed/echo", {}, &body));
    EXPECT_EQ(answer.status, "200");
    EXPECT_TRUE(answer.body == body) << size;
  }
  const std::string empty;
  const Answer& answer = client.answer(client.ask("PUT", "/streamed/echo", {}, &empty));
  EXPECT_EQ(answer.status, "200");
  EXPECT_EQ(answer.body, "");
}

TEST(Http2StreamedBody, AHandlerThatDoesNotReadHoldsItsClientBackAndNobodyElse) {
  TestServer server;
  Http2Client client(server);
  client.answer(client.ask("GET", "/hello"));  // by now the client knows the windows
  const std::string body(2'000'000, 'b');
  const auto held = client.ask("PUT", "/streamed/hang", {}, &body);
  client.send();
  ASSERT_TRUE(server.sightings().begun.reached(1));
  EXPECT_EQ(client.answer(client.ask("PUT", "/streamed/count", {}, &body)).body.substr(0, 8),
            "2000000 ");
  EXPECT_EQ(nghttp2_session_get_stream_remote_window_size(client.session(), held), 0);
  EXPECT_FALSE(client.so_far(held).closed);
  client.reset(held);
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
}

TEST(Http2StreamedBody, AClientThatStopsInTheMiddleIsAnErrorOfTheReader) {
  TestServer server;
  const std::string half = "half";
  {
    Http2Client client(server);
    const auto id = client.ask("PUT", "/streamed/echo", {}, &half, true);
    client.send();
    ASSERT_TRUE(server.sightings().begun.reached(1));
    client.reset(id);
    EXPECT_TRUE(server.sightings().failed_reads.reached(1));
    EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
    client.ask("PUT", "/streamed/echo", {}, &half, true);
    client.send();
    ASSERT_TRUE(server.sightings().begun.reached(2));
  }
  EXPECT_TRUE(server.sightings().failed_reads.reached(2));
  Http2Client liar(server);
  const auto short_one = liar.ask("PUT", "/streamed/echo", {{"content-length", "9"}}, &half);
  EXPECT_NE(liar.answer(short_one).error_code, 0u);
  EXPECT_EQ(liar.so_far(short_one).status, "");
}

TEST(Http2StreamedBody, MayBeLargerThanOthersButNotWithoutBound) {
  TestServer server({.body_bytes_max = 100, .streamed_body_bytes_max = 1'000});
  Http2Client client(server);
  const std::string fits(1'000, 'b'), grown(1'001, 'b');
  EXPECT_EQ(client.answer(client.ask("PUT", "/streamed/count", {}, &fits)).body, "1000 1000 0");
  EXPECT_EQ(client.answer(client.ask("PUT", "/streamed/count", {}, &grown)).status, "413");
  const Fields announced{{"content-length", "1001"}};
  EXPECT_EQ(client.answer(client.ask("PUT", "/streamed/count", announced, &grown)).status, "413");
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

TEST(Http2StreamedBody, ContinueIsSentWhenTheBodyIsWanted) {
  TestServer server;
  Http2Client client(server);
  const std::string none;
  const Fields expects{{"expect", "100-continue"}, {"content-length", "4"}};
  const auto wanted = client.ask("PUT", "/streamed/first", expects, &none, true);
  client.pump([&] { return client.so_far(wanted).status == "100"; });
  EXPECT_EQ(client.so_far(wanted).status, "100");
  const auto ignored = client.ask("PUT", "/streamed/ignore", expects, &none, true);
  EXPECT_EQ(client.answer(ignored).status, "200");
}

TEST(Http2StreamedBody, ASlowClientIsToldSo) {
  TestServer server({.body_timeout = milliseconds(100)});
  Http2Client client(server);
  const std::string half = "half";
  EXPECT_EQ(client.answer(client.ask("PUT", "/streamed/echo", {}, &half, true)).status, "408");
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

TEST(Http2StreamedBody, TakesConstantMemory) {
  TestServer server;
  Http2Client client(server);
  const std::string body(100'000'000, 'x');
  const auto id = client.ask("PUT", "/streamed/count", {}, &body);
  const std::size_t before = resident_bytes();
  EXPECT_THAT(client.answer(id).body, StartsWith("100000000 "));
  if (!kMemoryIsKept) {
    EXPECT_LT(resident_bytes(), before + 48'000'000);
  }
}

TEST(Http2KnownLength, IsToldAndHeld) {
  TestServer server;
  Http2Client client(server);
  const Answer& whole = client.answer(client.ask("GET", "/known-length?10"));
  EXPECT_EQ(whole.body, "0123456789");
  EXPECT_EQ(whole.field("content-length"), "10");
  const Answer& head = client.answer(client.ask("HEAD", "/known-length?5000000000"));
  EXPECT_EQ(head.field("content-length"), "5000000000");
  EXPECT_EQ(head.error_code, 0u);
  EXPECT_NE(client.answer(client.ask("GET", "/known-length?11")).error_code, 0u);
  EXPECT_NE(client.answer(client.ask("GET", "/known-length?9")).error_code, 0u);
}

}  // namespace
}  // namespace bedplate::wire
