// Encodes and decodes event-stream frames for test_event_stream_vectors.py, one a line.
//   {"headers":[{"name":"n","type":7,"number":0,"bytes":"<hex>"}],"payload":"<hex>"}  →  <hex>
//   <hex>  →  the JSON above, or "error: why"
#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "base/bytes.hpp"
#include "protocol/event_frame.hpp"

namespace {

using namespace bedplate;
using namespace bedplate::protocol;
namespace json = boost::json;

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string encode(const json::object& object) {
  Frame frame;
  for (const json::value& each : object.at("headers").as_array()) {
    const json::object& header = each.as_object();
    frame.headers.push_back({.name = std::string(header.at("name").as_string()),
                             .type = HeaderType(header.at("type").as_int64()),
                             .number = header.at("number").as_int64(),
                             .bytes = unhex(header.at("bytes").as_string())});
  }
  frame.payload = unhex(object.at("payload").as_string());
  return hex_encode(encode_frame(frame));
}

std::string decode(std::string_view hex) {
  FrameDecoder decoder;
  decoder.feed(unhex(hex));
  const std::optional<Frame> frame = decoder.next();
  if (!frame || !decoder.at_boundary()) return "error: not exactly one frame";
  json::array headers;
  for (const FrameHeader& header : frame->headers) {
    headers.push_back({{"name", header.name},
                       {"type", int(header.type)},
                       {"number", header.number},
                       {"bytes", hex_encode(header.bytes)}});
  }
  return json::serialize(
      json::object{{"headers", std::move(headers)}, {"payload", hex_encode(frame->payload)}});
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    try {
      const bool is_json = line.starts_with('{');
      std::cout << (is_json ? encode(json::parse(line).as_object()) : decode(line)) << std::endl;
    } catch (const std::exception& error) {
      std::cout << "error: " << error.what() << std::endl;
    }
  }
}
