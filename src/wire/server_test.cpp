// Time limits, hang-ups, too many connections, draining: what the server does to HTTP/1 clients
// that are slow or gone. HTTP/2's counterparts are in http2/server_http2_test.cpp.
#include "wire/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "wire/server_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n";
constexpr std::string_view kHang = "GET /hang HTTP/1.1\r\nHost: here\r\n\r\n";
constexpr std::string_view kFlood = "GET /flood HTTP/1.1\r\nHost: here\r\n\r\n";

TEST(ServerTime, ClosesAnIdleConnectionWithoutAWord) {
  TestServer server({.idle_timeout = milliseconds(50)});
  RawSocket fresh(server.port());
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_TRUE(fresh.at_end());
  RawSocket used(server.port());
  used.send(kHello);
  EXPECT_THAT(used.read_to_end(), EndsWith("hello"));
  EXPECT_TRUE(used.at_end());
}

TEST(ServerTime, CutsAHeaderThatComesByteByByte) {
  TestServer server({.header_timeout = milliseconds(100)});
  RawSocket socket(server.port());
  socket.send("GET /hello HTTP/1.1\r\nHost: here\r\n");
  std::thread slow([&] {  // each byte is new, yet the deadline counts from the first one
    while (socket.send("x")) std::this_thread::yield();
  });
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 4"));  // 408, or 431 by a fast writer
  socket.end_writing();
  slow.join();
}

TEST(ServerTime, ALateHeaderIs408) {
  TestServer server({.header_timeout = milliseconds(50)});
  for (const char* begin : {"G", "PRI * HTTP/2.0\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: a\r\n"}) {
    RawSocket socket(server.port());
    socket.send(begin);
    const std::string response = socket.read_to_end();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 408 ")) << begin;
    EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  }
}

TEST(ServerTime, ALateBodyIs408) {
  TestServer server({.body_timeout = milliseconds(50)});
  for (const char* framing :
       {"Content-Length: 4\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n4\r\nab"}) {
    RawSocket socket(server.port());
    socket.send(std::string("POST /echo HTTP/1.1\r\nHost: a\r\n") + framing);
    EXPECT_THAT(socket.read_to_end(), StartsWith("HTTP/1.1 408 ")) << framing;
  }
}

TEST(ServerTime, TheHandlersTimeIsItsOwn) {
  TestServer server({.idle_timeout = milliseconds(20),
                     .header_timeout = milliseconds(20),
                     .body_timeout = milliseconds(20),
                     .write_timeout = milliseconds(20)});
  RawSocket waiting(server.port());
  waiting.send(kHang);
  ASSERT_TRUE(server.sightings().begun.reached(1));
  RawSocket idle(server.port());
  EXPECT_EQ(idle.read_to_end(), "");  // a good while after all of the above have passed
  EXPECT_EQ(server.server().counters().requests_in_flight, 1u);
}

TEST(ServerTime, AClientThatDoesNotReadIsClosed) {
  TestServer server({.write_timeout = milliseconds(100)});
  RawSocket socket(server.port());
  socket.send(kFlood);
  EXPECT_TRUE(server.sightings().failed_writes.reached(1));
}

TEST(ServerHangUp, CancelsTheHandler) {
  TestServer server;
  {
    RawSocket socket(server.port());
    socket.send(kHang);
    ASSERT_TRUE(server.sightings().begun.reached(1));
  }
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
}

TEST(ServerHangUp, AResetCancelsTheHandlerToo) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("GET /hang-after-start HTTP/1.1\r\nHost: here\r\n\r\n");
  ASSERT_TRUE(server.sightings().begun.reached(1));
  socket.reset();
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
}

TEST(ServerHangUp, IsSeenBehindPipelinedBytes) {
  TestServer server;
  {
    RawSocket socket(server.port());
    socket.send(std::string(kHang) + std::string(kHello) + "GET /never");
    ASSERT_TRUE(server.sightings().begun.reached(1));
    socket.send(kHello);
  }
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
}

TEST(ServerHangUp, EndsAWriterThatIsInTheMiddle) {
  TestServer server;
  {
    RawSocket socket(server.port());
    socket.send(kFlood);
    socket.read_until("xxxx");
  }
  EXPECT_TRUE(server.sightings().failed_writes.reached(1));
}

TEST(ServerHangUp, PipelinedBytesAloneCancelNothing) {
  TestServer server({.idle_timeout = milliseconds(40)});
  RawSocket socket(server.port());
  socket.send(kHang);
  ASSERT_TRUE(server.sightings().begun.reached(1));
  socket.send(kHello);
  RawSocket idle(server.port());
  EXPECT_EQ(idle.read_to_end(), "");  // several ticks later
  EXPECT_EQ(server.server().counters().requests_in_flight, 1u);
}

TEST(ServerLimit, OneConnectionTooManyIs503) {
  TestServer server({.connections_max = 2});
  RawSocket first(server.port()), second(server.port());
  for (RawSocket* socket : {&first, &second}) {
    socket->send(kHello);
    EXPECT_THAT(socket->read_response(), EndsWith("hello"));
  }
  RawSocket third(server.port());
  third.send(kHello);
  const std::string response = third.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(response, HasSubstr("x-amzn-ErrorType: ServiceUnavailableException"));
  first.send(kHello);
  EXPECT_THAT(first.read_response(), EndsWith("hello"));
}

