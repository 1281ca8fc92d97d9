#include "operations/s3/payload.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "identity/policy/context.hpp"

namespace bedplate::operations::s3 {
namespace {

using identity::policy::lower_case;

constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
constexpr std::string_view kSignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kSignedChunksTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";
// Below the prefix, but no checksums.
constexpr std::array<std::string_view, 3> kAboutChecksums{
    "x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"};
constexpr std::size_t kMd5Bytes = 16;

bool is_hash(std::string_view text) {
  return text.size() == 64 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return number;
}

std::size_t digest_bytes(objects::ChecksumAlgorithm algorithm) {
  using objects::ChecksumAlgorithm;
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
    case ChecksumAlgorithm::kCrc32c:
      return 4;
    case ChecksumAlgorithm::kCrc64Nvme:
      return 8;
    case ChecksumAlgorithm::kSha1:
      return 20;
    case ChecksumAlgorithm::kSha256:
      break;
  }
  return 32;
}

S3Error bad_digest(std::string_view what) {
  return {"BadDigest", 400,
          fmt::format("The {} you specified did not match what we received.", what)};
}

objects::ChecksumAlgorithm algorithm_of_header(std::string_view name) {
  const auto algorithm = objects::find_checksum_algorithm(name.substr(kChecksumPrefix.size()));
  if (!algorithm) throw not_implemented_header(name);
  return *algorithm;
}

void check_checksum_value(std::string_view header, const std::string& value,
                          objects::ChecksumAlgorithm algorithm) {
  // That of an object in parts may be followed by their number.
  const auto bytes = base64_decode(value.substr(0, value.find('-')));
  if (!bytes || bytes->size() != digest_bytes(algorithm)) {
    throw invalid_request(fmt::format("Value for {} header is invalid.", header));
  }
}

}  // namespace

std::string checksum_header_name(objects::ChecksumAlgorithm algorithm) {
  return std::string(kChecksumPrefix) + lower_case(objects::checksum_name(algorithm));
}

Payload::Payload(const Call& call, std::optional<identity::ChunkSigning> signing) : call_(call) {
  const std::string_view declared = call.request.headers.get("x-amz-content-sha256");
  const bool trailer = declared == kSignedChunksTrailer || declared == kUnsignedTrailer;
  const bool signatures = declared == kSignedChunks || declared == kSignedChunksTrailer;
  if (trailer || signatures) {
    decoder_.emplace(AwsChunkedDecoder::Options{});
  } else if (is_hash(declared)) {
    content_sha256_ = lower_case(declared);
  } else if (declared.starts_with("STREAMING-AWS4-ECDSA-")) {
    throw not_implemented_header("x-amz-content-sha256");
  } else if (!declared.empty() && declared != kUnsigned) {
    throw invalid_argument(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
        "sha256 value.",
        "x-amz-content-sha256", std::string(declared));
  }
  read_lengths();
  if (trailer) trailer_name_ = lower_case(trimmed(call.header("x-amz-trailer")));
  read_checksum();
  if (!decoder_) return;
  if (!size_bytes_) throw missing_content_length();
  AwsChunkedDecoder::Options options;
  if (signatures) options.signing = std::move(signing);
  options.signatures = signatures;
  options.trailers = trailer;
  options.size_bytes = *size_bytes_;
  decoder_.emplace(std::move(options));
}

void Payload::read_lengths() {
  const std::string text = decoder_ ? call_.header("x-amz-decoded-content-length")
                                    : std::string(call_.request.headers.get("content-length"));
  if (text.empty()) {
    if (call_.request.body_reader == nullptr && !decoder_) size_bytes_ = call_.request.body.size();
    return;
  }
  size_bytes_ = number_in(text);
  if (!size_bytes_) throw missing_content_length();
}

