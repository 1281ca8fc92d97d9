// The bytes that a request brings, whichever of S3's ways they come in: as they are, or in
// `aws-chunked` framing with signatures and trailing checksums.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "identity/authenticator.hpp"
#include "objects/objects.hpp"
#include "operations/s3/aws_chunked.hpp"
#include "operations/s3/call.hpp"

namespace bedplate::operations::s3 {

class Payload {
 public:
  /// Reads what the headers say of the body. Throws S3Error for what contradicts itself.
  /// @param call  outlives it
  Payload(const Call& call, std::optional<identity::ChunkSigning> signing);

  /// Of the payload, where it is known.
  std::optional<std::uint64_t> size_bytes() const { return size_bytes_; }
  /// Hex, that the signature covers: to be compared with the payload's. None: nothing is signed, or
  /// chunk by chunk, which read() checks.
  const std::optional<std::string>& content_sha256() const { return content_sha256_; }
  const std::optional<objects::ChecksumAlgorithm>& checksum_algorithm() const {
    return checksum_algorithm_;
  }
  /// What the client says it is, base64. A trailing one is known after the last read().
  std::optional<std::string> checksum() const;
  /// `Content-MD5`, base64. Throws S3Error InvalidDigest for what is none.
  std::optional<std::string> content_md5() const;

  /// The next bytes; empty at the end, which is given only to a payload that is complete and
  /// whose chunks are signed as they must be.
  Task<std::string> read();

  /// Throws S3Error unless a document, read to its end, is what the headers say it is.
  /// @param with_checksum  `x-amz-checksum-…` is the document's
  void check_document(const std::string& document, bool with_checksum) const;

 private:
  void read_lengths();
  void read_checksum();
  Task<std::string> read_bytes();

  const Call& call_;
  std::optional<std::uint64_t> size_bytes_;
  std::optional<std::string> content_sha256_;
  std::optional<objects::ChecksumAlgorithm> checksum_algorithm_;
  std::string checksum_header_;  ///< its value
  std::string trailer_name_;     ///< of the header that follows the body; empty: none
  std::optional<AwsChunkedDecoder> decoder_;
  bool ended_ = false;
};

/// `x-amz-checksum-crc32` and the like.
std::string checksum_header_name(objects::ChecksumAlgorithm algorithm);

/// Pours a payload into an object.
Task<> pour(Payload& payload, objects::ObjectWriter& writer);

}  // namespace bedplate::operations::s3
