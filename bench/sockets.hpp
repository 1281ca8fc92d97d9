// Non-blocking sockets and epoll, as bare as a measuring tool needs them: what they cost is part
// of every figure, on all sides alike.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "wire/client.hpp"

namespace bedplate::bench {

/// CLOCK_MONOTONIC in nanoseconds: the same for every process of a machine.
std::int64_t now_ns();

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  void close();
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// Listens on 127.0.0.1. Port 0: the system chooses. Throws std::system_error.
Descriptor listen_on_loopback(std::uint16_t port);
std::uint16_t port_of(const Descriptor& listener);

/// The next waiting connection; not open when there is none.
Descriptor accept_from(const Descriptor& listener);

/// Begins to connect to `endpoint` (an IPv4 address or a Unix socket); writable when connected.
/// Throws std::system_error.
Descriptor connect_to(const wire::Endpoint& endpoint);

class Poller {
 public:
  Poller();
  /// `tag` comes back with each event.
  void add(const Descriptor& descriptor, std::uint32_t events, void* tag);
  void change(const Descriptor& descriptor, std::uint32_t events, void* tag);
  /// Waits for events, at most until `deadline_ns` (see now_ns()). The span is valid until the
  /// next call.
  std::span<const epoll_event> wait(std::optional<std::int64_t> deadline_ns);

 private:
  Descriptor epoll_;
  epoll_event events_[256];
};

}  // namespace bedplate::bench
