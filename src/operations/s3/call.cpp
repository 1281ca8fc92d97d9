#include "operations/s3/call.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "identity/policy/context.hpp"
#include "operations/s3/payload.hpp"

namespace bedplate::operations::s3 {
namespace {

using identity::policy::lower_case;

constexpr std::string_view kLocalHost = ".localhost";

S3Error invalid_uri() {
  return {"InvalidURI", 400, "Couldn't parse the specified URI."};
}

/// The bucket before `.localhost`, the only name that is known to lead here.
std::string bucket_of_host(std::string_view host) {
  const std::string name = lower_case(host.substr(0, host.find(':')));
  if (!name.ends_with(kLocalHost)) return {};
  return name.substr(0, name.size() - kLocalHost.size());
}

}  // namespace

Address address_of(const wire::Request& request) {
  const std::optional<std::string> path = uri_decode(request.path());
  if (!path || path->empty() || path->front() != '/') throw invalid_uri();
  Address address;
  address.bucket = bucket_of_host(request.headers.get("host"));
  if (!address.bucket.empty()) {
    address.key = path->substr(1);
    return address;
  }
  const std::size_t slash = path->find('/', 1);
  address.bucket = path->substr(1, slash == std::string::npos ? slash : slash - 1);
  if (slash != std::string::npos) address.key = path->substr(slash + 1);
  if (address.bucket.empty() && !address.key.empty()) throw invalid_uri();
  return address;
}

protocol::query::Parameters query_of(const wire::Request& request) {
  try {
    return protocol::query::Parameters::parse(request.query());
  } catch (const ApiError&) {
    throw invalid_uri();
  }
}

std::string Call::parameter(std::string_view name) const {
  const std::string* found = query.find(name);
  return found == nullptr ? std::string() : *found;
}

std::string Call::header(std::string_view name) const {
  if (const std::string* found = request.headers.find(name)) return *found;
  if (!presigned) return {};
  for (const protocol::query::Parameter& each : query.below("")) {
    if (wire::equal_ignoring_case(each.name, name)) return each.value;
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> Call::headers_below(
    std::string_view prefix) const {
  std::vector<std::pair<std::string, std::string>> found;
  const auto add = [&](std::string_view name, const std::string& value) {
    std::string key = lower_case(name);
    if (key.starts_with(prefix)) found.emplace_back(std::move(key), value);
  };
  for (const auto& [name, value] : request.headers) add(name, value);
  if (presigned) {
    for (const protocol::query::Parameter& each : query.below("")) add(each.name, each.value);
  }
  return found;
}

std::uint64_t number_parameter(const Call& call, std::string_view name, std::uint64_t absent,
                               std::uint64_t most) {
  const std::string* text = call.query.find(name);
  if (text == nullptr || text->empty()) return absent;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size() || number > most) {
    throw invalid_argument(fmt::format("Provided {} not an integer or within integer range", name),
                           name, *text);
  }
  return number;
}

std::uint32_t part_number_of(const Call& call) {
  const std::string text = call.parameter("partNumber");
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 ||
      number > objects::kPartNumberMax) {
    throw invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                           "partNumber", text);
  }
  return number;
}

std::string canonical_user_id(std::string_view account_id) {
  return hex_encode(as_view(sha256(account_id)));
}

wire::Headers answer_headers(const Call& call) {
  wire::Headers headers;
  headers.add("x-amz-request-id", call.context.request_id);
  headers.add("x-amz-id-2", base64_encode(call.context.request_id));
  return headers;
}

Task<> send_nothing(int status, wire::Headers headers, wire::ResponseWriter& writer) {
  wire::Response response;
  response.head.status = status;
  response.head.headers = std::move(headers);
  co_await writer.send(std::move(response));
}

Task<> send_xml(wire::Headers headers, std::string xml, wire::ResponseWriter& writer) {
  wire::Response response;
  response.head.headers = std::move(headers);
  response.head.headers.add("Content-Type", "application/xml");
  response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml;
  co_await writer.send(std::move(response));
}

Task<std::string> read_document(const Call& call, std::size_t bytes_max,
                                bool checksum_is_documents) {
  std::string document;
  for (;;) {
    const std::string piece = co_await call.payload->read();
    if (piece.empty()) break;
    if (document.size() + piece.size() > bytes_max) {
      throw S3Error("MaxMessageLengthExceeded", 400, "Your request was too big.");
    }
    document += piece;
  }
  call.payload->check_document(document, checksum_is_documents);
  co_return document;
}

}  // namespace bedplate::operations::s3
