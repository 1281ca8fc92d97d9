// A generation request in the words of OpenAI's protocol and its dialects.
#pragma once

#include <optional>
#include <string>

#include "inference/conversation.hpp"
#include "inference/engines/dialect.hpp"
#include "inference/engines/tool_call_reader.hpp"

namespace bedplate::inference {

/// What the body of a streamed reply looks like.
enum class ReplyFormat {
  kChat,        ///< /v1/chat/completions
  kCompletion,  ///< /v1/completions
  kNative,      ///< llama-server's /completion
};

/// What has to be known to read a reply.
struct ReplyShape {
  ReplyFormat format = ReplyFormat::kChat;
  ToolReply tools = ToolReply::kNative;
  bool parallel_calls = true;  ///< else calls after the first are left out
  /// What the request asked for: a reply that ends for its length before that has filled the
  /// context.
  std::optional<std::int64_t> max_tokens;
};

/// What to ask for the probabilities of a prompt's tokens (prompt_scoring.hpp).
struct PromptScoring {
  std::string template_body;  ///< for llama-server's /apply-template
  std::string text;           ///< the part of the prompt
};

struct GenerationCall {
  std::string path;
  std::string body;  ///< JSON
  ReplyShape reply;
  std::optional<PromptScoring> scoring;  ///< to be done before, where the request wants it
};

/// Always asks for a stream: llama-server notices a client's end only while it streams.
/// `model` goes into the request when not empty. A tool that must be called is called for certain
/// where the server can hold the reply to a grammar. Throws EngineError (kInvalidRequest) for what
/// the server cannot do.
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
