// The published examples of chunked uploads, and what becomes of everything else.
#include "operations/s3/aws_chunked.hpp"

#include <gtest/gtest.h>

#include "identity/sigv4.hpp"
#include "operations/s3/s3_error.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::uint64_t kExampleBytes = 66'560;  // a chunk of 64 KiB and one of 1 KiB

// "Example calculations" of S3's API reference, with its credentials.
identity::ChunkSigning example_signing(std::string seed) {
  return {identity::derive_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524",
                                       "us-east-1", "s3"),
          "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", std::move(seed)};
}

constexpr std::string_view kSeed =
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

std::string signed_example() {
  return "10000;chunk-signature="
         "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65'536, 'a') +
         "\r\n400;chunk-signature="
         "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1'024, 'a') +
         "\r\n0;chunk-signature="
         "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

AwsChunkedDecoder::Options signed_options() {
  return {example_signing(std::string(kSeed)), true, false, kExampleBytes};
}

/// The payload, fed in pieces of `step` bytes; the error's code when there is one.
std::string decode(AwsChunkedDecoder::Options options, std::string_view bytes,
                   std::size_t step = 1'000'000,
                   std::map<std::string, std::string>* trailers = nullptr) {
  AwsChunkedDecoder decoder(std::move(options));
  std::string out;
  try {
    for (std::size_t i = 0; i < bytes.size(); i += step) decoder.feed(bytes.substr(i, step), out);
    decoder.finish();
  } catch (const S3Error& error) {
    return error.code;
  }
  if (trailers != nullptr) *trailers = decoder.trailers();
  return out;
}

AwsChunkedDecoder::Options plain(std::uint64_t size, bool trailers = true) {
  return {std::nullopt, false, trailers, size};
}

TEST(AwsChunked, ReadsThePublishedExample) {
  const std::string payload(kExampleBytes, 'a');
  EXPECT_TRUE(decode(signed_options(), signed_example()) == payload);
  EXPECT_TRUE(decode(signed_options(), signed_example(), 1) == payload);
  EXPECT_TRUE(decode(signed_options(), signed_example(), 65'537) == payload);
}

TEST(AwsChunked, EveryByteOfASignedChunkCounts) {
  const std::string good = signed_example();
  for (const std::size_t at : {std::size_t{20}, std::size_t{100}, std::size_t{60'000},
                               good.size() - 1'000, good.size() - 10}) {
    std::string bad = good;
    bad[at] = bad[at] == 'b' ? 'c' : 'b';
    EXPECT_EQ(decode(signed_options(), bad), "SignatureDoesNotMatch") << at;
  }
  std::string unsigned_chunk = "400\r\n" + std::string(1'024, 'a') + "\r\n0\r\n\r\n";
  EXPECT_EQ(decode(signed_options(), unsigned_chunk), "SignatureDoesNotMatch");
  AwsChunkedDecoder::Options other_seed = signed_options();
  other_seed.signing->seed_signature[0] = '0';
  EXPECT_EQ(decode(other_seed, good), "SignatureDoesNotMatch");
}

TEST(AwsChunked, ReadsThePublishedExampleOfTrailers) {
  const std::string seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
  const std::string chunks =
      "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
      std::string(65'536, 'a') +
      "\r\n400;chunk-signature="
      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
      std::string(1'024, 'a') +
      "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n";
  const std::string signature =
      "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
  const AwsChunkedDecoder::Options options{example_signing(seed), true, true, kExampleBytes};
  for (const std::string end : {"\r\n", "\n", "\n\r\n"}) {
    const std::string bytes =
        chunks + "x-amz-checksum-crc32c:sOO8/Q==" + end + signature + "\r\n\r\n";
    std::map<std::string, std::string> trailers;
    EXPECT_TRUE(decode(options, bytes, 7, &trailers) == std::string(kExampleBytes, 'a'));
    EXPECT_EQ(trailers["x-amz-checksum-crc32c"], "sOO8/Q==");
  }
  EXPECT_EQ(decode(options, chunks + "x-amz-checksum-crc32c:AAAAAA==\r\n" + signature + "\r\n\r\n"),
            "SignatureDoesNotMatch");
  EXPECT_EQ(decode(options, chunks + "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"),
            "SignatureDoesNotMatch");
}

TEST(AwsChunked, ReadsUnsignedChunksWithTrailers) {
  std::map<std::string, std::string> trailers;
  const std::string bytes =
      "5\r\nhello\r\n6\r\n world\r\n0\r\nX-Amz-Checksum-CRC32: DUoRhQ==\r\n\r\n";
  for (const std::size_t step : {1, 3, 1'000}) {
    EXPECT_EQ(decode(plain(11), bytes, step, &trailers), "hello world") << step;
    EXPECT_EQ(trailers.at("x-amz-checksum-crc32"), "DUoRhQ==");
  }
  EXPECT_EQ(decode(plain(0), "0\r\n\r\n"), "");
}

TEST(AwsChunked, RefusesWhatDoesNotAddUp) {
  for (const std::string_view bytes :
       {"", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0",
        "4\r\nhello\r\n0\r\n\r\n", "5\r\nhello5\r\n0\r\n\r\n", "x\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n", "5 5\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n",
        "6\r\nhello!\r\n0\r\n\r\n", "ffffffffffffffffff\r\nhello\r\n",
        "ffffffffffffffff\r\nhello\r\n", "5\r\nhello\r\n1\r\nx\r\n0\r\n\r\n",
        "\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{1'000}}) {
      EXPECT_EQ(decode(plain(5), bytes, step), "IncompleteBody") << bytes;
    }
  }
  EXPECT_EQ(decode(plain(5), std::string(2'000, '1')), "IncompleteBody");
  EXPECT_EQ(decode(plain(5, false), "5\r\nhello\r\n0\r\n\r\nmore"), "IncompleteBody");
  EXPECT_EQ(decode(plain(5), "5\r\nhello\r\n0\r\nnonsense\r\n\r\n"), "MalformedTrailerError");
  EXPECT_EQ(decode(plain(5), "5\r\nhello\r\n0\r\na:1\r\na:2\r\n\r\n"), "MalformedTrailerError");
  EXPECT_EQ(decode(plain(5), "5\r\nhello\r\n0\r\na:" + std::string(20'000, 'x')),
            "MalformedTrailerError");
}

}  // namespace
}  // namespace bedplate::operations::s3
