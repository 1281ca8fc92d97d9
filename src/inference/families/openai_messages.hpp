// Messages, tools and reply formats as OpenAI's chat completions write them. Mistral's, AI21's and
// Writer's bodies use the same. Facts: OpenAI's API reference, "Create chat completion"; Mistral's
// API reference, "Chat completion"; AWS's guide, pages model-parameters-openai and
// model-parameters-mistral-chat-completion.
#pragma once

#include <optional>
#include <string>

#include "inference/conversation.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {

/// Where the providers differ.
struct OpenAiRules {
  bool images = false;  ///< the model reads them
  /// A last message of the assistant must carry "prefix": true (Mistral).
  bool marked_prefill = false;
  std::size_t tools_max = 128;  ///< OpenAI's bound
  /// AI21's and Writer's smaller schema: no developer messages; contents are texts, a part of which
  /// may stand without a list and without a type; the assistant's messages have nothing beside
  /// text and calls; arguments are texts, and results may stand anywhere behind their call.
  bool plain = false;
};

/// Reads `messages`. System and developer messages join the system prompt wherever they stand;
/// messages of one role in a row become one turn; tool messages become results in the user's turn.
/// Violations are noted; throws ValidationException for what is well-formed, but not taken.
void read_openai_messages(BodyReader& reader, const OpenAiRules& rules, Conversation& conversation);

/// Reads `tools`.
void read_openai_tool_list(BodyReader& reader, const OpenAiRules& rules,
                           Conversation& conversation);

/// Reads `tools`, `tool_choice` and `parallel_tool_calls`.
void read_openai_tools(BodyReader& reader, const OpenAiRules& rules, Conversation& conversation);

/// Reads `response_format`: the JSON schema that the reply has to fit; empty for free text.
std::string read_response_format(BodyReader& reader);

/// What the body itself says about where it goes. It may be left out, but not contradict.
struct OpenAiTarget {
  std::optional<std::string> model;
  std::optional<bool> stream;
};
OpenAiTarget read_openai_target(BodyReader& reader);
/// Throws ValidationException when it says other than the request's path.
void check_openai_target(const OpenAiTarget& target, const CatalogueModel& model, bool stream);

/// Reads `stop`: a text or a list of texts, none of them empty.
void read_openai_stop(BodyReader& reader, std::size_t count_max, SamplingParameters& sampling);

/// Reads `frequency_penalty` and `presence_penalty`.
void read_openai_penalties(BodyReader& reader, SamplingParameters& sampling);

/// Throws ValidationException when calls and results of tools do not fit together. To be called
/// when the body has no violations.
void check_openai_tool_turns(const Conversation& conversation);

}  // namespace bedplate::inference
