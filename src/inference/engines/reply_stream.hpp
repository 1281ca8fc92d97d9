// A streamed reply, event by event, as canonical generation events.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// What one event of the stream gave.
struct StreamStep {
  std::vector<GenerationEvent> events;
  bool token = false;  ///< the model made progress, be it invisible
};

/// Follows one reply from the bytes of its body, which arrive in any pieces.
class ReplyReader {
 public:
  virtual ~ReplyReader() = default;

  virtual void feed(std::string_view bytes) = 0;
  /// What the next whole event gave; nothing until more bytes come. Throws EngineError when it
  /// reports an error or makes no sense. Nothing may follow the step that holds the end.
  virtual std::optional<StreamStep> next() = 0;
  virtual bool ended() const = 0;
};

/// Follows one reply of server-sent events, in the words of one protocol.
class ReplyStream {
 public:
  virtual ~ReplyStream() = default;

  /// Takes in the data of one event. Throws EngineError when it reports an error or makes no
  /// sense. Nothing may follow the step that holds the end.
  virtual StreamStep take(std::string_view data) = 0;
  virtual bool ended() const = 0;
};

}  // namespace bedplate::inference
