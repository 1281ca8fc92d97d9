#include "wire/http2/connection.hpp"

#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "wire/http2/exchange.hpp"

namespace bedplate::wire::http2 {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kWriteBytes = 16 * 1024;

}  // namespace

Http2Connection::Http2Connection(std::shared_ptr<Service> service,
                                 std::unique_ptr<Transport> transport, std::string peer_address,
                                 std::string received)
    : service_(std::move(service)),
      transport_(std::move(transport)),
      peer_address_(std::move(peer_address)),
      received_(std::move(received)),
      session_(service_->limits, service_->streams_body),
      body_account_(service_) {}

Task<> Http2Connection::serve() {
  idle_deadline_.set(service_->limits.idle_timeout);
  try {
    co_await read_until_over();
  } catch (const boost::system::system_error& problem) {
    log::debug("an HTTP/2 connection ended: {}", problem.what());
  }
  cancel_handlers();
  transport_->close();
}

Task<> Http2Connection::read_until_over() {
  if (draining()) drain();
  bool goes_on = feed(std::exchange(received_, {}));
  std::unique_ptr<char[]> buffer;
  for (int reads = 1; goes_on && !over(); ++reads) {
    if (!buffer) buffer.reset(new char[kReadBytes]);
    ErrorCode error;
    const std::size_t count = transport_->try_read(asio::buffer(buffer.get(), kReadBytes), error);
    if (count > 0) {
      goes_on = feed({buffer.get(), count});
      if (reads % kReadsInARowMax == 0) co_await asio::post(use_task);
      continue;
    }
    if (error != asio::error::would_block) co_return;
    buffer.reset();
    try {
      co_await transport_->wait_readable();
    } catch (const boost::system::system_error&) {
      if (!over()) throw;
    }
  }
  // What is left to say, GOAWAY above all, should reach the client.
  flush();
  if (blocked_ || !transport_->is_open()) co_return;
  cancel_handlers();
  linger_deadline_.set(kLingerTimeout);
  co_await linger(*transport_);
}

bool Http2Connection::over() const {
  return broken_ || (out_.empty() && (session_.over() || (draining_ && idle())));
}

bool Http2Connection::feed(std::string_view bytes) {
  const bool goes_on = session_.feed(bytes, SteadyClock::now());
  if (!body_account_.hold(session_.body_bytes())) session_.refuse_bodies(too_many_bodies());
  dispatch_events();
  flush();
  return goes_on;
}

// Handlers that are started here may answer at once, which makes new events.
void Http2Connection::dispatch_events() {
  if (std::exchange(dispatching_, true)) return;
  for (std::vector<Event> events = session_.take_events(); !events.empty();
       events = session_.take_events()) {
    for (const Event& event : events) {
      const auto found = exchanges_.find(event.stream);
      switch (event.kind) {
        case Event::Kind::kRequest:
          begin_request(event.stream);
          break;
        case Event::Kind::kRefuse:
          refuse(event.stream, *event.error);
          break;
        case Event::Kind::kBody:
        case Event::Kind::kTaken:
          if (found != exchanges_.end()) found->second->on_progress();
          break;
        case Event::Kind::kClosed:
          if (found != exchanges_.end()) found->second->on_closed(event.broken);
          break;
      }
    }
  }
  dispatching_ = false;
  if (!idle()) {
    idle_deadline_.clear();
  } else if (idle_deadline_.cleared()) {
    idle_deadline_.set(service_->limits.idle_timeout);
  }
}

void Http2Connection::begin_request(StreamId id) {
  // A stream that was reset counts no more for the client, but its handler may need a moment yet.
  if (exchanges_.size() >= 2 * service_->limits.http2_streams_max) {
    refuse(id, errors::service_unavailable("The connection has too many requests at once."));
    return;
  }
  Request request = session_.take_request(id);
  if (request.method.empty()) return;  // reset meanwhile
  request.secure = transport_->secure();
  request.tls = transport_->tls_facts();
  request.peer_address = peer_address_;
  auto self = std::static_pointer_cast<Http2Connection>(shared_from_this());
  service_->tasks.spawn(transport_->socket().get_executor(),
                        run_stream(std::move(self), id, std::move(request), session_.streamed(id)));
}

