// What the tests of the families share: a model, a refusal in one line, a reply, its chunks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {

/// A model as the catalogue has it; one it does not know is guessed from its id.
inline CatalogueModel catalogue_model(const char* id) {
  static const ModelCatalogue catalogue = ModelCatalogue::built_in();
  const CatalogueModel* found = catalogue.find(id);
  return found ? *found : guess_model(id);
}

inline GenerationRequest parse_body(const Family& family, std::string_view body,
                                    const CatalogueModel& model, bool stream = false) {
  return family.parse(parse_body_object(body), model, stream);
}

inline Conversation conversation_of(const Family& family, std::string_view body,
                                    const CatalogueModel& model) {
  return std::get<Conversation>(parse_body(family, body, model).prompt);
}

/// "Type: message" of the error that the body gets, or "accepted".
inline std::string refusal_of(const Family& family, std::string_view body,
                              const CatalogueModel& model, bool stream = false) {
  try {
    parse_body(family, body, model, stream);
  } catch (const ApiError& error) {
    return error.type + ": " + error.what();
  }
  return "accepted";
}

inline std::string malformed_text(std::string_view what) {
  return "ValidationException: Malformed input request: " + std::string(what) +
         ", please reformat your input and try again.";
}

inline ReplyContext context_for(const CatalogueModel& model) {
  ReplyContext context;
  context.model = &model;
  context.model_id = model.id;
  context.request_id = "request-1";
  context.created = Timestamp(std::chrono::milliseconds(1'700'000'000'123));
  return context;
}

inline GenerationEnd end_of(StopReason reason) {
  return {reason, "", {12, 5, 0, 0}};
}

/// Text, then two calls, the second of them without its end when the reply was cut.
inline GenerationReply reply_with_calls(StopReason reason, std::string second_input) {
  GenerationReply reply;
  reply.content = {TextBlock{"Let me see."}, ToolUseBlock{"", "clock", R"({"zone":"UTC"})"},
                   ToolUseBlock{"", "weather", std::move(second_input)}};
  reply.end = end_of(reason);
  return reply;
}

inline std::vector<boost::json::object> rendered_chunks(
    const Family& family, const ReplyContext& context, const std::vector<GenerationEvent>& events) {
  const auto renderer = family.chunk_renderer(context);
  std::vector<boost::json::object> chunks;
  for (const GenerationEvent& event : events) renderer->render(event, chunks);
  return chunks;
}

template <class Block>
const Block& block_at(const Message& message, std::size_t index) {
  return std::get<Block>(message.content.at(index));
}

}  // namespace bedplate::inference
