// One connection of the load generator: sends a request that was made before, reads the answer.
#pragma once

#include <optional>
#include <string>

#include "sockets.hpp"
#include "wire/http1/response_decoder.hpp"

namespace bedplate::bench {

class Exchange {
 public:
  enum class Progress {
    kWaiting,  ///< for more of the answer
    kDone,     ///< the answer is complete
    kBroken,   ///< the connection ended before the answer did, or what came is no answer
  };

  /// The tag of its events is `tag`.
  Exchange(Poller& poller, const wire::Endpoint& endpoint, void* tag);

  /// Sends `request`, on the connection that stands or on a new one. Keep it until it is answered.
  void begin(const std::string& request);

  /// To be called for every event. Hands each piece of the body to `on_piece(std::string_view)`.
  template <class OnPiece>
  Progress on_event(std::uint32_t events, OnPiece&& on_piece) {
    if ((events & EPOLLOUT) && !send_rest()) return Progress::kBroken;
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return Progress::kWaiting;
    try {
      if (!receive()) return Progress::kBroken;
      while (decoder_->head_done()) {
        const std::string_view piece = decoder_->next_piece();
        if (piece.empty()) break;
        on_piece(piece);
      }
    } catch (const wire::http1::MalformedResponse&) {
      return Progress::kBroken;
    }
    if (!decoder_->done()) return Progress::kWaiting;
    if (!decoder_->reusable()) socket_.close();
    return Progress::kDone;
  }

  int status() const { return decoder_->status(); }
  /// Broken because the server had closed the idle connection: begin() again.
  bool was_stale() const { return reused_ && !decoder_->any_byte(); }
  void close() { socket_.close(); }
  bool is_open() const { return socket_.is_open(); }

 private:
  void connect();
  bool send_rest();
  bool receive();

  Poller& poller_;
  wire::Endpoint endpoint_;
  void* tag_;
  Descriptor socket_;
  const std::string* request_ = nullptr;
  std::size_t sent_bytes_ = 0;
  bool waits_to_write_ = false;
  bool reused_ = false;
  std::optional<wire::http1::ResponseDecoder> decoder_;
};

}  // namespace bedplate::bench
