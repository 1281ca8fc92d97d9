// What the server answers to HTTP/1 clients, good and bad, seen from the socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/server_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n";

std::string post(std::string_view path, std::string_view body, std::string_view extra = "") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n{}\r\n{}", path,
                     body.size(), extra, body);
}

std::string ask(TestServer& server, std::string_view request) {
  RawSocket socket(server.port());
  socket.send(request);
  return socket.read_response();
}

TEST(Http1, AnswersWithDateLengthAndKeepAlive) {
  TestServer server;
  const std::string response = ask(server, kHello);
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(response, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\nhello"));
}

TEST(Http1, HandlerSeesTheRequestAsItWasSent) {
  TestServer server;
  const std::string response =
      ask(server, post("/echo?a=%2F&b", "the body", "X-Sent:  with spaces \r\n"));
  EXPECT_THAT(response, HasSubstr("x-method: POST\r\n"));
  EXPECT_THAT(response, HasSubstr("x-target: /echo?a=%2F&b\r\n"));
  EXPECT_THAT(response, HasSubstr("x-host: here\r\n"));
  EXPECT_THAT(response, HasSubstr("x-sent: with spaces\r\n"));
  EXPECT_THAT(response, HasSubstr("x-secure: no\r\n"));
  EXPECT_THAT(response, HasSubstr("x-peer: 127.0.0.1\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\nthe body"));
}

TEST(Http1, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(post("/echo", "first") + post("/echo", "second") + post("/echo", "third"));
  EXPECT_THAT(socket.read_response(), EndsWith("first"));
  EXPECT_THAT(socket.read_response(), EndsWith("second"));
  EXPECT_THAT(socket.read_response(), EndsWith("third"));
  socket.send(kHello);
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
  EXPECT_EQ(server.server().counters().connections_total, 1u);
}

TEST(Http1, ByteByByteIsTheSame) {
  TestServer server;
  RawSocket socket(server.port());
  for (const char byte : post("/echo", "slow")) socket.send(std::string_view(&byte, 1));
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nslow"));
}

TEST(Http1, ClosesWhenTheClientAsksForIt) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(response, EndsWith("hello"));
}

TEST(Http1, Http10ClosesAndGetsNoChunks) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("GET /stream HTTP/1.0\r\n\r\n");
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, Not(HasSubstr("chunked")));
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\none two three"));
}

TEST(Http1, Http10KeepsAliveOnRequest) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(socket.read_response(), HasSubstr("Connection: keep-alive\r\n"));
  socket.send(kHello);
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
}

