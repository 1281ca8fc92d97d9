#include "sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <system_error>

namespace bedplate::bench {
namespace {

constexpr int kBacklog = 4'096;
constexpr std::int64_t kSecond_ns = 1'000'000'000;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void send_at_once(int number) {
  const int yes = 1;
  checked(setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
}

void begin_connecting(int number, const sockaddr* address, socklen_t size) {
  if (connect(number, address, size) == 0 || errno == EINPROGRESS) return;
  throw std::system_error(errno, std::generic_category(), "connect");
}

Descriptor connect_to_unix(const wire::Endpoint& endpoint) {
  Descriptor made(
      checked(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  endpoint.host.copy(address.sun_path, sizeof address.sun_path - 1);
  begin_connecting(made.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return made;
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond_ns + now.tv_nsec;
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Descriptor listen_on_loopback(std::uint16_t port) {
  Descriptor made(
      checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  const int yes = 1;
  checked(setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "SO_REUSEADDR");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(made.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(made.number(), kBacklog), "listen");
  return made;
}

std::uint16_t port_of(const Descriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

Descriptor accept_from(const Descriptor& listener) {
  Descriptor made(accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (made.is_open()) send_at_once(made.number());
  return made;
}

Descriptor connect_to(const wire::Endpoint& endpoint) {
  if (endpoint.kind == wire::Endpoint::Kind::kUnix) return connect_to_unix(endpoint);
  Descriptor made(
      checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  send_at_once(made.number());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) {
    throw std::invalid_argument(endpoint.host + " is no IPv4 address");
  }
  begin_connecting(made.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return made;
}

Poller::Poller() : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void Poller::add(const Descriptor& descriptor, std::uint32_t events, void* tag) {
  epoll_event event{.events = events, .data = {.ptr = tag}};
  checked(epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor.number(), &event), "epoll_ctl");
}

void Poller::change(const Descriptor& descriptor, std::uint32_t events, void* tag) {
  epoll_event event{.events = events, .data = {.ptr = tag}};
  checked(epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor.number(), &event), "epoll_ctl");
}

std::span<const epoll_event> Poller::wait(std::optional<std::int64_t> deadline_ns) {
  timespec left{};
  if (deadline_ns) {
    const std::int64_t left_ns = std::max<std::int64_t>(0, *deadline_ns - now_ns());
    left.tv_sec = left_ns / kSecond_ns;
    left.tv_nsec = left_ns % kSecond_ns;
  }
  const int count = epoll_pwait2(epoll_.number(), events_, std::size(events_),
                                 deadline_ns ? &left : nullptr, nullptr);
  if (count < 0 && errno == EINTR) return {};
  return {events_, static_cast<std::size_t>(checked(count, "epoll_pwait2"))};
}

}  // namespace bedplate::bench
