#include "protocol/rest_json.hpp"

#include <boost/json/value.hpp>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "protocol/json_reader.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/timestamps.hpp"

namespace bedplate::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kEventStreamType = "application/vnd.amazon.eventstream";

struct QueryParameter {
  std::string name, value;
};

std::string decode_query_part(std::string_view text) {
  auto decoded = uri_decode(text);
  if (!decoded || !is_valid_utf8(*decoded)) {
    throw errors::serialization("The query string is not percent-encoded UTF-8");
  }
  return *std::move(decoded);
}

std::vector<QueryParameter> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t mark = pair.find('=');
    parameters.push_back(
        {decode_query_part(pair.substr(0, mark)), mark == std::string_view::npos
                                                      ? std::string()
                                                      : decode_query_part(pair.substr(mark + 1))});
  }
  return parameters;
}

void read_labels(const Shape& shape, const PathLabels& labels, Reader& reader, void* input) {
  for (const Field& field : shape.fields) {
    if (field.location != Location::kLabel) continue;
    const auto label = std::find_if(labels.begin(), labels.end(), [&](const PathLabel& each) {
      return each.name == field.wire_name;
    });
    if (label == labels.end()) {
      reader.missing(field);
      continue;
    }
    reader.read_member(field, input,
                       [&](void* place) { reader.read_text(*field.shape, label->value, place); });
  }
}

void read_query_member(const Field& field, const std::vector<QueryParameter>& query, Reader& reader,
                       void* input) {
  if (field.shape->kind == Kind::kList) {
    json::array values;
    for (const QueryParameter& each : query) {
      if (each.name == field.wire_name) values.push_back(json::string(each.value));
    }
    if (values.empty()) {
      if (field.required) reader.missing(field);
      return;
    }
    reader.read_member(field, input,
                       [&](void* place) { reader.read_value(*field.shape, values, place); });
    return;
  }
  const auto found = std::find_if(query.begin(), query.end(), [&](const QueryParameter& each) {
    return each.name == field.wire_name;
  });
  if (found != query.end()) {
    reader.read_member(field, input,
                       [&](void* place) { reader.read_text(*field.shape, found->value, place); });
  } else if (field.required) {
    reader.missing(field);
  }
}

void read_query(const Shape& shape, std::string_view text, Reader& reader, void* input) {
  const std::vector<QueryParameter> query = parse_query(text);
  for (const Field& field : shape.fields) {
    if (field.location == Location::kQuery) read_query_member(field, query, reader, input);
  }
}

void read_headers(const Shape& shape, const wire::Headers& headers, Reader& reader, void* input) {
  for (const Field& field : shape.fields) {
    if (field.location != Location::kHeader) continue;
    const std::string* value = headers.find(field.wire_name);
    if (value && !is_valid_utf8(*value)) {
      throw errors::serialization("A header is not UTF-8");
    }
    if (value) {
      reader.read_member(field, input,
                         [&](void* place) { reader.read_text(*field.shape, *value, place); });
    } else if (field.required) {
      reader.missing(field);
    }
  }
}

void read_payload(const Field& payload, const std::string& body, Reader& reader, void* input) {
  if (body.empty()) {
    if (payload.required) reader.missing(payload);
    return;
  }
  reader.read_member(payload, input, [&](void* place) {
    if (payload.shape->kind == Kind::kBlob) {
      *static_cast<Blob*>(place) = body;
      reader.check_length(*payload.shape, body.size());
    } else {
      reader.read_value(*payload.shape, parse_json(body), place);
    }
  });
}

void read_body(const Shape& shape, const std::string& body, Reader& reader, void* input) {
  if (shape.payload) {
    read_payload(*shape.payload, body, reader, input);
  } else if (shape.has_body_fields) {
    // No body is an empty object. An operation without body members ignores what is sent.
    const json::value json = body.empty() ? json::value(json::object()) : parse_json(body);
    reader.read_body(shape, json, input);
  }
}

std::string header_text(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::kString:
      return *static_cast<const std::string*>(value);
    case Kind::kTimestamp:
      return format_http_date(*static_cast<const Timestamp*>(value));
    default:
      break;
  }
  std::string text;
  append_json(text, shape, value);  // numbers and booleans read the same
  return text;
}

// Whether a header may carry the value: a line break would start another header.
bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

wire::ResponseHead write_head(const OperationDescriptor& operation, const void* output,
                              std::string_view content_type) {
  wire::ResponseHead head;
  head.status = operation.success_status;
  const Field* given_type = nullptr;
  for (const Field& field : operation.output->fields) {
    if (field.location == Location::kHeader && field.wire_name == "Content-Type") {
      given_type = &field;
    }
  }
  const void* type = given_type ? member_of(*given_type, output) : nullptr;
  const std::string type_text =
      type ? header_text(*given_type->shape, type) : std::string(content_type);
  if (!type_text.empty()) head.headers.add("Content-Type", type_text);
  for (const Field& field : operation.output->fields) {
    if (field.location != Location::kHeader || &field == given_type) continue;
    const void* value = member_of(field, output);
    if (!value) continue;
    std::string text = header_text(*field.shape, value);
    if (!is_header_text(text)) throw errors::internal_server();
    head.headers.add(std::string(field.wire_name), std::move(text));
  }
  return head;
}

}  // namespace

void read_request(const OperationDescriptor& operation, const PathLabels& labels,
                  const wire::Request& request, void* input) {
  const Shape& shape = *operation.input;
  Reader reader;
  read_labels(shape, labels, reader, input);
  read_query(shape, request.query(), reader, input);
  read_headers(shape, request.headers, reader, input);
  read_body(shape, request.body, reader, input);
  reader.throw_if_broken();
}

wire::Response write_response(const OperationDescriptor& operation, const void* output) {
  const Shape& shape = *operation.output;
  constexpr int kNoContent = 204;
  wire::Response response;
  const bool empty = operation.success_status == kNoContent;
  response.head = write_head(operation, output, empty ? "" : kJsonType);
  if (empty) return response;
  if (!shape.payload) {
    append_json_body(response.body, shape, output);
    return response;
  }
  const void* payload = member_of(*shape.payload, output);
  if (!payload) return response;
  if (shape.payload->shape->kind == Kind::kBlob) {
    response.body = *static_cast<const Blob*>(payload);
  } else {
    append_json(response.body, *shape.payload->shape, payload);
  }
  return response;
}

wire::ResponseHead write_stream_head(const OperationDescriptor& operation, const void* output) {
  return write_head(operation, output, kEventStreamType);
}

}  // namespace bedplate::protocol
