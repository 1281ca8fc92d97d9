// Digests of bytes as they pass by.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "objects/object_info.hpp"

namespace bedplate::objects {

/// One checksum on its way.
class RunningChecksum {
 public:
  virtual ~RunningChecksum() = default;
  virtual void update(std::string_view bytes) = 0;
  /// Its bytes, the most significant first. Call it once.
  virtual std::string finish() = 0;
};
std::unique_ptr<RunningChecksum> make_checksum(ChecksumAlgorithm algorithm);
std::unique_ptr<RunningChecksum> make_md5();

/// What a put needs: the MD5 always, the others when they are asked for.
class Digests {
 public:
  Digests(std::optional<ChecksumAlgorithm> checksum, bool sha256);
  void update(std::string_view bytes);

  struct Results {
    std::string md5;  ///< raw, as are the others
    std::optional<std::string> checksum;
    std::optional<std::string> sha256;
  };
  /// Call it once.
  Results finish();

 private:
  std::unique_ptr<RunningChecksum> md5_;
  std::unique_ptr<RunningChecksum> checksum_;
  std::unique_ptr<RunningChecksum> sha256_;
};

/// The raw MD5 of a text.
std::string md5_of(std::string_view bytes);

}  // namespace bedplate::objects