TEST(Http1, StreamsInChunks) {
  TestServer server;
  const std::string response = ask(server, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(response, HasSubstr("x-kind: stream\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n"));
}

TEST(Http1, AHeldHeadLeavesBeforeALateBody) {
  TestServer server({.idle_timeout = milliseconds(5'000)});
  RawSocket socket(server.port());
  socket.send("GET /hang-after-start HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(socket.read_until("begun"), HasSubstr("200 OK"));
}

TEST(Http1, HeadAnd204HaveNoBody) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("Content-Length: 5"));
  socket.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  socket.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string empty = socket.read_until("\r\n\r\n");
  EXPECT_THAT(empty, StartsWith("HTTP/1.1 204 No Content"));
  EXPECT_THAT(empty, Not(HasSubstr("Content-Length")));
  socket.send(kHello);
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
}

TEST(Http1, ReadsChunkedBodies) {
  TestServer server;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  RawSocket socket(server.port());
  socket.send(head + "4\r\nWiki\r\n6;x=1\r\npedia \r\nB\r\nin chunks.\n\r\n0\r\nX: y\r\n\r\n");
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nWikipedia in chunks.\n"));
  socket.send(head + "0\r\n\r\n" + std::string(kHello));
  EXPECT_THAT(socket.read_response(), HasSubstr("Content-Length: 0"));
  EXPECT_THAT(socket.read_response(), EndsWith("hello"));
}

TEST(Http1, ReadsChunksByteByByte) {  // "0 CR LF" alone once made Beast assert
  TestServer server;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  RawSocket socket(server.port());
  for (const char byte : head + "0\r\n\r\n") socket.send(std::string_view(&byte, 1));
  EXPECT_THAT(socket.read_response(), HasSubstr("Content-Length: 0"));
  for (const char byte : head + "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") {
    socket.send(std::string_view(&byte, 1));
  }
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nabc"));
}

TEST(Http1, ReadsABigBody) {
  TestServer server;
  const std::string body(3'000'000, 'b');
  const std::string response = ask(server, post("/echo", body));
  EXPECT_EQ(response.substr(response.find("\r\n\r\n") + 4), body);
}

TEST(Http1, SendsContinueBeforeTheBody) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("body");
  EXPECT_THAT(socket.read_response(), EndsWith("\r\n\r\nbody"));
}

TEST(Http1, NoContinueWhenTheBodyIsHereAlready) {
  TestServer server;
  EXPECT_THAT(ask(server, post("/echo", "here", "Expect: 100-continue\r\n")),
              StartsWith("HTTP/1.1 200"));
}

TEST(Http1, RefusesAnAnnouncedBodyThatIsTooLargeBeforeReadingIt) {
  TestServer server({.body_bytes_max = 100});
  RawSocket socket(server.port());
  socket.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n");
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
}

TEST(Http1, TheRefusalReachesAClientThatSendsEverythingFirst) {
  TestServer server({.body_bytes_max = 100});
  RawSocket socket(server.port());
  ASSERT_TRUE(socket.send(post("/echo", std::string(8'000'000, 'x'))));
  EXPECT_THAT(socket.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(Http1, RefusesChunksThatGrowTooLarge) {
  TestServer server({.body_bytes_max = 10});
  EXPECT_THAT(ask(server,
                  "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "6\r\n123456\r\n5\r\n12345\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST(Http1, RefusesAHeaderThatIsTooLarge) {
  TestServer server({.header_bytes_max = 1024});
  const std::string big = "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(1024, 'x');
  EXPECT_THAT(ask(server, big + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST(Http1, AHandlersExceptionIs500AndTellsNothing) {
  TestServer server;
  RawSocket socket(server.port());
  for (const char* path : {"/throw", "/silent", "/bad-header"}) {
    socket.send(post(path, ""));
    const std::string response = socket.read_response();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 500 ")) << path;
    EXPECT_THAT(response, Not(HasSubstr("secret")));
    EXPECT_THAT(response, Not(HasSubstr("x-injected")));
  }
}

TEST(Http1, AnExceptionAfterTheStartBreaksTheConnection) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(post("/throw-after-start", ""));
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, EndsWith("5\r\nbegun\r\n"));  // no last chunk: the client sees the break
}

struct BadRequest {
  const char* name;
  std::string bytes;
};

class Http1BadRequest : public testing::TestWithParam<BadRequest> {};

TEST_P(Http1BadRequest, Is400AndClosesTheConnection) {
  TestServer server;
  RawSocket socket(server.port());
  socket.send(GetParam().bytes);
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 400 ")) << GetParam().bytes;
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(response.find("HTTP/1.1", 1), std::string::npos) << "answered twice: " << response;
}

std::string with_fields(const std::string& fields) {
  return "POST /echo HTTP/1.1\r\n" + fields + "\r\n" + std::string(kHello);
}

std::string with_chunks(const std::string& chunks) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

const BadRequest kBadRequests[] = {
    {"NoHost", with_fields("X: y\r\n")},
    {"TwoHosts", with_fields("Host: a\r\nHost: b\r\n")},
    {"LengthAndEncoding",
     with_fields("Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n")},
    {"EncodingAndLength",
     with_fields("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n")},
    {"TwoLengths", with_fields("Host: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n")},
    {"SameLengthTwice", with_fields("Host: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n")},
    {"LengthList", with_fields("Host: a\r\nContent-Length: 4, 5\r\n")},
    {"NegativeLength", with_fields("Host: a\r\nContent-Length: -4\r\n")},
    {"SignedLength", with_fields("Host: a\r\nContent-Length: +4\r\n")},
    {"HexLength", with_fields("Host: a\r\nContent-Length: 0x4\r\n")},
    {"HugeLength", with_fields("Host: a\r\nContent-Length: 99999999999999999999999\r\n")},
    {"EmptyLength", with_fields("Host: a\r\nContent-Length:\r\n")},
    {"OtherEncoding", with_fields("Host: a\r\nTransfer-Encoding: gzip\r\n")},
    {"EncodingList", with_fields("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n")},
    {"IdentityEncoding", with_fields("Host: a\r\nTransfer-Encoding: identity\r\n")},
    {"ChunkedTwice",
     with_fields("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
    {"EncodingInHttp10",
     "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"FoldedLine", with_fields("Host: a\r\nX: y\r\n z\r\n")},
    {"FoldedWithTab", with_fields("Host: a\r\nX: y\r\n\tz\r\n")},
    {"FoldedFirstLine", with_fields(" Host: a\r\n")},
    {"NulInValue", with_fields(std::string("Host: a\r\nX: y\0z\r\n", 17))},
    {"ControlInValue", with_fields("Host: a\r\nX: y\x01z\r\n")},
    {"SpaceBeforeColon", with_fields("Host: a\r\nX : y\r\n")},
    {"NoColon", with_fields("Host: a\r\nX\r\n")},
    {"EmptyName", with_fields("Host: a\r\n: y\r\n")},
    {"BareLineFeed", "GET /hello HTTP/1.1\nHost: a\n\n"},
    {"BareLineFeedBetweenFields", with_fields("Host: a\nX: y\r\n")},
    {"BareReturn", with_fields("Host: a\rX: y\r\n")},
    {"NoVersion", "GET /hello\r\nHost: a\r\n\r\n"},
    {"OldVersion", "GET /hello HTTP/0.9\r\nHost: a\r\n\r\n"},
    {"NewVersion", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"},
    {"LowerCaseVersion", "GET /hello http/1.1\r\nHost: a\r\n\r\n"},
    {"TwoSpaces", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"SpaceInTarget", "GET /hel lo HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"NotAPath", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"Connect", "CONNECT there:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"BadMethod", "GE(T /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"EmptyLinesOnly", "\r\n\r\n\r\n\r\n"},
    {"TlsOnClearText", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
    {"ChunkSizeNotHex", with_chunks("zz\r\nabc\r\n")},
    {"ChunkSizeNegative", with_chunks("-1\r\nabc\r\n")},
    {"ChunkSizeEmpty", with_chunks("\r\nabc\r\n")},
    {"ChunkSizeOverflow", with_chunks("fffffffffffffffffff\r\nabc\r\n")},
    {"ChunkLongerThanSaid", with_chunks("3\r\nabcdef\r\n0\r\n\r\n")},
    {"ChunkBareLineFeed", with_chunks("3\nabc\r\n0\r\n\r\n")},
    {"ChunkBareReturn", with_chunks("3\rabc\r\n0\r\n\r\n")},
    {"ChunkHeaderTooLong", with_chunks("3;" + std::string(20'000, 'x') + "\r\nabc\r\n")},
    {"TrailerFolded", with_chunks("0\r\nX : y\r\n\r\n")},
};

INSTANTIATE_TEST_SUITE_P(All, Http1BadRequest, testing::ValuesIn(kBadRequests),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Http1, ATruncatedBodyJustEnds) {
  TestServer server;
  for (const std::string& request :
       {std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
        with_chunks("a\r\nabc"), std::string("GET /hello HT")}) {
    RawSocket socket(server.port());
    socket.send(request);
    socket.end_writing();
    EXPECT_EQ(socket.read_to_end(), "") << request;
  }
}

TEST(Http1, AcceptsTheAbsoluteFormAndOneEmptyLineAhead) {
  TestServer server;
  EXPECT_THAT(ask(server,
                  "\r\nPOST http://there:80/echo?q HTTP/1.1\r\nHost: a\r\n"
                  "Content-Length: 0\r\n\r\n"),
              HasSubstr("x-target: /echo?q\r\n"));
}

TEST(Http1, IgnoresUpgrades) {
  TestServer server;
  EXPECT_THAT(ask(server,
                  "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                  "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace bedplate::wire
