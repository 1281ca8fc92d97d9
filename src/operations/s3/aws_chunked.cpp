#include "operations/s3/aws_chunked.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "identity/policy/context.hpp"
#include "identity/sigv4.hpp"
#include "operations/s3/s3_error.hpp"

namespace bedplate::operations::s3 {
namespace {

using identity::policy::lower_case;

constexpr std::size_t kLineBytesMax = 1024;
constexpr std::size_t kTrailersBytesMax = 8 * 1024;
constexpr std::string_view kSignatureExtension = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

S3Error wrong_signature() {
  return {"SignatureDoesNotMatch", 403,
          "The request signature we calculated does not match the signature you provided. Check "
          "your key and signing method."};
}

S3Error malformed_trailer() {
  return {"MalformedTrailerError", 400,
          "The request contained trailing data that was not well-formed or did not conform to our "
          "published schema."};
}

}  // namespace

void AwsChunkedDecoder::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kSize:
        if (take_line(bytes, kLineBytesMax)) begin_chunk();
        break;
      case State::kData: {
        const auto step =
            static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_bytes_, bytes.size()));
        if (options_.signing) chunk_hash_->update(bytes.substr(0, step));
        out.append(bytes.substr(0, step));
        bytes.remove_prefix(step);
        chunk_left_bytes_ -= step;
        if (chunk_left_bytes_ == 0) state_ = State::kDataEnd;
        break;
      }
      case State::kDataEnd:
        if (!take_line(bytes, 2)) break;
        if (!line_.empty()) throw incomplete_body();
        end_chunk();
        break;
      case State::kTrailers:
        trailer_bytes_ += bytes.size();
        if (trailer_bytes_ > kTrailersBytesMax) throw malformed_trailer();
        if (take_line(bytes, kTrailersBytesMax)) read_trailer();
        // Counted by the byte that was used, not by the piece.
        trailer_bytes_ -= bytes.size();
        break;
      case State::kDone:
        throw incomplete_body();
    }
  }
}

// True with a whole line in line_, without its end; whoever uses the line empties it.
bool AwsChunkedDecoder::take_line(std::string_view& bytes, std::size_t bytes_max) {
  const std::size_t end = bytes.find('\n');
  const std::size_t step = end == std::string_view::npos ? bytes.size() : end + 1;
  if (line_.size() + step > bytes_max) throw incomplete_body();
  line_.append(bytes.substr(0, step));
  bytes.remove_prefix(step);
  if (end == std::string_view::npos) return false;
  line_.pop_back();
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

void AwsChunkedDecoder::begin_chunk() {
  const std::string line = std::exchange(line_, {});
  const std::size_t semicolon = line.find(';');
  const std::string_view digits = trimmed(std::string_view(line).substr(0, semicolon));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    throw incomplete_body();
  }
  if (options_.signing) chunk_hash_ = objects::make_checksum(objects::ChecksumAlgorithm::kSha256);
  if (size > options_.size_bytes - total_bytes_) throw incomplete_body();
  chunk_signature_.clear();
  if (semicolon != std::string::npos) {
    const std::string_view extension = trimmed(std::string_view(line).substr(semicolon + 1));
    if (extension.starts_with(kSignatureExtension)) {
      chunk_signature_ = extension.substr(kSignatureExtension.size());
    }
  }
  if (options_.signatures && chunk_signature_.empty()) throw wrong_signature();
  total_bytes_ += size;
  chunk_left_bytes_ = size;
  last_chunk_ = size == 0;
  state_ = State::kData;
  if (!last_chunk_) return;
  if (options_.trailers) {
    end_chunk();
  } else {
    state_ = State::kDataEnd;
  }
}

void AwsChunkedDecoder::end_chunk() {
  line_.clear();
  if (options_.signing) {
    check_signature(chunk_signature_, to_sign("AWS4-HMAC-SHA256-PAYLOAD") +
                                          std::string(kEmptyHash) + "\n" +
                                          hex_encode(chunk_hash_->finish()));
  }
  if (!last_chunk_) {
    state_ = State::kSize;
  } else {
    state_ = options_.trailers ? State::kTrailers : State::kDone;
  }
}

void AwsChunkedDecoder::read_trailer() {
  const std::string line = std::exchange(line_, {});
  if (line.empty()) return;
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || trailer_signed_) throw malformed_trailer();
  const std::string name = lower_case(trimmed(std::string_view(line).substr(0, colon)));
  const std::string_view value = trimmed(std::string_view(line).substr(colon + 1));
  if (name != kTrailerSignature) {
    if (!trailers_.emplace(name, value).second) throw malformed_trailer();
    trailer_text_.append(name).append(":").append(value).append("\n");
    return;
  }
  trailer_signed_ = true;
  if (!options_.signing) return;
  check_signature(value,
                  to_sign("AWS4-HMAC-SHA256-TRAILER") + hex_encode(as_view(sha256(trailer_text_))));
}

std::string AwsChunkedDecoder::to_sign(std::string_view algorithm) const {
  const identity::ChunkSigning& signing = *options_.signing;
  return fmt::format("{}\n{}\n{}\n{}\n", algorithm, signing.amz_date, signing.scope,
                     previous_signature_.empty() ? signing.seed_signature : previous_signature_);
}

void AwsChunkedDecoder::check_signature(std::string_view claimed, const std::string& signed_text) {
  std::string expected = identity::signature_of(options_.signing->key, signed_text);
  if (!equal_constant_time(expected, claimed)) throw wrong_signature();
  previous_signature_ = std::move(expected);
}

void AwsChunkedDecoder::finish() {
  if (state_ == State::kDataEnd && last_chunk_) end_chunk();  // some leave the last line out
  if (state_ == State::kTrailers) {
    if (!line_.empty()) read_trailer();
    if (options_.signatures && !trailer_signed_) throw wrong_signature();
    state_ = State::kDone;
  }
  if (state_ != State::kDone || total_bytes_ != options_.size_bytes) throw incomplete_body();
}

}  // namespace bedplate::operations::s3
