// What the server answers to HTTP/2 clients, good and bad. The client is nghttp2's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http2/client_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// A frame as it is on the wire.
std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
  std::string bytes;
  for (int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift & 0xff);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  for (int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift & 0xff);
  return bytes.append(payload);
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Http2, AnswersWithDateAndLength) {
  TestServer server;
  Http2Client client(server);
  const Answer& answer = client.answer(client.ask("GET", "/hello"));
  EXPECT_EQ(answer.status, "200");
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.field("content-length"), "5");
  EXPECT_EQ(answer.field("content-type"), "text/plain");
  EXPECT_THAT(answer.field("date"), HasSubstr(" GMT"));
  EXPECT_EQ(answer.error_code, 0u);
}

TEST(Http2, HandlerSeesTheRequestAsItWasSent) {
  TestServer server;
  Http2Client client(server);
  const std::string body = "the body";
  const Answer& answer =
      client.answer(client.ask("POST", "/echo?a=%2F", {{"x-sent", "value"}}, &body));
  EXPECT_EQ(answer.body, "the body");
  EXPECT_EQ(answer.field("x-method"), "POST");
  EXPECT_EQ(answer.field("x-target"), "/echo?a=%2F");
  EXPECT_EQ(answer.field("x-host"), "there");
  EXPECT_EQ(answer.field("x-sent"), "value");
  EXPECT_EQ(answer.field("x-http"), "2");
  EXPECT_EQ(answer.field("x-peer"), "127.0.0.1");
}

TEST(Http2, HeadAnd204HaveNoBody) {
  TestServer server;
  Http2Client client(server);
  const auto head = client.ask("HEAD", "/hello");
  const auto head_of_stream = client.ask("HEAD", "/stream");
  const auto empty = client.ask("GET", "/empty");
  EXPECT_EQ(client.answer(head).field("content-length"), "5");
  EXPECT_EQ(client.answer(head).body, "");
  EXPECT_EQ(client.answer(head_of_stream).field("x-kind"), "stream");
  EXPECT_EQ(client.answer(head_of_stream).body, "");
  EXPECT_EQ(client.answer(empty).status, "204");
  EXPECT_EQ(client.answer(empty).error_code, 0u);
}

TEST(Http2, StreamsRunSideBySide) {
  TestServer server;
  Http2Client client(server);
  const auto hanging = client.ask("GET", "/hang-after-start");
  const auto stream = client.ask("GET", "/stream");
  EXPECT_EQ(client.answer(stream).body, "one two three");
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
  client.pump([&] { return client.so_far(hanging).body == "begun"; });
  EXPECT_FALSE(client.so_far(hanging).closed);
  EXPECT_GE(server.server().counters().requests_in_flight, 1u);
}

