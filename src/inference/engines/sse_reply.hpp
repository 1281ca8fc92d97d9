// A reply that arrives as server-sent events.
#pragma once

#include "inference/engines/reply_stream.hpp"
#include "inference/engines/sse_reader.hpp"

namespace bedplate::inference {

class SseReply final : public ReplyReader {
 public:
  /// `stream` is at its beginning.
  explicit SseReply(ReplyStream& stream) : stream_(stream) {}

  void feed(std::string_view bytes) override { events_.feed(bytes); }
  std::optional<StreamStep> next() override {
    const auto data = events_.next();
    if (!data) return std::nullopt;
    return stream_.take(*data);
  }
  bool ended() const override { return stream_.ended(); }

 private:
  SseReader events_;
  ReplyStream& stream_;
};

}  // namespace bedplate::inference
