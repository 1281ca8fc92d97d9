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
  if (key == "anthropic-text") return &anthropic_text();
  if (key == "mistral-instruct") return &mistral_instruct();
  if (key == "cohere-command") return &cohere_command();
  if (key == "cohere-command-r") return &cohere_command_r();
  if (key == "ai21-j2") return &ai21_j2();
  if (key == "ai21-jamba") return &ai21_jamba();
  if (key == "deepseek") return &deepseek();
  if (key == "writer") return &writer();
  if (key == "mistral-chat") return &mistral_chat();
  return nullptr;
}

}  // namespace bedplate::inference
