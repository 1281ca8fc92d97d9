// Tool calls that a model writes as text (tool_prompt.hpp), as canonical events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// How the calls of a reply arrive.
enum class ToolReply {
  kNative,  ///< the server reports them as calls, or there are none
  kTagged,  ///< as JSON between tags within the text
  kForced,  ///< the whole text is one call, held to call_schema() by a grammar
};

/// Takes the reply's text as it comes.
class ToolCallReader {
 public:
  explicit ToolCallReader(ToolReply mode) : mode_(mode) {}

  /// Appends the events that `text` completes: plain text, calls and pieces of their input.
  void take(std::string_view text, std::vector<GenerationEvent>& events);
  /// The text has ended: what was held back, because it could have become a call, is text.
  void finish(std::vector<GenerationEvent>& events);

 private:
  void take_tagged(std::vector<GenerationEvent>& events);
  void take_forced(std::string_view text, std::vector<GenerationEvent>& events);
  bool read_forced_head(std::vector<GenerationEvent>& events);
  void pass_input(std::string_view text, std::vector<GenerationEvent>& events);

  ToolReply mode_;
  std::string held_;
  bool in_call_ = false;    ///< kTagged: behind an opening tag; kForced: within the arguments
  bool call_over_ = false;  ///< kForced
  int depth_ = 0;           ///< kForced: of braces and brackets around the next character
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace bedplate::inference
