// What the families' tests share: bodies in, replies and chunks out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/family.hpp"

namespace bedplate::inference {

inline CatalogueModel model_named(const char* id, std::int64_t max_output = 0) {
  CatalogueModel model = guess_model(id);
  model.max_output_tokens = max_output;
  return model;
}

/// A family with a model, as one body after the other is tried on it.
struct FamilyUnderTest {
  const Family& family;
  CatalogueModel model;

  GenerationRequest parse(std::string_view body, bool stream = false) const {
    return family.parse(parse_body_object(body), model, stream);
  }

  /// The error's message; "accepted" when there is none.
  std::string refusal(std::string_view body, bool stream = false) const {
    try {
      parse(body, stream);
    } catch (const ApiError& error) {
      return error.what();
    }
    return "accepted";
  }

  /// The refusal of Converse's additional fields.
  std::string refused_fields(std::string_view fields) const {
    GenerationRequest request;
    try {
      family.read_additional_fields(parse_body_object(fields), request);
    } catch (const ApiError& error) {
      return error.what();
    }
    return "accepted";
  }

  SamplingParameters fields(std::string_view fields) const {
    GenerationRequest request;
    family.read_additional_fields(parse_body_object(fields), request);
    return request.sampling;
  }

  boost::json::object render(const GenerationReply& reply, std::string_view body = "{}") const {
    const boost::json::object asked = parse_body_object(body);
    return family.render(reply, context(asked));
  }

  /// The chunks of these events, between a start of 12 tokens and an end.
  std::vector<boost::json::object> chunks(std::vector<GenerationEvent> events,
                                          GenerationEnd end = {},
                                          std::string_view body = "{}") const {
    const boost::json::object asked = parse_body_object(body);
    const auto renderer = family.chunk_renderer(context(asked));
    std::vector<boost::json::object> chunks;
    renderer->render(GenerationStart{12}, chunks);
    for (const GenerationEvent& event : events) renderer->render(event, chunks);
    end.usage = {.input_tokens = 12, .output_tokens = 5};
    renderer->render(end, chunks);
    return chunks;
  }

 private:
  ReplyContext context(const boost::json::object& body) const {
    ReplyContext context;
    context.model = &model;
    context.model_id = model.id;
    context.request_id = "request-1";
    context.body = &body;
    return context;
  }
};

inline std::string malformed_input(std::string_view what) {
  return "Malformed input request: " + std::string(what) +
         ", please reformat your input and try again.";
}

inline GenerationReply reply_saying(std::string text, GenerationEnd end = {}) {
  GenerationReply reply;
  reply.content.emplace_back(TextBlock{std::move(text)});
  reply.end = std::move(end);
  reply.end.usage = {.input_tokens = 12, .output_tokens = 5};
  return reply;
}

inline const Conversation& conversation_of(const GenerationRequest& request) {
  return std::get<Conversation>(request.prompt);
}

/// The text of one block of one message.
inline const std::string& said(const Conversation& conversation, std::size_t message,
                               std::size_t block = 0) {
  return std::get<TextBlock>(conversation.messages.at(message).content.at(block)).text;
}

}  // namespace bedplate::inference
