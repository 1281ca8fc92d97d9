// What Amazon Bedrock answers when it fails, as EngineError. Facts: the service model of
// bedrock-runtime, whose errors name their status; the guide's page "Troubleshooting error codes".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inference/engine.hpp"
#include "protocol/event_frame.hpp"

namespace bedplate::inference {

/// From a response whose status is not 200. `type` is the header x-amzn-errortype, which may go on
/// behind a colon; without it the body's __type counts. Each of `secrets` is taken out of the text.
EngineError converse_error_from_response(int http_status, std::string_view type, std::string body,
                                         const std::vector<std::string>& secrets);

/// From a frame whose message-type is `exception` or `error`. `begun`: part of the reply has been
/// handed on.
EngineError converse_error_from_frame(const protocol::Frame& frame, bool begun);

}  // namespace bedplate::inference
