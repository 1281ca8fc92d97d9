// One HTTP/1.1 connection: requests one after the other, each answered by the handler.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "wire/connection.hpp"
#include "wire/http1/request_decoder.hpp"

namespace bedplate::wire::http1 {

class Exchange;

class Http1Connection final : public Connection {
 public:
  /// `received`: what was read of the first request already; its header is due at `header_deadline`
  /// then.
  Http1Connection(std::shared_ptr<Service> service, std::unique_ptr<Transport> transport,
                  std::string peer_address, std::string received, Deadline header_deadline);

  Task<> serve() override;
  /// Answers with that, whatever comes, and closes.
  Task<> serve_refusal(ApiError error);
  void drain() override;
  void abort() override;
  void on_tick(SteadyClock::time_point now) override;

 private:
  friend class Exchange;

  /// The body of the request that is being answered.
  class RequestBody final : public BodyReader {
   public:
    explicit RequestBody(Http1Connection& connection) : connection_(connection) {}
    Task<std::string> read() override { return connection_.read_body(); }

   private:
    Http1Connection& connection_;
  };

  bool draining() const { return service_->draining.load(std::memory_order_relaxed); }
  Task<bool> serve_one();
  Task<bool> read_request(std::optional<ApiError>& refusal);
  void commit(std::size_t bytes, std::optional<ApiError>& refusal);
  Task<std::string> read_body();
  Task<> fill_piece();
  Task<> wait_for_body();
  /// What the handler left of the body can be read before the next request.
  bool body_can_be_drained() const;
  /// False when the connection is over.
  Task<bool> dispose_of_body(bool keep_alive);
  void set_read_deadline();
  std::optional<ApiError> timeout_error() const;
  Task<bool> answer(Request request);
  Task<bool> settle(Exchange& exchange, std::exception_ptr failure);
  Task<> refuse(ApiError error);
  /// Writes all of it; throws system_error. What the pieces point to must live until then.
  Task<> send_all(Pieces pieces);

  void watch_for_hangup();
  void on_readable();
  void on_client_gone();

  std::shared_ptr<Service> service_;
  std::unique_ptr<Transport> transport_;
  std::string peer_address_;
  std::string received_;
  RequestDecoder decoder_;
  BodyAccount body_account_;
  Exchange* exchange_ = nullptr;  ///< while the handler runs

  enum class Phase { kIdle, kHead, kBody, kAnswer } phase_ = Phase::kIdle;
  Deadline first_header_deadline_, read_deadline_, write_deadline_;
  bool read_expired_ = false;
  bool client_gone_ = false;
  bool body_broken_ = false;  ///< what follows of a streamed body cannot be understood
  int body_reads_ = 0;
  bool poll_for_hangup_ = false;  ///< unread bytes hide the end from a wait
  std::uint64_t watch_id_ = 0;
  boost::asio::cancellation_signal cancel_handler_;
  boost::asio::cancellation_signal cancel_watch_;
};

}  // namespace bedplate::wire::http1
