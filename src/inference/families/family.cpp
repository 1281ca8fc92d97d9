#include "inference/families/family.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {

void Family::read_additional_fields(const boost::json::object& fields, GenerationRequest&) const {
  if (fields.empty()) return;
  throw errors::validation(fmt::format("{}{}: Extra inputs are not permitted", kModelErrorPrefix,
                                       std::string_view(fields.begin()->key())));
}

const Family* find_family(std::string_view key) {
  if (key == "anthropic-messages") return &anthropic_messages();
  if (key == "meta-llama") return &meta_llama();
  if (key == "titan-text") return &titan_text();
  if (key == "nova") return &nova();
  if (key == "openai-chat" || key == "qwen") return &openai_chat();
  return nullptr;
}

}  // namespace bedplate::inference
