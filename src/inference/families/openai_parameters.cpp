// The parts of openai_messages.hpp that are about single parameters.
#include "base/api_error.hpp"
#include "inference/families/openai_messages.hpp"

namespace bedplate::inference {

namespace {

/// The id itself, or that of a profile or an ARN that ends with it.
bool names(std::string_view text, std::string_view id) {
  if (!text.ends_with(id)) return false;
  text.remove_suffix(id.size());
  return text.empty() || text.ends_with('.') || text.ends_with('/');
}

}  // namespace

OpenAiTarget read_openai_target(BodyReader& reader) {
  return {reader.string("model"), reader.boolean("stream")};
}

void check_openai_target(const OpenAiTarget& target, const CatalogueModel& model, bool stream) {
  if (target.model && !names(*target.model, model.id)) {
    throw errors::validation("The model in the body must be the model in the request's path.");
  }
  if (target.stream && *target.stream != stream) {
    throw errors::validation(
        stream ? "'stream' must be true or absent for InvokeModelWithResponseStream."
               : "'stream' must be false or absent for InvokeModel.");
  }
}

void read_openai_stop(BodyReader& reader, std::size_t count_max, SamplingParameters& sampling) {
  const boost::json::value* stop = reader.any("stop");
  if (stop == nullptr) return;
  if (!stop->is_string()) {
    sampling.stop_sequences = reader.filled_strings("stop", count_max);
  } else if (auto one = reader.filled_string("stop")) {
    sampling.stop_sequences = {std::move(*one)};
  }
}

void read_openai_penalties(BodyReader& reader, SamplingParameters& sampling) {
  if (const auto value = reader.number("frequency_penalty", -2, 2)) {
    sampling.frequency_penalty = value;
  }
  if (const auto value = reader.number("presence_penalty", -2, 2)) {
    sampling.presence_penalty = value;
  }
}

}  // namespace bedplate::inference
