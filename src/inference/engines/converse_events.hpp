// The events of a ConverseStream reply. Facts: the service model of bedrock-runtime; order and
// wording of events: recorded traffic, as for our own ConverseStream.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "inference/engines/reply_stream.hpp"
#include "protocol/event_frame.hpp"

namespace bedplate::inference {

class ConverseEvents final : public ReplyReader {
 public:
  /// What of the request says how to read the reply.
  struct Asked {
    std::vector<std::string> stop_sequences;
    bool parallel_calls = true;  ///< else calls after the first are left out
  };
  explicit ConverseEvents(Asked asked);

  void feed(std::string_view bytes) override { decoder_.feed(bytes); }
  /// Throws EngineError for an exception frame, for what is no event stream, and for what has no
  /// place in a reply here: redacted thinking, replies that the service has held back.
  std::optional<StreamStep> next() override;
  bool ended() const override { return ended_; }

 private:
  enum class Block { kNone, kCall, kSkippedCall };

  StreamStep take(const protocol::Frame& frame);
  void begin_message(StreamStep& step);
  void begin_block(const boost::json::object& event, StreamStep& step);
  void take_delta(const boost::json::object& event, StreamStep& step);
  void take_reasoning(const boost::json::object& delta, StreamStep& step);
  void take_input(const boost::json::object& delta, StreamStep& step);
  void end_block(StreamStep& step);
  void end_message(const boost::json::object& event);
  void take_metadata(const boost::json::object& event, StreamStep& step);

  const Asked asked_;
  protocol::FrameDecoder decoder_;
  GenerationEnd end_;
  Block block_ = Block::kNone;
  bool call_has_input_ = false;
  bool any_call_ = false;
  std::string signature_;  ///< of the thinking under way
  bool begun_ = false;
  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace bedplate::inference
