// What the server answers to HTTP/2 clients, good and bad. The client is nghttp2's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <cstring>
#include <map>

#include "wire/server_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

struct Answer {
  std::string status;
  std::multimap<std::string, std::string> fields;
  std::string body;
  bool closed = false;
  std::uint32_t error_code = 0;

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A blocking HTTP/2 client.
class Http2Client {
 public:
  struct Options {
    bool auto_window = true;
    std::uint32_t initial_window_bytes = 65'535;
  };

  explicit Http2Client(TestServer& server) : Http2Client(server, Options()) {}
  Http2Client(TestServer& server, Options options) : socket_(server.port()) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, options.auto_window ? 0 : 1);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry window{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                                        options.initial_window_bytes};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &window, 1);
  }
  Http2Client(const Http2Client&) = delete;
  ~Http2Client() { nghttp2_session_del(session_); }

  /// Queues a request; `body` nullptr for none. `open`: the body does not end.
  std::int32_t ask(const std::string& method, const std::string& path, Fields extra = {},
                   const std::string* body = nullptr, bool open = false) {
    Fields fields{{":method", method}, {":scheme", "http"}, {":authority", "there"}};
    fields.emplace_back(":path", path);
    fields.insert(fields.end(), extra.begin(), extra.end());
    return ask_raw(fields, body, open);
  }

  std::int32_t ask_raw(const Fields& fields, const std::string* body = nullptr,
                       bool open = false) {
    std::vector<nghttp2_nv> pairs;
    for (const auto& [name, value] : fields) {
      pairs.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                       reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
                       name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider provider{};
    provider.read_callback = read_body;
    const std::int32_t id = nghttp2_submit_request(session_, nullptr, pairs.data(), pairs.size(),
                                                   body ? &provider : nullptr, nullptr);
    if (body) bodies_[id] = {*body, 0, open};
    return id;
  }

  void send() {
    for (;;) {
      const std::uint8_t* bytes = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
      if (size <= 0) return;
      socket_.send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
    }
  }
  /// Sends and receives until `done`, the connection's end or five seconds of silence.
  bool pump(const std::function<bool()>& done) {
    for (;;) {
      send();
      if (done()) return true;
      const std::string bytes = socket_.read_some();
      if (bytes.empty()) return done();
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                               bytes.size());
    }
  }
  const Answer& answer(std::int32_t id) {
    pump([&] { return answers_[id].closed; });
    return answers_[id];
  }
  Answer& so_far(std::int32_t id) { return answers_[id]; }
  /// The error code of the server's GOAWAY; -1 when none comes.
  int goaway() {
    pump([&] { return goaway_ >= 0; });
    return goaway_;
  }
  /// Waits for the server to close the connection.
  bool ended() {
    pump([&] { return closed(); });
    return closed();
  }
  bool closed() const { return socket_.at_end(); }
  void reset(std::int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    send();
  }
  nghttp2_session* session() { return session_; }
  RawSocket& socket() { return socket_; }

 private:
  struct Body {
    std::string bytes;
    std::size_t sent = 0;
    bool open = false;
  };
  static Http2Client& self(void* user) { return *static_cast<Http2Client*>(user); }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) {
    Answer& answer = self(user).answers_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") answer.status += text;
    answer.fields.emplace(key, text);
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                     std::size_t size, void* user) {
    self(user).answers_[id].body.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    self(user).answers_[id].closed = true;
    self(user).answers_[id].error_code = code;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self(user).goaway_ = static_cast<int>(frame->goaway.error_code);
    }
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* buffer,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                           void* user) {
    Body& body = self(user).bodies_[id];
    const std::size_t step = std::min(size, body.bytes.size() - body.sent);
    if (step == 0 && body.open) return NGHTTP2_ERR_DEFERRED;
    std::memcpy(buffer, body.bytes.data() + body.sent, step);
    body.sent += step;
    if (body.sent == body.bytes.size() && !body.open) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(step);
  }

  RawSocket socket_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Answer> answers_;
  std::map<std::int32_t, Body> bodies_;
  int goaway_ = -1;
};

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
  const std::string big(80'000, 'x'), small(30'000, 'x');
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
    {"EmptyPath",
     {{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}, {":path", ""}}},
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
    client.socket().send(frame(NGHTTP2_WINDOW_UPDATE, 0, static_cast<std::uint32_t>(id),
                               "\x7f\xff\xff\xff"));
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
  server.server().drain_blocking(milliseconds(50));
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
