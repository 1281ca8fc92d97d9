#include "protocol/event_stream.hpp"

#include <random>
#include <stdexcept>

#include "protocol/event_frame.hpp"
#include "protocol/json_writer.hpp"

namespace bedplate::protocol {
namespace {

constexpr std::string_view kPaddingName = "p";
constexpr std::size_t kPaddingMin = 2;  // the shortest and the longest seen from AWS
constexpr std::size_t kPaddingMax = 61;
constexpr std::size_t kPayloadBytesUsual = 256;
constexpr std::size_t kErrorMessageBytesMax = 8 * 1024;  // a header's value has a limit

std::string_view random_padding() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  std::uniform_int_distribution<std::size_t> length(kPaddingMin, kPaddingMax);
  return kPaddingAlphabet.substr(0, length(generator));
}

void append_comma(std::string& out, bool& first) {
  if (!first) out += ',';
  first = false;
}

void append_padding(std::string& out, bool& first) {
  append_comma(out, first);
  out += R"("p":")";
  out += random_padding();
  out += '"';
}

// The event's members and the padding, in alphabetical order.
void append_payload(std::string& out, const Shape& shape, const void* value, bool padding) {
  out += '{';
  bool first = true;
  for (const std::uint16_t index : shape.fields_sorted) {
    const Field& field = shape.fields[index];
    const void* member = member_of(field, value);
    if (!member) continue;
    if (padding && kPaddingName < field.name) {
      append_padding(out, first);
      padding = false;
    }
    append_comma(out, first);
    out += '"';
    out += field.name;
    out += "\":";
    append_json(out, *field.shape, member);
  }
  if (padding) append_padding(out, first);
  out += '}';
}

void add_event_headers(FrameBuilder& frame, std::string_view event_type) {
  frame.add_header(":event-type", event_type);
  frame.add_header(":content-type", "application/json");
  frame.add_header(":message-type", "event");
}

}  // namespace

std::string encode_event(const OperationDescriptor& operation, const void* event,
                         EventOptions options) {
  for (const Field& field : operation.event->fields) {
    const void* member = member_of(field, event);
    if (!member) continue;
    FrameBuilder frame(kPayloadBytesUsual);
    add_event_headers(frame, field.name);
    append_payload(frame.begin_payload(), *field.shape, member, options.padding);
    return std::move(frame).finish();
  }
  throw std::logic_error("an event without a member");
}

std::string encode_exception_frame(std::string_view member, std::string_view json_body) {
  FrameBuilder frame(json_body.size());
  frame.add_header(":exception-type", member);
  frame.add_header(":content-type", "application/json");
  frame.add_header(":message-type", "exception");
  frame.begin_payload() += json_body;
  return std::move(frame).finish();
}

std::string encode_error_frame(std::string_view code, std::string_view message) {
  FrameBuilder frame(0);
  frame.add_header(":message-type", "error");
  frame.add_header(":error-code", code);
  frame.add_header(":error-message", message.substr(0, kErrorMessageBytesMax));
  frame.begin_payload();
  return std::move(frame).finish();
}

}  // namespace bedplate::protocol
