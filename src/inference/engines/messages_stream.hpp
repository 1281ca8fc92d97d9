// The events of a streamed Message. Facts: Anthropic's documentation, page "Streaming Messages".
#pragma once

#include <boost/json/fwd.hpp>

#include "inference/engines/reply_stream.hpp"

namespace bedplate::inference {

class MessagesStream final : public ReplyStream {
 public:
  /// Throws EngineError for an error event, nonsense, and what has no place in a reply here:
  /// redacted thinking, and the results of the upstream's own tools.
  StreamStep take(std::string_view data) override;
  bool ended() const override { return ended_; }

 private:
  void begin_message(const boost::json::object& event, StreamStep& step);
  void begin_block(const boost::json::object& event, StreamStep& step);
  void take_delta(const boost::json::object& event, StreamStep& step);
  void end_block(StreamStep& step);
  void take_message_delta(const boost::json::object& event);
  void read_usage(const boost::json::object& from);

  GenerationEnd end_;
  bool begun_ = false;
  bool ended_ = false;
  bool in_call_ = false;
  bool call_has_input_ = false;
};

}  // namespace bedplate::inference
