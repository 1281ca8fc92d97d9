// The client against servers that follow a script, byte by byte.
#include "wire/client.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <thread>

#include "wire/server_for_test.hpp"

namespace bedplate::wire {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;
using Cause = ClientError::Cause;
using Phase = ClientError::Phase;

/// Serves one connection after the other, each with the next of its scripts, on a thread.
class ScriptedServer {
 public:
  using Script = std::function<void(RawSocket&)>;

  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    listen_at(reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    endpoint.host = "127.0.0.1";
    endpoint.port = ntohs(address.sin_port);
  }
  ScriptedServer(const std::string& path, Script script) : scripts_{std::move(script)} {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    listen_at(reinterpret_cast<sockaddr*>(&address), sizeof address);
    endpoint.kind = Endpoint::Kind::kUnix;
    endpoint.host = path;
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    if (const int connection = connection_) ::shutdown(connection, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  Endpoint endpoint;
  std::atomic<int> accepted{0};

 private:
  void listen_at(const sockaddr* address, socklen_t size) {
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 16) != 0) {
      throw std::runtime_error("the scripted server cannot listen");
    }
    thread_ = std::thread([this] {
      for (const Script& script : scripts_) {
        const int connection = ::accept(listener_, nullptr, nullptr);
        if (connection < 0) return;
        ++accepted;
        const timeval patience{5, 0};
        ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        RawSocket socket(connection);
        connection_ = connection;
        script(socket);
        connection_ = 0;
      }
    });
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  std::atomic<int> connection_{0};  ///< the one that is being served
  std::thread thread_;
};

ScriptedServer::Script answer(std::string response) {
  return [response = std::move(response)](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send(response);
    socket.read_to_end();
  };
}

ScriptedServer::Script answer_and_close(std::string response) {
  return [response = std::move(response)](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send(response);
  };
}

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Reply {
  int status = 0;
  std::string body;
  std::string x;
};

Task<Reply> exchange(Client& client, Endpoint endpoint, ClientRequest request) {
  auto response = co_await client.send(std::move(endpoint), std::move(request));
  Reply reply;
  reply.status = response->status();
  reply.x = std::string(response->headers().get("x"));
  reply.body = co_await response->read_all();
  co_return reply;
}

Task<> first_piece_only(Client& client, Endpoint endpoint) {
  ClientRequest request;
  auto response = co_await client.send(std::move(endpoint), std::move(request));
  co_await response->read_some();
}

class ClientTest : public testing::Test {
 protected:
  Reply run(const Endpoint& endpoint, ClientRequest request = {}) {
    return boost::asio::co_spawn(pool_.executor(0),
                                 exchange(client(), endpoint, std::move(request)),
                                 boost::asio::use_future)
        .get();
  }
  /// The error that the exchange ends with.
  ClientError failure(const Endpoint& endpoint) {
    try {
      const Reply reply = run(endpoint);
      return {Phase::kConnect, Cause::kOther, "no failure, but: " + reply.body};
    } catch (const ClientError& error) {
      return error;
    }
  }
  void expect_failure(const Endpoint& endpoint, Phase phase, Cause cause) {
    const ClientError error = failure(endpoint);
    EXPECT_EQ(error.phase, phase) << error.what();
    EXPECT_EQ(error.cause, cause) << error.what();
  }
  Client& client() {
    if (!client_) client_.emplace(pool_, limits_);
    return *client_;
  }

