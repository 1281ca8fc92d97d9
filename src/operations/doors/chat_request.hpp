// What OpenAI's chat completions carry beside the conversation: whom to ask and how to answer.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace bedplate::operations {

struct ChatRequest {
  std::string model;  ///< as the client named it
  bool stream = false;
  bool include_usage = false;  ///< one more chunk with the token counts, at a stream's end
  /// The rest of the body: the openai-chat family's own.
  boost::json::object native;
};

/// Reads the members that are the door's, and takes out those that change no answer here. Throws
/// ApiError 400 that names the member at fault.
ChatRequest read_chat_request(std::string_view body);

}  // namespace bedplate::operations
