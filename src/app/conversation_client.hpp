// A small Bedrock client: one ConverseStream call against the running server, signed like any
// other client's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/environment.hpp"

namespace bedplate::app {

struct Turn {
  std::string role;  ///< "user" or "assistant"
  std::string text;
};

struct Question {
  std::string model;
  std::string system;  ///< empty: none
  std::vector<Turn> turns;
  double temperature = 0;
  int max_tokens = 512;
};

struct Answer {
  std::string text;
  std::string stop_reason;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t latency_ms = 0;
};

/// Asks and calls `on_text` for every piece as it arrives. Blocks. Throws std::runtime_error with
/// what the server answered, or why it cannot be reached.
Answer ask_blocking(const std::string& url, const identity::StoredAccessKey& key,
                    const std::string& region, const Question& question,
                    const std::function<void(std::string_view)>& on_text);

}  // namespace bedplate::app
