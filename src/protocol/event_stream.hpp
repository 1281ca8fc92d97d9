// Typed events as event-stream frames.
#pragma once

#include <string>
#include <string_view>

#include "protocol/schema.hpp"

namespace bedplate::protocol {

struct EventOptions {
  /// Adds the member `p`, text of a random length that hides the length of the rest from who
  /// watches the traffic. AWS has done so since 2025.
  bool padding = true;
};

/// One event: the member of `operation.event` that is set, as a frame with the headers
/// `:event-type`, `:content-type`, `:message-type` in AWS's order. Throws std::logic_error when
/// no member is set.
std::string encode_event(const OperationDescriptor& operation, const void* event,
                         EventOptions options = {});
template <class Op>
std::string encode_event(const typename Op::Event& event, EventOptions options = {}) {
  return encode_event(Op::descriptor, &event, options);
}

/// An exception under the stream's own name for it, e.g. "throttlingException".
std::string encode_exception_frame(std::string_view member, std::string_view json_body);
/// A failure that the stream's union does not name.
std::string encode_error_frame(std::string_view code, std::string_view message);

/// The alphabet that `p` is a prefix of.
inline constexpr std::string_view kPaddingAlphabet =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

}  // namespace bedplate::protocol
