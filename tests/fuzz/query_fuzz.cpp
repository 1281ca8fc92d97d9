// Requests of the query protocol: each leads to an operation or is refused with an ApiError, every
// reply is text that XML can carry, and what was read of a form survives being written and read
// again as JSON.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "protocol/error_rendering.hpp"
#include "protocol/query/query_reader.hpp"
#include "protocol/query/query_router.hpp"
#include "protocol/query/xml_writer.hpp"
#include "protocol/shape_json.hpp"
#include "protocol/test_shapes.hpp"

namespace {

using namespace bedplate;
using protocol::test::Everything;

void check_xml(std::string_view xml) {
  const bool control = std::any_of(xml.begin(), xml.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
  });
  if (control || !is_valid_utf8(xml) || xml.empty() || xml.back() != '\n') std::abort();
}

void route(const wire::Request& request) {
  protocol::query::guess_service(request);
  for (const char* name : {"iam", "sts"}) {
    const protocol::ServiceDescriptor* service = protocol::query::find_service(name);
    try {
      if (protocol::query::route(*service, request).operation->service != service) std::abort();
    } catch (const ApiError& error) {
      check_xml(protocol::render_error(error, "id", service).body);
    }
  }
}

void read_twice(std::string_view form) {
  Everything input;
  try {
    protocol::query::read_input(protocol::test::kDoEverything,
                                protocol::query::Parameters::parse(form), &input);
  } catch (const ApiError&) {
    return;
  }
  input.id = "a";      // a label: not of this protocol
  input.real.reset();  // Boost.JSON 1.81 may read the last of 17 digits otherwise
  protocol::query::XmlWriter xml;
  xml.members(Everything::kShape, &input);
  check_xml(xml.take());
  const std::string text = protocol::to_json_text(input);
  const auto again = protocol::from_json<Everything>(protocol::parse_json(text));
  if (protocol::to_json_text(again) != text) std::abort();
}

}  // namespace

// A line for the target of a GET; the rest is a form, alone and as the body of a POST.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::string_view form = input.substr(std::min(line.size() + 1, input.size()));
  wire::Request request;
  request.method = "GET";
  request.target = line;
  route(request);
  request.method = "POST";
  request.target = "/";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = form;
  route(request);
  read_twice(form);
  return 0;
}
