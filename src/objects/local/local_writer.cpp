#include "objects/local/local_writer.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "wire/http.hpp"

namespace bedplate::objects {
namespace {

/// Up to here an object stays in memory until it is committed, in one crossing to the pool; larger
/// ones go to the file in pieces of this size.
constexpr std::size_t kBufferBytes = 512 * 1024;

}  // namespace

StoredAttributes checked_attributes(const Digests::Results& results, const PutOptions& options,
                                    const CommitOptions& expected) {
  if (expected.content_md5 && base64_decode(*expected.content_md5) != results.md5) {
    throw objects_error(ErrorKind::kBadDigest);
  }
  if (options.content_sha256 && !wire::equal_ignoring_case(hex_encode(results.sha256.value_or("")),
                                                           *options.content_sha256)) {
    throw objects_error(ErrorKind::kContentSha256Mismatch);
  }
  StoredAttributes attributes;
  attributes.etag = hex_encode(results.md5);
  attributes.headers = options.headers;
  attributes.metadata = options.metadata;
  attributes.tags = options.tags;
  if (options.checksum && results.checksum) {
    Checksum checksum;
    checksum.algorithm = *options.checksum;
    checksum.value = base64_encode(*results.checksum);
    if (expected.checksum && *expected.checksum != checksum.value) {
      throw ObjectsError(ErrorKind::kBadDigest,
                         fmt::format("The {} you specified did not match the calculated checksum.",
                                     checksum_name(checksum.algorithm)));
    }
    attributes.checksums.push_back(std::move(checksum));
  }
  return attributes;
}

void IncomingBytes::append_blocking(const std::string& bytes) {
  if (!file) file.emplace(core->folders);
  digests.update(bytes);
  file->append_blocking(bytes);
}

LocalWriter::LocalWriter(std::shared_ptr<LocalCore> core, std::shared_ptr<LocalPool> pool,
                         PutOptions options, Publish publish)
    : options_(std::move(options)),
      publish_(std::move(publish)),
      pool_(std::move(pool)),
      incoming_(std::make_shared<IncomingBytes>(std::move(core), options_)),
      background_(pool_) {
  if (options_.size_bytes.value_or(0) > kPutBytesMax) {
    throw objects_error(ErrorKind::kEntityTooLarge);
  }
}

LocalWriter::~LocalWriter() {
  // Without a file, at least one that this thread knows of, there is nothing that blocks.
  if (received_ > buffer_.size()) pool_->drop(std::move(incoming_));
}

Task<> LocalWriter::write(std::string piece) {
  received_ += piece.size();
  if (received_ > kPutBytesMax) throw objects_error(ErrorKind::kEntityTooLarge);
  if (options_.size_bytes && received_ > *options_.size_bytes) {
    throw objects_error(ErrorKind::kIncompleteBody);
  }
  if (buffer_.empty()) {
    buffer_ = std::move(piece);
  } else {
    buffer_ += piece;
  }
  if (buffer_.size() < kBufferBytes) co_return;
  co_await background_.settle();
  auto bytes = std::make_shared<std::string>(std::move(buffer_));
  buffer_.clear();
  std::function<void()> work = [incoming = incoming_, bytes = std::move(bytes)] {
    incoming->append_blocking(*bytes);
  };
  co_await background_.start(std::move(work));
}

Task<ObjectInfo> LocalWriter::commit(CommitOptions options) {
  if (options_.size_bytes && received_ != *options_.size_bytes) {
    throw objects_error(ErrorKind::kIncompleteBody);
  }
  co_await background_.settle();
  auto rest = std::make_shared<std::string>(std::move(buffer_));
  received_ = 0;  // whatever comes now, the destructor need not care for the file
  buffer_.clear();
  auto work = [incoming = std::move(incoming_), rest = std::move(rest), put = options_,
               publish = publish_, expected = std::move(options)]() mutable {
    const auto held = std::move(incoming);  // the file is closed on this thread
    held->append_blocking(*rest);
    StoredAttributes attributes = checked_attributes(held->digests.finish(), put, expected);
    return publish(*held->core, *held->file, std::move(attributes), expected.conditions);
  };
  co_return co_await pool_->run(std::move(work));
}

}  // namespace bedplate::objects
