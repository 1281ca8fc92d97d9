// The framing `aws-chunked`, in which S3's clients send a body whose length or checksum they do not
// know beforehand: chunks with their sizes, each signed or none, and trailing headers behind them.
// Facts: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple
// Chunks" of S3's API reference, and its chapter on trailing headers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "identity/signature_verifier.hpp"
#include "objects/checksums.hpp"

namespace bedplate::operations::s3 {

/// Bytes as sent in, the payload's out. Constant in memory, whatever the size of the chunks.
class AwsChunkedDecoder {
 public:
  struct Options {
    std::optional<identity::ChunkSigning> signing;  ///< none: chunks have no signatures to check
    bool signatures = false;                        ///< chunks must carry signatures
    bool trailers = false;                          ///< headers follow the last chunk
    std::uint64_t size_bytes = 0;                   ///< of the payload, all together
  };
  explicit AwsChunkedDecoder(Options options) : options_(std::move(options)) {}

  /// Appends what `bytes` hold of the payload to `out`. Nothing of it may be relied on before
  /// finish() has returned. Throws S3Error: SignatureDoesNotMatch, IncompleteBody,
  /// MalformedTrailerError.
  void feed(std::string_view bytes, std::string& out);
  /// The end of the bytes. Throws likewise.
  void finish();

  /// The trailing headers, names in lower case. After finish().
  const std::map<std::string, std::string>& trailers() const { return trailers_; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailers, kDone };

  bool take_line(std::string_view& bytes, std::size_t bytes_max);
  void begin_chunk();
  void end_chunk();
  void read_trailer();
  void check_signature(std::string_view claimed, const std::string& signed_text);
  std::string to_sign(std::string_view algorithm) const;

  Options options_;
  State state_ = State::kSize;
  std::string line_;
  std::uint64_t chunk_left_bytes_ = 0;
  bool last_chunk_ = false;
  std::uint64_t total_bytes_ = 0;
  std::string chunk_signature_;                           ///< as claimed by the chunk in hand
  std::string previous_signature_;                        ///< empty: the seed
  std::unique_ptr<objects::RunningChecksum> chunk_hash_;  ///< SHA-256
  std::map<std::string, std::string> trailers_;
  std::string trailer_text_;  ///< `name:value\n` of each, as it is signed
  std::size_t trailer_bytes_ = 0;
  bool trailer_signed_ = false;
};

}  // namespace bedplate::operations::s3
