// A generation request in the words of OpenAI's protocol and its dialects.
#pragma once

#include <optional>
#include <string>

#include "inference/conversation.hpp"
#include "inference/engines/dialect.hpp"

namespace bedplate::inference {

/// What the body of a streamed reply looks like.
enum class ReplyFormat {
  kChat,        ///< /v1/chat/completions
  kCompletion,  ///< /v1/completions
  kNative,      ///< llama-server's /completion
};

struct GenerationCall {
  std::string path;
  std::string body;  ///< JSON
  ReplyFormat format = ReplyFormat::kChat;
};

/// Always asks for a stream: llama-server notices a client's end only while it streams.
/// `model` goes into the request when not empty. Text blocks of one message are joined, the
/// user's and the system's by a line feed as the servers themselves do it, the assistant's by
/// nothing.
GenerationCall generation_call(const GenerationRequest& request, const ServerTraits& traits,
                               const std::string& model);

struct CountingCall {
  std::string path;
  std::string body;
};

/// Asks for the number of tokens that generation_call() would report as input; nothing when the
/// dialect knows no way. read_count() reads the answer.
std::optional<CountingCall> counting_call(const GenerationRequest& request,
                                          const ServerTraits& traits, const std::string& model);

/// Throws EngineError (kFailed) when `body` holds no count.
std::int64_t read_count(std::string_view body);

}  // namespace bedplate::inference
