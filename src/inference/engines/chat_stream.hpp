// A streamed reply of OpenAI's protocol, event by event, as canonical generation events.
#pragma once

#include <string_view>

#include "inference/engines/chat_request.hpp"
#include "inference/engines/reply_stream.hpp"
#include "inference/engines/utf8_assembler.hpp"

namespace bedplate::inference {

struct ReplyChunk;

class ChatStream final : public ReplyStream {
 public:
  explicit ChatStream(ReplyShape shape) : shape_(shape), calls_(shape.tools) {}

  StreamStep take(std::string_view data) override;
  bool ended() const override { return ended_; }

 private:
  void take_chunk(ReplyChunk& chunk, StreamStep& step);
  void take_call(const ReplyChunk& chunk, StreamStep& step);
  void note_calls(StreamStep& step);
  void finish_content(StreamStep& step);
  void finish(StreamStep& step);

  ReplyShape shape_;
  ToolCallReader calls_;
  bool started_ = false;
  bool finished_ = false;  ///< the model ended; counts may follow
  bool ended_ = false;
  bool limit_reached_ = false;
  bool called_ = false;           ///< the reply calls a tool
  bool skipping_call_ = false;    ///< a call after the only one that may be
  std::int64_t call_index_ = -1;  ///< the server's number of the call under way
  GenerationEnd end_;
  Utf8Assembler characters_;
  Utf8Assembler thoughts_;
};

}  // namespace bedplate::inference
