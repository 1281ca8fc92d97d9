#include "objects/checksums.hpp"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <limits>
#include <stdexcept>

#include "wire/http.hpp"

namespace bedplate::objects {
namespace {

template <class Number>
std::string big_endian(Number value) {
  std::string out(sizeof value, '\0');
  for (std::size_t i = sizeof value; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

class Hash final : public RunningChecksum {
 public:
  explicit Hash(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), kind, nullptr) != 1) {
      throw std::runtime_error("no such digest in OpenSSL");
    }
  }
  void update(std::string_view bytes) override {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  std::string finish() override {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), out, &size);
    return {reinterpret_cast<const char*>(out), size};
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

/// zlib's: several times as fast as Boost's, and the one that most clients send.
class Crc32 final : public RunningChecksum {
 public:
  void update(std::string_view bytes) override {
    value_ = crc32_z(value_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  }
  std::string finish() override { return big_endian(static_cast<std::uint32_t>(value_)); }

 private:
  uLong value_ = 0;
};

template <class Crc, class Number>
class BoostCrc final : public RunningChecksum {
 public:
  void update(std::string_view bytes) override { crc_.process_bytes(bytes.data(), bytes.size()); }
  std::string finish() override { return big_endian(static_cast<Number>(crc_.checksum())); }

 private:
  Crc crc_;
};

// Castagnoli (RFC 3720), and NVM Express's CRC-64 (NVM Command Set Specification 1.0, 5.2.1.3.4).
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;
using Crc64Nvme =
    boost::crc_optimal<64, 0xAD93D23594C93659, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, true, true>;

}  // namespace

std::string_view checksum_name(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      return "CRC32";
    case ChecksumAlgorithm::kCrc32c:
      return "CRC32C";
    case ChecksumAlgorithm::kCrc64Nvme:
      return "CRC64NVME";
    case ChecksumAlgorithm::kSha1:
      return "SHA1";
    case ChecksumAlgorithm::kSha256:
      break;
  }
  return "SHA256";
}

std::optional<ChecksumAlgorithm> find_checksum_algorithm(std::string_view name) {
  for (const ChecksumAlgorithm algorithm :
       {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c, ChecksumAlgorithm::kCrc64Nvme,
        ChecksumAlgorithm::kSha1, ChecksumAlgorithm::kSha256}) {
    if (wire::equal_ignoring_case(name, checksum_name(algorithm))) return algorithm;
  }
  return {};
}

std::unique_ptr<RunningChecksum> make_checksum(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      return std::make_unique<Crc32>();
    case ChecksumAlgorithm::kCrc32c:
      return std::make_unique<BoostCrc<Crc32c, std::uint32_t>>();
    case ChecksumAlgorithm::kCrc64Nvme:
      return std::make_unique<BoostCrc<Crc64Nvme, std::uint64_t>>();
    case ChecksumAlgorithm::kSha1:
      return std::make_unique<Hash>(EVP_sha1());
    case ChecksumAlgorithm::kSha256:
      break;
  }
  return std::make_unique<Hash>(EVP_sha256());
}

std::unique_ptr<RunningChecksum> make_md5() {
  return std::make_unique<Hash>(EVP_md5());
}

Digests::Digests(std::optional<ChecksumAlgorithm> checksum, bool sha256) : md5_(make_md5()) {
  if (checksum) checksum_ = make_checksum(*checksum);
  if (sha256) sha256_ = make_checksum(ChecksumAlgorithm::kSha256);
}

void Digests::update(std::string_view bytes) {
  // In slices that stay in the processor's cache from one digest to the next.
  constexpr std::size_t kSliceBytes = 64 * 1024;
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, kSliceBytes);
    bytes.remove_prefix(slice.size());
    md5_->update(slice);
    if (checksum_) checksum_->update(slice);
    if (sha256_) sha256_->update(slice);
  }
}

Digests::Results Digests::finish() {
  Results results;
  results.md5 = md5_->finish();
  if (checksum_) results.checksum = checksum_->finish();
  if (sha256_) results.sha256 = sha256_->finish();
  return results;
}

std::string md5_of(std::string_view bytes) {
  const auto md5 = make_md5();
  md5->update(bytes);
  return md5->finish();
}

}  // namespace bedplate::objects