void Http2Connection::refuse(StreamId id, const ApiError& error) {
  Response response = service_->render_error(error, session_.target_of(id));
  session_.respond(id, response.head, std::move(response.body));
}

Task<> Http2Connection::run_stream(std::shared_ptr<Http2Connection> self, StreamId id,
                                   Request request, bool streamed) {
  const Executor executor = co_await asio::this_coro::executor;
  Exchange exchange(*self, id, executor);
  if (streamed) request.body_reader = &exchange;
  self->exchanges_[id] = &exchange;
  const std::exception_ptr failure =
      co_await run_handler(self->service_, std::move(request), exchange, exchange.cancel());
  try {
    co_await self->settle(exchange, failure);
  } catch (const boost::system::system_error& problem) {
    log::debug("an HTTP/2 stream ended: {}", problem.what());
  }
  self->exchanges_.erase(id);
  self->dispatch_events();
  self->flush();
  if (self->over()) self->transport_->cancel();  // wakes the reader
}

Task<> Http2Connection::settle(Exchange& exchange, std::exception_ptr failure) {
  if (exchange.gone()) co_return;
  if (failure) {
    log_handler_failure(failure);
  } else if (!exchange.started()) {
    log::error("a handler ended without a response");
  }
  if (!exchange.started()) {
    Response response = service_->render_error(errors::internal_server(), {});
    co_await exchange.send(std::move(response));
  } else if (!exchange.ended()) {
    session_.reset(exchange.id());
  }
}

bool Http2Connection::gather_output() {
  if (out_sent_ == out_.size()) {
    out_.clear();
    out_sent_ = 0;
    while (out_.size() < kWriteBytes) {
      const std::string_view piece = session_.next_output();
      if (piece.empty()) break;
      out_ += piece;
    }
  }
  return !out_.empty();
}

void Http2Connection::flush() {
  if (blocked_ || broken_) return;
  while (gather_output()) {
    ErrorCode error;
    Pieces pieces{std::string_view(out_).substr(out_sent_)};
    const std::size_t count = transport_->try_write(pieces, error);
    out_sent_ += count;
    if (count > 0) continue;
    if (error != asio::error::would_block) {
      broken_ = true;
      transport_->cancel();
      break;
    }
    blocked_ = true;
    write_deadline_.set(service_->limits.write_timeout);
    auto self = std::static_pointer_cast<Http2Connection>(shared_from_this());
    transport_->async_wait_writable([self](const ErrorCode& failure) {
      self->blocked_ = false;
      self->write_deadline_.clear();
      if (failure) return;
      self->flush();
      if (self->over()) self->transport_->cancel();
    });
    break;
  }
  body_account_.hold(session_.body_bytes());
  if (idle() && out_.empty()) std::string().swap(out_);  // an idle connection keeps no buffer
  dispatch_events();
}

void Http2Connection::cancel_handlers() {
  broken_ = true;
  for (const auto& [id, exchange] : exchanges_) exchange->on_closed(true);
}

void Http2Connection::drain() {
  if (std::exchange(draining_, true)) return;
  session_.go_away();
  flush();
  if (over()) transport_->cancel();
}

void Http2Connection::abort() {
  cancel_handlers();
  transport_->close();
}

void Http2Connection::on_tick(SteadyClock::time_point now) {
  const auto header_since = session_.header_since();
  const bool header_late = header_since && now >= *header_since + service_->limits.header_timeout;
  if (header_late || idle_deadline_.passed(now) || linger_deadline_.passed(now) ||
      write_deadline_.passed(now)) {
    abort();
    return;
  }
  session_.expire(now - service_->limits.body_timeout);
  for (const auto& [id, exchange] : exchanges_) exchange->on_tick(now);
  dispatch_events();
  flush();
}

}  // namespace bedplate::wire::http2