  IoPool pool_{1};
  ClientLimits limits_;
  std::optional<Client> client_;
};

TEST_F(ClientTest, SendsARequestWithHostLengthAndBasePath) {
  std::string seen;
  ScriptedServer server({[&](RawSocket& socket) {
    seen = socket.read_until("body");
    socket.send(kOk);
  }});
  Endpoint endpoint = server.endpoint;
  endpoint.base_path = "/base";
  ClientRequest request;
  request.path = "/v1/x";
  request.headers.add("X-Key", "value");
  request.body = "body";
  const Reply reply = run(endpoint, request);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "ok");
  EXPECT_EQ(seen, fmt::format("POST /base/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-Key: value\r\n"
                              "Content-Length: 4\r\nConnection: keep-alive\r\n\r\nbody",
                              endpoint.port));
}

TEST_F(ClientTest, RefusesToSendALineEndInAHeader) {
  ScriptedServer server(std::vector<ScriptedServer::Script>{});
  ClientRequest request;
  request.headers.add("X", "a\r\nY: b");
  EXPECT_THROW(run(server.endpoint, request), std::invalid_argument);
}

TEST_F(ClientTest, ReadsBodiesOfEveryFraming) {
  const std::string big(200'000, 'b');
  ScriptedServer server({
      answer("HTTP/1.1 200 OK\r\nX: len\r\nContent-Length: 200000\r\n\r\n" + big),
      answer_and_close("HTTP/1.0 200 OK\r\n\r\nuntil the end"),
      answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6;a=b\r\npedia \r\n"
             "B\r\nin chunks.\n\r\n0\r\nT: x\r\n\r\n"),
      answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: no\r\n\r\n"
             "HTTP/1.1 404 Not Found\r\nX: yes\r\nContent-Length: 0\r\n\r\n"),
      answer("HTTP/1.1 204 No Content\r\n\r\n"),
  });
  const auto next = [&] {
    client().forget(server.endpoint);
    return run(server.endpoint);
  };
  Reply reply = next();
  EXPECT_EQ(reply.body, big);
  EXPECT_EQ(reply.x, "len");
  EXPECT_EQ(next().body, "until the end");
  EXPECT_EQ(next().body, "Wikipedia in chunks.\n");
  reply = next();
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.x, "yes");
  EXPECT_EQ(next().status, 204);
}

