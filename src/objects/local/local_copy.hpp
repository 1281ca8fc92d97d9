// Copies of whole objects and of ranges of them, from file to file.
#pragma once

#include <memory>
#include <optional>

#include "objects/local/file_copy.hpp"
#include "objects/local/local_core.hpp"

namespace bedplate::objects {

/// One copy under way. Its functions block and are called one after the other.
class LocalCopy {
 public:
  /// Opens the source. Throws what a read of it throws, and kPreconditionFailed for a condition.
  LocalCopy(std::shared_ptr<LocalCore> core, const ObjectAddress& source,
            const Conditions& conditions, const std::optional<ByteRange>& range);

  const OpenObject& source() const { return source_; }
  /// Before the first step: the bytes pass the digests that `checksum` asks for, and the MD5.
  void digest(std::optional<ChecksumAlgorithm> checksum) { digests_.emplace(checksum, false); }
  bool has_digests() const { return digests_.has_value(); }
  /// True while there is more.
  bool step_blocking();
  StagedFile& staged() { return staged_; }
  Digests::Results results() { return digests_->finish(); }
  LocalCore& core() { return *core_; }

 private:
  std::shared_ptr<LocalCore> core_;
  OpenObject source_;
  Span left_;
  StagedFile staged_;
  std::optional<Digests> digests_;
};

}  // namespace bedplate::objects
