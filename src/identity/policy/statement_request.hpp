// A request as statements are compared with it: the action in lower case, with its hashes.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "identity/policy/evaluation.hpp"

namespace bedplate::identity::policy {

/// Must outlive what get() returns, and not outlive the request.
class PreparedRequest {
 public:
  explicit PreparedRequest(const Request& request) : action_(lower(request.action)) {
    const std::string_view service = action_.substr(0, action_.find(':'));
    request_.emplace(StatementRequest{request.caller, request.context, action_, hash_of(action_),
                                      hash_of(service), request.resource});
  }
  PreparedRequest(const PreparedRequest&) = delete;
  PreparedRequest& operator=(const PreparedRequest&) = delete;

  const StatementRequest& get() const { return *request_; }

 private:
  std::string_view lower(std::string_view action) {
    if (action.size() > usual_.size()) return long_ = lower_case(action);
    for (std::size_t i = 0; i < action.size(); ++i) {
      const char c = action[i];
      usual_[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return {usual_.data(), action.size()};
  }

  std::array<char, 128> usual_;  // no action of AWS is longer
  std::string long_;
  std::string_view action_;
  std::optional<StatementRequest> request_;
};

}  // namespace bedplate::identity::policy