TEST(Http2, AResetCancelsTheHandler) {
  TestServer server;
  Http2Client client(server);
  const auto hanging = client.ask("GET", "/hang");
  client.send();
  ASSERT_TRUE(server.sightings().begun.reached(1));
  client.reset(hanging);
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

TEST(Http2, AnEndOfTheConnectionCancelsAllHandlers) {
  TestServer server;
  {
    Http2Client client(server);
    client.ask("GET", "/hang");
    client.ask("GET", "/hang");
    client.send();
    ASSERT_TRUE(server.sightings().begun.reached(2));
  }
  EXPECT_TRUE(server.sightings().cancelled.reached(2));
}

TEST(Http2, SlowlyReadBigBodiesBothWays) {
  TestServer server;
  Http2Client client(server);
  const std::string body(3'000'000, 'b');
  const Answer& answer = client.answer(client.ask("POST", "/echo", {}, &body));
  EXPECT_EQ(answer.body, body);
}

TEST(Http2, ManyBigBodiesAtOnceWaitForEachOther) {
  TestServer server({.body_bytes_max = 1'000'000});
  Http2Client client(server);
  const std::string body(900'000, 'b');
  std::vector<std::int32_t> streams;
  for (int i = 0; i < 8; ++i) streams.push_back(client.ask("POST", "/echo", {}, &body));
  for (const std::int32_t id : streams) EXPECT_EQ(client.answer(id).body.size(), body.size());
}

TEST(Http2, RefusesWhatIsTooLargeAndGoesOn) {
  TestServer server({.header_bytes_max = 2'000, .body_bytes_max = 100});
  Http2Client client(server);
  const std::string body(101, 'b');
  const auto announced = client.ask("POST", "/echo", {{"content-length", "101"}}, &body, true);
  const auto grown = client.ask("POST", "/echo", {}, &body);
  const auto header = client.ask("GET", "/hello", {{"x", std::string(2'000, 'x')}});
  EXPECT_EQ(client.answer(announced).status, "413");
  EXPECT_EQ(client.answer(announced).error_code, std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(client.answer(grown).status, "413");
  EXPECT_EQ(client.answer(header).status, "431");
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

TEST(Http2, BodiesTogetherAreBounded) {
  TestServer server({.bodies_bytes_max = 100'000});
  Http2Client client(server);
  const std::string big(80'000, 'x'), small(60'000, 'x');
  client.answer(client.ask("GET", "/hello"));  // by now the client knows the windows
  const auto waiting = client.ask("POST", "/hang", {}, &big);
  client.send();
  ASSERT_TRUE(server.sightings().begun.reached(1));
  EXPECT_EQ(client.answer(client.ask("POST", "/echo", {}, &small)).status, "503");
  client.reset(waiting);
  EXPECT_EQ(client.answer(client.ask("POST", "/echo", {}, &small)).status, "200");
}

TEST(Http2, AsksForTheBodyWhenTheClientWaitsForThat) {
  TestServer server;
  Http2Client client(server);
  const std::string body = "body";
  const Answer& answer =
      client.answer(client.ask("POST", "/echo", {{"expect", "100-continue"}}, &body));
  EXPECT_EQ(answer.status, "100200");
  EXPECT_EQ(answer.body, "body");
}

TEST(Http2, AHandlersExceptionIs500OrBreaksTheStream) {
  TestServer server;
  Http2Client client(server);
  const auto thrown = client.ask("GET", "/throw");
  const auto silent = client.ask("GET", "/silent");
  const auto split = client.ask("GET", "/bad-header");
  const auto late = client.ask("GET", "/throw-after-start");
  EXPECT_EQ(client.answer(thrown).status, "500");
  EXPECT_EQ(client.answer(silent).status, "500");
  EXPECT_EQ(client.answer(split).status, "500");
  EXPECT_EQ(client.answer(late).error_code, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

struct BadFields {
  const char* name;
  Fields fields;
};
class Http2BadRequest : public testing::TestWithParam<BadFields> {};

TEST_P(Http2BadRequest, ResetsTheStreamOnly) {
  TestServer server;
  Http2Client client(server);
  const std::string body = "body";
  const auto bad = client.ask_raw(GetParam().fields, &body);
  const Answer& answer = client.answer(bad);
  EXPECT_EQ(answer.status, "");
  EXPECT_EQ(answer.error_code, std::uint32_t{NGHTTP2_PROTOCOL_ERROR});
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

Fields with(Fields more) {
  Fields fields{{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/echo"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

const BadFields kBadFields[] = {
    {"Connection", with({{"connection", "keep-alive"}})},
    {"TransferEncoding", with({{"transfer-encoding", "chunked"}})},
    {"OtherTe", with({{"te", "gzip"}})},
    {"LineEndInValue", with({{"x", "a\r\nb"}})},
    {"NulInValue", with({{"x", std::string("a\0b", 3)}})},
    {"SpaceInName", with({{"x y", "z"}})},
    {"PseudoBehindRegular", with({{"x", "y"}, {":path", "/other"}})},
    {"PathTwice", with({{":path", "/other"}})},
    {"ResponsePseudo", with({{":status", "200"}})},
    {"LengthTooSmall", with({{"content-length", "3"}})},
    {"LengthTooLarge", with({{"content-length", "5"}})},
    {"LengthTwice", with({{"content-length", "4"}, {"content-length", "4"}})},
    {"LengthNegative", with({{"content-length", "-4"}})},
    {"NoPath", {{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}}},
    {"EmptyPath", {{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}, {":path", ""}}},
    {"RelativePath",
     {{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}, {":path", "echo"}}},
    {"NoMethod", {{":scheme", "http"}, {":authority", "a"}, {":path", "/echo"}}},
    {"NoHost", {{":method", "POST"}, {":scheme", "http"}, {":path", "/echo"}}},
};

INSTANTIATE_TEST_SUITE_P(All, Http2BadRequest, testing::ValuesIn(kBadFields),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Http2, RefusesUpperCaseNames) {  // nghttp2's client would lower them
  TestServer server;
  RawSocket socket(server.port());
  socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(NGHTTP2_SETTINGS, 0, 0, ""));
  constexpr std::string_view kFields("\x82\x86\x84\x41\x01\x61\x00\x01X\x01y", 11);
  socket.send(frame(NGHTTP2_HEADERS, 5, 1, kFields));
  const std::string reset = frame(NGHTTP2_RST_STREAM, 0, 1, std::string_view("\0\0\0\1", 4));
  EXPECT_THAT(socket.read_until(reset), HasSubstr(reset));
}

TEST(Http2, HoldsLittleForAClientThatDoesNotRead) {
  TestServer server({.write_timeout = milliseconds(100)});
  Http2Client client(server, {.auto_window = false});
  const auto flood = client.ask("GET", "/flood");
  EXPECT_EQ(client.answer(flood).error_code, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_TRUE(server.sightings().failed_writes.reached(1));
  EXPECT_LE(client.so_far(flood).body.size(), 65'535u);
  EXPECT_LE(server.sightings().bytes_written, 128u * 1024);
}

TEST(Http2, AWindowOfOneByteGetsAStreamNowhere) {
  TestServer server({.write_timeout = milliseconds(100)});
  Http2Client client(server, {.auto_window = false, .initial_window_bytes = 1});
  const auto flood = client.ask("GET", "/flood");
  client.pump([&] {
    const auto size = client.so_far(flood).body.size();
    if (size > 0 && !client.so_far(flood).closed) {  // one more byte for each that came
      nghttp2_session_consume(client.session(), flood, 1);
    }
    return client.so_far(flood).closed;
  });
  EXPECT_EQ(client.so_far(flood).error_code, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_TRUE(server.sightings().failed_writes.reached(1));
}

TEST(Http2, ASocketThatIsNotReadIsClosed) {
  TestServer server({.write_timeout = milliseconds(100)});
  Http2Client client(server, {.auto_window = false, .initial_window_bytes = 0x7fffffff});
  nghttp2_session_set_local_window_size(client.session(), NGHTTP2_FLAG_NONE, 0, 0x7fffffff);
  client.ask("GET", "/flood");
  client.send();
  EXPECT_TRUE(server.sightings().failed_writes.reached(1));
}

TEST(Http2, CalmsDownRapidResets) {
  TestServer server;
  Http2Client client(server);
  for (int i = 0; i < 600; ++i) {
    const auto id = client.ask("GET", "/hang");
    client.send();
    client.reset(id);
  }
  EXPECT_EQ(client.goaway(), NGHTTP2_ENHANCE_YOUR_CALM);
  EXPECT_TRUE(client.ended());
}

TEST(Http2, CalmsDownAClientThatMakesUsReset) {
  TestServer server;
  Http2Client client(server);
  for (int i = 0; i < 600 && !client.closed(); ++i) {
    const auto id = client.ask("GET", "/hang");
    client.send();
    // A window beyond the limit is the stream's error, not the connection's.
    client.socket().send(
        frame(NGHTTP2_WINDOW_UPDATE, 0, static_cast<std::uint32_t>(id), "\x7f\xff\xff\xff"));
    client.answer(id);
  }
  EXPECT_EQ(client.goaway(), NGHTTP2_ENHANCE_YOUR_CALM);
}

struct Flood {
  const char* name;
  std::string frames;
  int repetitions;
};
class Http2Flood : public testing::TestWithParam<Flood> {};

TEST_P(Http2Flood, EndsTheConnection) {
  TestServer server;
  Http2Client client(server);
  const std::string body = "b";
  client.ask("POST", "/echo", {}, &body, true);  // stream 1 stays open
  client.send();
  client.socket().send(repeat(GetParam().frames, GetParam().repetitions));
  EXPECT_TRUE(client.ended());
  RawSocket other(server.port());
  other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(other.read_response(), HasSubstr("hello"));
}

// A HEADERS frame for stream 3 that does not end its header block, then CONTINUATION frames.
const std::string kEndlessHeader =
    frame(NGHTTP2_HEADERS, 0, 3, "\x82") + repeat(frame(NGHTTP2_CONTINUATION, 0, 3, "\x82"), 100);

const Flood kFloods[] = {
    {"Ping", frame(NGHTTP2_PING, 0, 0, "12345678"), 5'000},
    {"Settings", frame(NGHTTP2_SETTINGS, 0, 0, ""), 5'000},
    {"Priority", frame(NGHTTP2_PRIORITY, 0, 1, std::string("\0\0\0\0\1", 5)), 5'000},
    {"EmptyData", frame(NGHTTP2_DATA, 0, 1, ""), 5'000},
    {"Continuation", kEndlessHeader, 1},
    {"PushPromise", frame(NGHTTP2_PUSH_PROMISE, 4, 1, std::string("\0\0\0\2\x82", 5)), 1},
    {"TooLongFrame", frame(NGHTTP2_DATA, 0, 1, std::string(20'000, 'x')), 1},
    {"WindowOverflow", frame(NGHTTP2_WINDOW_UPDATE, 0, 0, "\x7f\xff\xff\xff"), 2},
    {"EvenStream", frame(NGHTTP2_HEADERS, 5, 4, "\x82"), 1},
    {"BadCompression", frame(NGHTTP2_HEADERS, 5, 3, "\xff\xff\xff\xff\xff\xff\xff"), 1},
};

INSTANTIATE_TEST_SUITE_P(All, Http2Flood, testing::ValuesIn(kFloods),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Http2, KeepsTheAgreedNumberOfStreams) {
  TestServer server({.http2_streams_max = 2});
  Http2Client client(server);
  const auto first = client.ask("GET", "/hello");
  EXPECT_EQ(client.answer(first).body, "hello");  // by now the client knows the limit
  EXPECT_EQ(nghttp2_session_get_remote_settings(client.session(),
                                                NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS),
            2u);
}

TEST(Http2, ALateBodyIs408) {
  TestServer server({.body_timeout = milliseconds(50)});
  Http2Client client(server);
  const std::string body = "b";
  EXPECT_EQ(client.answer(client.ask("POST", "/echo", {}, &body, true)).status, "408");
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
}

TEST(Http2, ALateHeaderEndsTheConnection) {
  TestServer server({.header_timeout = milliseconds(50)});
  Http2Client client(server);
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
  client.socket().send(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 3, "\x82"));
  EXPECT_TRUE(client.ended());
}

TEST(Http2, AnIdleConnectionIsClosed) {
  TestServer server({.idle_timeout = milliseconds(50)});
  Http2Client client(server);
  EXPECT_EQ(client.answer(client.ask("GET", "/hello")).body, "hello");
  EXPECT_TRUE(client.ended());
}

TEST(Http2, DrainLetsRequestsInFlightEnd) {
  TestServer server;
  Http2Client client(server);
  const auto hanging = client.ask("GET", "/hang");
  client.send();
  ASSERT_TRUE(server.sightings().begun.reached(1));
  server.server().stop_blocking(milliseconds(50));
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
  EXPECT_EQ(client.goaway(), NGHTTP2_NO_ERROR);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(client.so_far(hanging).status, "");
}

TEST(Http2, APrefaceThatGoesWrongIsABadRequest) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
  EXPECT_THAT(socket.read_to_end(), testing::StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace bedplate::wire
