// The deltas of streamed replies in AI21's Jamba and Writer's Palmyra.
#pragma once

#include <boost/json.hpp>
#include <optional>

#include "inference/conversation.hpp"

namespace bedplate::inference {

class ChatDeltas {
 public:
  /// Nothing for an event that gives no delta.
  std::optional<boost::json::object> delta(const GenerationEvent& event);

 private:
  std::int64_t call_ = -1;  ///< number of the tool call under way
};

}  // namespace bedplate::inference
