// What Anthropic's Messages carry beside the native body: whom to ask and how to answer.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "wire/http.hpp"

namespace bedplate::operations {

struct MessageRequest {
  std::string model;  ///< as the client named it
  bool stream = false;
  /// The body as InvokeModel takes it: without the members above, with the headers' version and
  /// betas in it.
  boost::json::object native;
};

/// Reads the body and the headers `anthropic-version` and `anthropic-beta`. Throws ApiError 400.
MessageRequest read_message_request(const wire::Request& request);

}  // namespace bedplate::operations
