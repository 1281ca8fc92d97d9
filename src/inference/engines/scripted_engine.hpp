// An engine for testing applications: it says what a rules file tells it to, and fails as it says.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "inference/engines.hpp"
#include "inference/engines/scripted_rules.hpp"

namespace bedplate::inference {

class ScriptedEngine final : public Engine, public std::enable_shared_from_this<ScriptedEngine> {
 public:
  /// `options.kind` must hold ScriptedOptions. Reads the rules; throws std::invalid_argument with a
  /// text that names the file and the rule at fault.
  explicit ScriptedEngine(EngineOptions options);

  const std::string& served_by() const override { return served_by_; }
  bool reads_images() const override { return true; }  // it looks at none
  Task<> generate(GenerationRequest request, GenerationSink& sink) override;
  Task<std::int64_t> count_tokens(GenerationRequest request) override;

  EngineStatus status() const;

 private:
  /// The rule that the request comes under; nullptr when there is none. Only a request that is to
  /// be answered counts for `nth`.
  const ScriptedRule* choose(const GenerationRequest& request, bool answers);

  const EngineOptions options_;
  const std::string served_by_;
  const ScriptedRules rules_;
  mutable std::mutex mutex_;
  std::vector<std::int64_t> seen_;  ///< for each rule, the requests that its conditions held for
};

/// A text in the pieces that count as tokens: words, each with the white space before it.
std::vector<std::string> scripted_tokens(std::string_view text);

}  // namespace bedplate::inference