void Payload::read_checksum() {
  for (const auto& [name, value] : call_.headers_below(kChecksumPrefix)) {
    if (std::find(kAboutChecksums.begin(), kAboutChecksums.end(), name) != kAboutChecksums.end()) {
      continue;
    }
    if (checksum_algorithm_) {
      throw invalid_request(
          "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    checksum_algorithm_ = algorithm_of_header(name);
    check_checksum_value(name, value, *checksum_algorithm_);
    checksum_header_ = value;
  }
  if (!trailer_name_.empty()) {
    if (!trailer_name_.starts_with(kChecksumPrefix)) {
      throw invalid_request("The value specified in the x-amz-trailer header is not supported");
    }
    if (checksum_algorithm_) {
      throw invalid_request(
          "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    checksum_algorithm_ = algorithm_of_header(trailer_name_);
  }
  const std::string wanted = call_.header("x-amz-sdk-checksum-algorithm");
  if (wanted.empty() || checksum_algorithm_) return;
  checksum_algorithm_ = objects::find_checksum_algorithm(wanted);
  if (!checksum_algorithm_) throw not_implemented_header("x-amz-sdk-checksum-algorithm");
}

std::optional<std::string> Payload::checksum() const {
  if (!checksum_header_.empty()) return checksum_header_;
  if (trailer_name_.empty()) return std::nullopt;
  const auto found = decoder_->trailers().find(trailer_name_);
  if (found == decoder_->trailers().end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Payload::content_md5() const {
  const std::string* header = call_.request.headers.find("content-md5");
  if (header == nullptr) return std::nullopt;
  const auto bytes = base64_decode(*header);
  if (!bytes || bytes->size() != kMd5Bytes) {
    throw S3Error("InvalidDigest", 400, "The Content-MD5 you specified is not valid.");
  }
  return *header;
}

Task<std::string> Payload::read_bytes() {
  if (call_.request.body_reader != nullptr) {
    std::string piece = co_await call_.request.body_reader->read();
    co_return piece;
  }
  if (std::exchange(ended_, true)) co_return std::string();
  co_return call_.request.body;
}

Task<std::string> Payload::read() {
  if (!decoder_) {
    std::string piece = co_await read_bytes();
    co_return piece;
  }
  if (ended_ && call_.request.body_reader != nullptr) co_return std::string();
  for (;;) {
    const std::string piece = co_await read_bytes();
    if (piece.empty()) break;
    std::string out;
    out.reserve(piece.size());
    decoder_->feed(piece, out);
    if (!out.empty()) co_return out;
  }
  ended_ = true;
  decoder_->finish();
  if (!trailer_name_.empty()) {
    const std::optional<std::string> value = checksum();
    if (!value || decoder_->trailers().size() != 1) {
      throw S3Error("MalformedTrailerError", 400,
                    "The request contained trailing data that was not well-formed or did not "
                    "conform to our published schema.");
    }
    check_checksum_value(trailer_name_, *value, *checksum_algorithm_);
  }
  co_return std::string();
}

void Payload::check_document(const std::string& document, bool with_checksum) const {
  if (content_sha256_ && *content_sha256_ != hex_encode(as_view(sha256(document)))) {
    throw S3Error("XAmzContentSHA256Mismatch", 400,
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  const std::optional<std::string> md5 = content_md5();
  if (md5 && *md5 != base64_encode(objects::md5_of(document))) throw bad_digest("Content-MD5");
  const std::optional<std::string> value = checksum();
  if (!value || !with_checksum) return;
  const auto running = objects::make_checksum(*checksum_algorithm_);
  running->update(document);
  if (*value != base64_encode(running->finish())) {
    throw bad_digest(objects::checksum_name(*checksum_algorithm_));
  }
}

Task<> pour(Payload& payload, objects::ObjectWriter& writer) {
  for (;;) {
    std::string piece = co_await payload.read();
    if (piece.empty()) break;
    co_await writer.write(std::move(piece));
  }
}

}  // namespace bedplate::operations::s3
