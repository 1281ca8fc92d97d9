// What server_for_test.hpp declares. The name makes it part of the test program only.
#include "wire/server_for_test.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bedplate::wire {
namespace {

using std::chrono::seconds;
constexpr seconds kPatience{5};

Response plain(int status, std::string body) {
  Response response;
  response.head.status = status;
  response.head.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

Response render(const ApiError& error, std::string_view) {
  Response response = plain(error.http_status, error.what());
  response.head.headers.add("x-amzn-ErrorType", error.type);
  return response;
}

Task<> wait_to_be_cancelled(std::shared_ptr<Sightings> sightings) {
  Timer never(co_await boost::asio::this_coro::executor);
  never.expires_after(std::chrono::hours(1));
  sightings->begun.add();
  auto [error] = co_await never.async_wait(as_result);
  if (error == boost::asio::error::operation_aborted) sightings->cancelled.add();
}

Task<> flood(std::shared_ptr<Sightings> sightings, ResponseWriter& writer) {
  co_await writer.start(ResponseHead{});
  const std::string piece(64 * 1024, 'x');
  try {
    for (;;) {
      co_await writer.write(piece);
      sightings->bytes_written += piece.size();
    }
  } catch (const boost::system::system_error&) {
    sightings->failed_writes.add();
    throw;
  }
}

Task<> stream(ResponseWriter& writer) {
  ResponseHead head;
  head.headers.add("x-kind", "stream");
  co_await writer.start(std::move(head));
  co_await writer.write("one ");
  co_await writer.write("two ");
  co_await writer.write("three");
  co_await writer.finish();
}

Response echo(Request request) {
  Response response = plain(200, std::move(request.body));
  response.head.headers.add("x-method", request.method);
  response.head.headers.add("x-target", request.target);
  response.head.headers.add("x-host", std::string(request.headers.get("host")));
  response.head.headers.add("x-sent", std::string(request.headers.get("x-sent")));
  response.head.headers.add("x-secure", request.secure ? "yes" : "no");
  response.head.headers.add("x-peer", request.peer_address);
  response.head.headers.add("x-thread", std::to_string(IoPool::current()));
  response.head.headers.add("x-http", std::to_string(request.http_major));
  return response;
}

Task<std::string> read_all(std::shared_ptr<Sightings> sightings, Request& request) {
  std::string all;
  try {
    for (;;) {
      const std::string piece = co_await request.body_reader->read();
      if (piece.empty()) break;
      if (all.empty()) sightings->begun.add();
      all += piece;
    }
  } catch (const boost::system::system_error&) {
    sightings->failed_reads.add();
    throw;
  }
  co_return all;
}

Task<std::string> count(Request& request) {
  std::size_t total = 0, largest = 0;
  for (;;) {
    const std::string piece = co_await request.body_reader->read();
    if (piece.empty()) break;
    total += piece.size();
    largest = std::max(largest, piece.size());
  }
  const std::string beyond = co_await request.body_reader->read();
  co_return fmt::format("{} {} {}", total, largest, beyond.size());
}

Task<> handle_streamed(std::shared_ptr<Sightings> sightings, Request request,
                       ResponseWriter& writer) {
  const std::string path(request.path());
  if (request.body_reader == nullptr || path == "/streamed/ignore") {
    co_await writer.send(plain(200, "ignored"));
    co_return;
  }
  if (path == "/streamed/hang") {
    co_await wait_to_be_cancelled(sightings);
    co_return;
  }
  std::optional<ApiError> failure;
  Response response = plain(200, "");
  try {
    if (path == "/streamed/echo") {
      response.body = co_await read_all(sightings, request);
    } else if (path == "/streamed/first") {
      response.body = co_await request.body_reader->read();
    } else {
      response.body = co_await count(request);
    }
  } catch (const ApiError& error) {
    failure = error;
  }
  if (failure) response = render(*failure, {});
  co_await writer.send(std::move(response));
}

Task<> answer_known_length(std::string query, ResponseWriter& writer) {
  ResponseHead head;
  head.content_length = std::stoull(query);
  co_await writer.start(std::move(head));
  co_await writer.write("01234");
  co_await writer.finish("56789");
}

Task<> handle(std::shared_ptr<Sightings> sightings, Request request, ResponseWriter& writer) {
  const std::string path(request.path());
  if (path.starts_with("/streamed/")) {
    co_await handle_streamed(sightings, std::move(request), writer);
    co_return;
  }
  if (path == "/known-length") {
    co_await answer_known_length(std::string(request.query()), writer);
    co_return;
  }
  if (path == "/echo") {
    co_await writer.send(echo(std::move(request)));
  } else if (path == "/stream") {
    co_await stream(writer);
  } else if (path == "/hang") {
    co_await wait_to_be_cancelled(sightings);
  } else if (path == "/hang-after-start") {
    co_await writer.start(ResponseHead{});
    co_await writer.write("begun");
    co_await wait_to_be_cancelled(sightings);
  } else if (path == "/throw") {
    throw std::runtime_error("a secret");
  } else if (path == "/throw-after-start") {
    co_await writer.start(ResponseHead{});
    co_await writer.write("begun");
    throw std::runtime_error("a secret");
  } else if (path == "/flood") {
    co_await flood(sightings, writer);
  } else if (path == "/empty") {
    co_await writer.send(plain(204, ""));
  } else if (path == "/bad-header") {
    Response response = plain(200, "");
    response.head.headers.add("x-split", "a\r\nx-injected: b");
    co_await writer.send(std::move(response));
  } else if (path != "/silent") {
    co_await writer.send(plain(200, "hello"));
  }
}

}  // namespace

void Counter::add() {
  const std::lock_guard lock(mutex_);
  ++value_;
  changed_.notify_all();
}

bool Counter::reached(int value) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return value_ >= value; });
}

