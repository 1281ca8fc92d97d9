// What servers and the way to them answer when they fail, as EngineError.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "inference/engine.hpp"
#include "wire/client.hpp"

namespace bedplate::inference {

/// From a response whose status is not 200. Knows the error bodies of llama-server, vLLM, SGLang
/// and OpenAI; any other body is quoted, shortened.
EngineError error_from_response(int http_status, std::string_view body);

/// From an `{"error": …}` event in a stream that began well. `error` is that member.
EngineError error_from_event(const boost::json::value& error);

/// From the way to the server.
EngineError error_from_transport(const wire::ClientError& problem);

}  // namespace bedplate::inference
