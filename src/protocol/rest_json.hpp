// AWS's restJson1 protocol: HTTP requests into typed inputs, typed outputs into HTTP responses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::protocol {

/// What a path pattern's `{names}` matched, percent-decoded.
struct PathLabel {
  std::string_view name;
  std::string value;
};
using PathLabels = std::vector<PathLabel>;

/// Fills `input`, a struct of `operation.input`, and checks every constraint of the model.
/// Throws errors::serialization for what cannot be read, errors::validation naming everything
/// that breaks a constraint.
void read_request(const OperationDescriptor& operation, const PathLabels& labels,
                  const wire::Request& request, void* input);
template <class Op>
typename Op::Request read_request(const PathLabels& labels, const wire::Request& request) {
  typename Op::Request input;
  read_request(Op::descriptor, labels, request, &input);
  return input;
}

/// Renders `output`, a struct of `operation.output`. The request id is the caller's to add.
wire::Response write_response(const OperationDescriptor& operation, const void* output);
template <class Op>
wire::Response write_response(const typename Op::Response& output) {
  return write_response(Op::descriptor, &output);
}

/// The head of a streaming operation's response: its status, its headers and the content type
/// `application/vnd.amazon.eventstream`.
wire::ResponseHead write_stream_head(const OperationDescriptor& operation, const void* output);
template <class Op>
wire::ResponseHead write_stream_head(const typename Op::Response& output) {
  return write_stream_head(Op::descriptor, &output);
}

}  // namespace bedplate::protocol
