// An object or a part on its way to a file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "objects/checksums.hpp"
#include "objects/local/background.hpp"

namespace bedplate::objects {

/// What the pool and the writer work on, never at the same time.
struct IncomingBytes {
  IncomingBytes(std::shared_ptr<LocalCore> core, const PutOptions& options)
      : core(std::move(core)), digests(options.checksum, options.content_sha256.has_value()) {}
  std::shared_ptr<LocalCore> core;  ///< first: the file must go before it does
  Digests digests;
  std::optional<StagedFile> file;  ///< none until the first bytes leave the memory

  void append_blocking(const std::string& bytes);
};

class LocalWriter final : public ObjectWriter {
 public:
  /// Publishes what is complete; on a thread that may block.
  using Publish = std::function<ObjectInfo(LocalCore& core, StagedFile& file,
                                           StoredAttributes attributes, Conditions conditions)>;
  /// Throws kEntityTooLarge.
  LocalWriter(std::shared_ptr<LocalCore> core, std::shared_ptr<LocalPool> pool, PutOptions options,
              Publish publish);
  ~LocalWriter() override;

  Task<> write(std::string piece) override;
  Task<ObjectInfo> commit(CommitOptions options) override;

 private:
  PutOptions options_;
  Publish publish_;
  std::shared_ptr<LocalPool> pool_;
  std::shared_ptr<IncomingBytes> incoming_;
  Background background_;
  std::string buffer_;
  std::uint64_t received_ = 0;
};

/// What was computed, as it is stored; throws kBadDigest and kContentSha256Mismatch when it is not
/// what was expected.
StoredAttributes checked_attributes(const Digests::Results& results, const PutOptions& options,
                                    const CommitOptions& expected);

}  // namespace bedplate::objects
