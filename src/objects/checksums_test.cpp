#include "objects/checksums.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace bedplate::objects {
namespace {

std::string hex_of(ChecksumAlgorithm algorithm, std::string_view text) {
  const auto running = make_checksum(algorithm);
  for (const char c : text) running->update(std::string_view(&c, 1));
  return hex_encode(running->finish());
}

// The check values of the CRC catalogues; NIST's and RFC 1321's examples for the others.
TEST(Checksums, AreTheStandardsOwn) {
  constexpr std::string_view kDigits = "123456789";
  EXPECT_EQ(hex_of(ChecksumAlgorithm::kCrc32, kDigits), "cbf43926");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::kCrc32c, kDigits), "e3069283");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::kCrc64Nvme, kDigits), "ae8b14860a799888");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::kSha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::kSha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(md5_of("abc")), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Checksums, HaveNames) {
  for (const std::string name : {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}) {
    ASSERT_TRUE(find_checksum_algorithm(name)) << name;
    EXPECT_EQ(checksum_name(*find_checksum_algorithm(name)), name);
  }
  EXPECT_EQ(find_checksum_algorithm("crc64nvme"), ChecksumAlgorithm::kCrc64Nvme);
  EXPECT_EQ(find_checksum_algorithm("MD5"), std::nullopt);
  EXPECT_EQ(find_checksum_algorithm(""), std::nullopt);
}

TEST(Digests, AreThoseThatWereAskedFor) {
  const std::string text(200'000, 'x');
  Digests plain({}, false);
  plain.update(text);
  const Digests::Results few = plain.finish();
  EXPECT_EQ(few.md5, md5_of(text));
  EXPECT_EQ(few.checksum, std::nullopt);
  EXPECT_EQ(few.sha256, std::nullopt);

  Digests all(ChecksumAlgorithm::kCrc32, true);
  all.update(text);
  const Digests::Results many = all.finish();
  EXPECT_EQ(many.md5, few.md5);
  EXPECT_EQ(hex_encode(*many.checksum), hex_of(ChecksumAlgorithm::kCrc32, text));
  EXPECT_EQ(*many.sha256, as_view(sha256(text)));
}

}  // namespace
}  // namespace bedplate::objects