TestServer::TestServer(Limits limits, std::optional<TlsFiles> tls) {
  ServerOptions options;
  options.port = 0;
  options.limits = limits;
  options.tls = std::move(tls);
  options.streams_body = [](const Request& head) { return head.path().starts_with("/streamed/"); };
  server_ = std::make_unique<Server>(
      pool_, std::move(options),
      [sightings = sightings_](Request request, ResponseWriter& writer) {
        return handle(sightings, std::move(request), writer);
      },
      render);
  server_->start();
}

TestServer::~TestServer() {
  server_.reset();
}

RawSocket::RawSocket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{kPatience.count(), 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int at_once = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to the test server");
  }
}

RawSocket::~RawSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::string RawSocket::read_some(std::size_t bytes_max) {
  if (!ahead_.empty()) {
    std::string bytes = ahead_.substr(0, bytes_max);
    ahead_.erase(0, bytes.size());
    return bytes;
  }
  std::string bytes(bytes_max, '\0');
  const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  at_end_ = count == 0 || (count < 0 && errno == ECONNRESET);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

std::string RawSocket::read_to_end() {
  std::string all;
  for (std::string piece = read_some(); !piece.empty(); piece = read_some()) all += piece;
  return all;
}

std::string RawSocket::read_until(std::string_view end) {
  std::string all;
  for (;;) {
    const std::size_t at = all.find(end);
    if (at != std::string::npos) {
      ahead_ = all.substr(at + end.size()) + ahead_;
      return all.substr(0, at + end.size());
    }
    const std::string piece = read_some();
    if (piece.empty()) return all;
    all += piece;
  }
}

std::string RawSocket::read_response() {
  std::string response = read_until("\r\n\r\n");
  const std::string_view key = "Content-Length: ";
  const std::size_t at = response.find(key);
  if (at == std::string::npos) {
    if (response.find("Transfer-Encoding: chunked") != std::string::npos) {
      response += read_until("0\r\n\r\n");
    }
    return response;
  }
  const std::size_t length = std::stoul(response.substr(at + key.size()));
  const std::size_t total = response.size() + length;
  while (response.size() < total) {
    const std::string piece = read_some(total - response.size());
    if (piece.empty()) break;
    response += piece;
  }
  return response;
}

void RawSocket::end_writing() {
  ::shutdown(descriptor_, SHUT_WR);
}

void RawSocket::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace bedplate::wire