TEST(ServerLimit, AClosedConnectionMakesRoom) {
  TestServer server({.connections_max = 1});
  for (int i = 0; i < 5; ++i) {
    RawSocket socket(server.port());
    socket.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    ASSERT_THAT(socket.read_to_end(), EndsWith("hello"));
    while (server.server().counters().connections_open > 0) std::this_thread::yield();
  }
}

TEST(ServerLimit, ServesHundredsOfConnectionsAtOnce) {
  TestServer server;
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 400; ++i) sockets.push_back(std::make_unique<RawSocket>(server.port()));
  for (auto& socket : sockets) socket->send(kHello);
  for (auto& socket : sockets) ASSERT_THAT(socket->read_response(), EndsWith("hello"));
  EXPECT_EQ(server.server().counters().connections_open, 400u);
}

TEST(ServerLimit, BodiesTogetherAreBounded) {
  TestServer server({.bodies_bytes_max = 100'000});
  RawSocket waiting(server.port());
  waiting.send("POST /hang HTTP/1.1\r\nHost: a\r\nContent-Length: 80000\r\n\r\n" +
               std::string(80'000, 'x'));
  ASSERT_TRUE(server.sightings().begun.reached(1));
  const std::string second =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n" + std::string(30'000, 'x');
  RawSocket refused(server.port());
  refused.send(second);
  EXPECT_THAT(refused.read_to_end(), StartsWith("HTTP/1.1 503 "));
  waiting.reset();
  ASSERT_TRUE(server.sightings().cancelled.reached(1));
  refused.reset();
  while (server.server().counters().connections_open > 0) std::this_thread::yield();
  RawSocket accepted(server.port());
  accepted.send(second);
  EXPECT_THAT(accepted.read_response(), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerLimit, ConnectionsAreSharedOutAmongTheThreads) {
  TestServer server;
  for (const char* thread : {"x-thread: 0", "x-thread: 1", "x-thread: 0", "x-thread: 1"}) {
    RawSocket socket(server.port());
    socket.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(socket.read_response(), HasSubstr(thread));
  }
}

TEST(ServerDrain, ClosesIdleConnectionsAndReturnsAtOnce) {
  TestServer server;
  RawSocket fresh(server.port()), used(server.port());
  used.send(kHello);
  EXPECT_THAT(used.read_response(), EndsWith("hello"));
  server.server().stop_blocking(seconds(30));
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(used.read_to_end(), "");
  EXPECT_TRUE(fresh.at_end() && used.at_end());
  EXPECT_EQ(server.server().counters().connections_open, 0u);
  EXPECT_THROW(RawSocket late(server.port()), std::runtime_error);
}

TEST(ServerDrain, CancelsWhatIsLeftWhenTheTimeIsUp) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(kHang);
  ASSERT_TRUE(server.sightings().begun.reached(1));
  server.server().stop_blocking(milliseconds(20));
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
  EXPECT_EQ(socket.read_to_end(), "");
  EXPECT_EQ(server.server().counters().requests_in_flight, 0u);
}

TEST(ServerDrain, LetsARequestInFlightEnd) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
  while (server.server().counters().connections_open == 0) std::this_thread::yield();
  RawSocket other(server.port());
  other.send(kHello);
  other.read_response();
  std::thread drain([&] { server.server().stop_blocking(seconds(5)); });
  EXPECT_EQ(other.read_to_end(), "");  // the drain has begun
  socket.send("dy");
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, EndsWith("\r\n\r\nbody"));
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  drain.join();
}

TEST(ServerDrain, TheDestructorCancelsAndLeavesNothing) {
  auto server = std::make_unique<TestServer>();
  RawSocket socket(server->port());
  socket.send(kHang);
  ASSERT_TRUE(server->sightings().begun.reached(1));
  server.reset();
  EXPECT_EQ(socket.read_to_end(), "");
  EXPECT_TRUE(socket.at_end());
}

std::string problem_with(IoPool& pool, const std::string& host, std::uint16_t port) {
  ServerOptions options;
  options.host = host;
  options.port = port;
  try {
    Server server(pool, options, nullptr, nullptr);
    return "none";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(ServerStart, SaysWhyItCannotListen) {
  TestServer server;
  IoPool pool(1);
  EXPECT_EQ(problem_with(pool, "127.0.0.1", server.port()),
            fmt::format("127.0.0.1:{} is in use by another program", server.port()));
  EXPECT_EQ(problem_with(pool, "not-an-address", 0),
            "cannot listen on \"not-an-address\": not an IP address");
  EXPECT_THAT(problem_with(pool, "192.0.2.1", 0), StartsWith("cannot listen on 192.0.2.1:0: "));
  EXPECT_EQ(problem_with(pool, "127.0.0.1", 0), "none");
}

}  // namespace
}  // namespace bedplate::wire