TEST_F(ClientTest, AHeadRequestHasNoBodyWhateverIsAnnounced) {
  ScriptedServer server({answer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")});
  ClientRequest request;
  request.method = "HEAD";
  EXPECT_EQ(run(server.endpoint, request).body, "");
}

Task<std::vector<std::string>> pieces_of(Client& client, Endpoint endpoint, Counter& seen) {
  ClientRequest request;
  auto response = co_await client.send(std::move(endpoint), std::move(request));
  std::vector<std::string> pieces;
  for (;;) {
    const std::string_view piece = co_await response->read_some();
    if (piece.empty()) co_return pieces;
    pieces.emplace_back(piece);
    seen.add();
  }
}

TEST_F(ClientTest, HandsOutEveryPieceAsItArrives) {
  Counter seen;
  ScriptedServer server({[&](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    EXPECT_TRUE(seen.reached(1));
    socket.send("3\r\ntwo\r\n5\r\nthree\r\n");  // came together: handed out together
    EXPECT_TRUE(seen.reached(2));
    socket.send("4\r\nfo");
    EXPECT_TRUE(seen.reached(3));
    socket.send("ur\r\n0\r\n\r\n");
    socket.read_to_end();
  }});
  auto pieces = boost::asio::co_spawn(pool_.executor(0), pieces_of(client(), server.endpoint, seen),
                                      boost::asio::use_future)
                    .get();
  client().forget(server.endpoint);
  EXPECT_THAT(pieces, testing::ElementsAre("one", "twothree", "fo", "ur"));
}

TEST_F(ClientTest, ReusesAConnection) {
  ScriptedServer server({[](RawSocket& socket) {
    for (int i = 0; i < 2; ++i) {
      socket.read_until("\r\n\r\n");
      socket.send(kOk);
    }
    socket.read_to_end();
  }});
  EXPECT_EQ(run(server.endpoint).body, "ok");
  EXPECT_EQ(run(server.endpoint).body, "ok");
  EXPECT_EQ(server.accepted, 1);
  client().forget(server.endpoint);
}

TEST_F(ClientTest, DoesNotReuseWhatThePeerWantsClosed) {
  ScriptedServer server({
      answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
      answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"),
      answer_and_close(kOk),
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run(server.endpoint).body, "ok");
  EXPECT_EQ(server.accepted, 3);
}

TEST_F(ClientTest, SendsAgainWhenAnIdleConnectionTurnsOutClosed) {
  ScriptedServer server({
      [](RawSocket& socket) {
        socket.read_until("\r\n\r\n");
        socket.send(kOk);
        socket.read_until("\r\n\r\n");  // the second request: closed without an answer
      },
      answer("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"),
  });
  EXPECT_EQ(run(server.endpoint).status, 200);
  EXPECT_EQ(run(server.endpoint).status, 201);
  client().forget(server.endpoint);
}

TEST_F(ClientTest, DoesNotSendAgainOnceAByteHasCome) {
  ScriptedServer server({[](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send(kOk);
    socket.read_until("\r\n\r\n");
    socket.send("H");
  }});
  EXPECT_EQ(run(server.endpoint).status, 200);
  expect_failure(server.endpoint, Phase::kResponseHead, Cause::kClosed);
  EXPECT_EQ(server.accepted, 1);
}

TEST_F(ClientTest, SaysWhereAConnectionBroke) {
  ScriptedServer server({
      answer_and_close(""),
      answer_and_close("HTTP/1.1 200 OK\r\nConte"),
      answer_and_close("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"),
      answer_and_close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
      answer_and_close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"),
  });
  expect_failure(server.endpoint, Phase::kResponseHead, Cause::kClosed);
  expect_failure(server.endpoint, Phase::kResponseHead, Cause::kClosed);
  for (int i = 0; i < 3; ++i) {
    expect_failure(server.endpoint, Phase::kResponseBody, Cause::kClosed);
  }
}

TEST_F(ClientTest, RefusesWhatIsNotHttp) {
  limits_.header_bytes_max = 1024;
  ScriptedServer server({
      answer("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
      answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n"),
      answer("HTTP/1.1 200 OK\r\nX: " + std::string(4'000, 'x') + "\r\n\r\n"),
      answer("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')),
      answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
      answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(9'000, 'x')),
  });
  for (int i = 0; i < 4; ++i) {
    expect_failure(server.endpoint, Phase::kResponseHead, Cause::kMalformed);
  }
  for (int i = 0; i < 2; ++i) {
    expect_failure(server.endpoint, Phase::kResponseBody, Cause::kMalformed);
  }
}

TEST_F(ClientTest, RefusesABodyThatIsTooLarge) {
  limits_.body_bytes_max = 10;
  ScriptedServer server({
      answer("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"),
      answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n"),
  });
  expect_failure(server.endpoint, Phase::kResponseBody, Cause::kTooLarge);
  expect_failure(server.endpoint, Phase::kResponseBody, Cause::kTooLarge);
}

TEST_F(ClientTest, GivesUpInTime) {
  limits_.response_timeout = limits_.read_timeout = milliseconds(50);
  ScriptedServer server({
      answer(""),
      answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"),
  });
  expect_failure(server.endpoint, Phase::kResponseHead, Cause::kTimeout);
  expect_failure(server.endpoint, Phase::kResponseBody, Cause::kTimeout);
}

TEST_F(ClientTest, GivesUpAHandshakeInTime) {
  limits_.connect_timeout = milliseconds(50);
  ScriptedServer server({[](RawSocket& socket) { socket.read_to_end(); }});
  Endpoint endpoint = server.endpoint;
  endpoint.kind = Endpoint::Kind::kTls;
  expect_failure(endpoint, Phase::kConnect, Cause::kTimeout);
}

TEST_F(ClientTest, SaysThatNobodyListens) {
  Endpoint nobody;
  {
    ScriptedServer server(std::vector<ScriptedServer::Script>{});
    nobody = server.endpoint;
  }
  expect_failure(nobody, Phase::kConnect, Cause::kRefused);
  expect_failure(parse_endpoint("unix:/nowhere/to/be/found.sock"), Phase::kConnect,
                 Cause::kRefused);
  expect_failure(parse_endpoint("http://name.invalid:1"), Phase::kConnect, Cause::kOther);
}

TEST_F(ClientTest, ResolvesNames) {
  ScriptedServer server({answer(kOk)});
  Endpoint endpoint = server.endpoint;
  endpoint.host = "localhost";
  EXPECT_EQ(run(endpoint).body, "ok");
  client().forget(endpoint);
}

TEST_F(ClientTest, SpeaksOverAUnixSocket) {
  std::string directory = (std::filesystem::temp_directory_path() / "wireXXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  {
    ScriptedServer server(directory + "/s.sock", answer(kOk));
    EXPECT_EQ(run(parse_endpoint("unix:" + directory + "/s.sock")).body, "ok");
    client().forget(server.endpoint);
  }
  std::filesystem::remove_all(directory);
}

TEST_F(ClientTest, ADroppedResponseClosesTheConnection) {
  Counter closed;
  ScriptedServer server({[&](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    socket.read_to_end();
    closed.add();
  }});
  boost::asio::co_spawn(pool_.executor(0), first_piece_only(client(), server.endpoint),
                        boost::asio::use_future)
      .get();
  EXPECT_TRUE(closed.reached(1));
}

TEST_F(ClientTest, CancellingTheTaskClosesTheConnection) {
  Counter asked, closed;
  ScriptedServer server({[&](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    asked.add();
    socket.read_to_end();
    closed.add();
  }});
  boost::asio::cancellation_signal cancel;
  auto outcome = boost::asio::co_spawn(
      pool_.executor(0), exchange(client(), server.endpoint, {}),
      boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::use_future));
  ASSERT_TRUE(asked.reached(1));
  boost::asio::post(pool_.executor(0),
                    [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  try {
    outcome.get();
    FAIL() << "not cancelled";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), boost::asio::error::operation_aborted);
  }
  EXPECT_TRUE(closed.reached(1));
}

TEST(Endpoint, ReadsUrls) {
  const Endpoint plain = parse_endpoint("http://example.com:8080/base/");
  EXPECT_EQ(plain.kind, Endpoint::Kind::kTcp);
  EXPECT_EQ(plain.host, "example.com");
  EXPECT_EQ(plain.port, 8080);
  EXPECT_EQ(plain.base_path, "/base");
  EXPECT_EQ(plain.text(), "http://example.com:8080/base");

  const Endpoint tls = parse_endpoint("https://[::1]");
  EXPECT_EQ(tls.kind, Endpoint::Kind::kTls);
  EXPECT_EQ(tls.host, "::1");
  EXPECT_EQ(tls.port, 443);
  EXPECT_EQ(tls.base_path, "");
  EXPECT_EQ(tls.text(), "https://[::1]:443");

  const Endpoint local = parse_endpoint("unix:/run/engine.sock");
  EXPECT_EQ(local.kind, Endpoint::Kind::kUnix);
  EXPECT_EQ(local.host, "/run/engine.sock");
  EXPECT_EQ(local.text(), "unix:/run/engine.sock");
}

TEST(Endpoint, RefusesWhatIsNoUrl) {
  for (const std::string url :
       {"", "localhost:8080", "ftp://host", "http://", "http://host:0", "http://host:99999",
        "http://user@host", "http://host/?q", "http://host/#f", "http://ho st", "unix:"}) {
    EXPECT_THROW(parse_endpoint(url), std::invalid_argument) << url;
  }
  EXPECT_THROW(parse_endpoint("unix:/" + std::string(108, 'x')), std::invalid_argument);
}

}  // namespace
}  // namespace bedplate::wire
