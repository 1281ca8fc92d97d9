// A streamed reply of OpenAI's protocol, event by event, as canonical generation events.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "inference/conversation.hpp"
#include "inference/engines/chat_request.hpp"
#include "inference/engines/utf8_assembler.hpp"

namespace bedplate::inference {

struct ReplyChunk;

/// What one event of the stream gave. Members that are absent gave nothing.
struct StreamStep {
  std::optional<GenerationStart> start;
  std::string text;
  std::optional<GenerationEnd> end;
  bool token = false;  ///< the model made progress, be it invisible
};

/// Follows one reply.
class ChatStream {
 public:
  /// `max_tokens` is what the request asked for: a reply that ends for its length before that has
  /// filled the context.
  ChatStream(ReplyFormat format, std::optional<std::int64_t> max_tokens)
      : format_(format), max_tokens_(max_tokens) {}

  /// Takes in the data of one event. Throws EngineError when it reports an error or makes no
  /// sense. Nothing may follow the step that holds the end.
  StreamStep take(std::string_view data);

  bool ended() const { return ended_; }

 private:
  void take_chunk(const ReplyChunk& chunk, StreamStep& step);
  void finish(StreamStep& step);

  ReplyFormat format_;
  std::optional<std::int64_t> max_tokens_;
  bool started_ = false;
  bool finished_ = false;  ///< the model ended; counts may follow
  bool ended_ = false;
  bool limit_reached_ = false;
  GenerationEnd end_;
  Utf8Assembler characters_;
};

}  // namespace bedplate::inference
