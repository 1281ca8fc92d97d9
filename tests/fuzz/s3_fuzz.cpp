// What S3's clients send beside headers: aws-chunked bodies, which must come out alike however they
// are cut up and never be longer than announced, and XML documents.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "operations/s3/aws_chunked.hpp"
#include "operations/s3/s3_error.hpp"
#include "operations/s3/xml_document.hpp"

namespace {

using namespace bedplate::operations::s3;

constexpr std::uint64_t kSizeBytes = 20;

void require(bool holds) {
  if (!holds) std::abort();
}

// The payload, or "!" for a body that is none.
std::string decode(std::string_view bytes, std::size_t step, bool trailers) {
  AwsChunkedDecoder decoder({std::nullopt, false, trailers, kSizeBytes});
  std::string out;
  try {
    for (std::size_t i = 0; i < bytes.size(); i += step) decoder.feed(bytes.substr(i, step), out);
    require(out.size() <= kSizeBytes);
    decoder.finish();
    require(out.size() == kSizeBytes);
    for (const auto& [name, value] : decoder.trailers()) out += "|" + name + "=" + value;
  } catch (const S3Error& error) {
    require(error.http_status == 400);
    return "!";
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size == 0) return 0;
  for (const bool trailers : {false, true}) {
    const std::string at_once = decode(bytes, size, trailers);
    require(at_once == decode(bytes, 1, trailers));
    require(at_once == decode(bytes, 3, trailers));
  }
  try {
    const XmlElement root = read_xml(bytes, "Delete");
    require(root.name == "Delete");
  } catch (const S3Error& error) {
    require(error.code == "MalformedXML");
  }
  return 0;
}
