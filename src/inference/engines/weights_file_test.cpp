#include "inference/engines/weights_file.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace bedplate::inference {
namespace {

template <class Number>
void put(std::string& to, Number number) {
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void put_text(std::string& to, const std::string& text) {
  put<std::uint64_t>(to, text.size());
  to += text;
}
void put_uint32(std::string& to, const std::string& key, std::uint32_t value) {
  put_text(to, key);
  put<std::uint32_t>(to, 4);
  put(to, value);
}

/// A header as converters write it, without tensors.
std::string header(bool pooled = false) {
  std::string bytes = "GGUF";
  put<std::uint32_t>(bytes, 3);
  put<std::uint64_t>(bytes, 0);
  put<std::uint64_t>(bytes, pooled ? 10 : 9);
  put_text(bytes, "general.architecture");
  put<std::uint32_t>(bytes, 8);
  put_text(bytes, "llama");
  put_text(bytes, "tokenizer.ggml.tokens");  // an array of texts
  put<std::uint32_t>(bytes, 9);
  put<std::uint32_t>(bytes, 8);
  put<std::uint64_t>(bytes, 2);
  put_text(bytes, "a");
  put_text(bytes, "bc");
  put_text(bytes, "llama.attention.layer_norm_rms_epsilon");  // a float
  put<std::uint32_t>(bytes, 6);
  put(bytes, 1e-5F);
  put_uint32(bytes, "llama.context_length", 2048);
  put_uint32(bytes, "llama.embedding_length", 192);
  put_uint32(bytes, "llama.block_count", 6);
  put_uint32(bytes, "llama.attention.head_count", 6);
  put_text(bytes, "llama.attention.head_count_kv");  // one for each layer
  put<std::uint32_t>(bytes, 9);
  put<std::uint32_t>(bytes, 5);
  put<std::uint64_t>(bytes, 2);
  put<std::int32_t>(bytes, 1);
  put<std::int32_t>(bytes, 3);
  put_text(bytes, "general.quantized");  // a bool
  put<std::uint32_t>(bytes, 7);
  bytes += '\1';
  if (pooled) put_uint32(bytes, "llama.pooling_type", 1);
  return bytes;
}

class WeightsFile : public testing::Test {
 protected:
  WeightsFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weights-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~WeightsFile() override { std::filesystem::remove_all(folder); }

  std::filesystem::path file(const std::string& bytes, const std::string& name = "m.gguf") const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  std::string trouble(const std::filesystem::path& path) const {
    try {
      read_weights_blocking(path);
    } catch (const std::runtime_error& problem) {
      return problem.what();
    }
    return "none";
  }

  std::filesystem::path folder;
};

TEST_F(WeightsFile, ReadsWhatStartingNeeds) {
  const std::string bytes = header();
  const WeightsFacts facts = read_weights_blocking(file(bytes));
  EXPECT_EQ(facts.architecture, "llama");
  EXPECT_EQ(facts.context_tokens, 2048);
  EXPECT_EQ(facts.size_bytes, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(facts.cache_bytes_per_token, 6 * 3 * (32 + 32) * 2);
}

TEST_F(WeightsFile, TellsEmbeddingModelsByTheirPooling) {
  EXPECT_EQ(read_weights_blocking(file(header())).pooling, std::nullopt);
  EXPECT_EQ(read_weights_blocking(file(header(true))).pooling, 1);
}

TEST_F(WeightsFile, AddsUpTheParts) {
  const std::string bytes = header();
  const auto first = file(bytes, "m-00001-of-00002.gguf");
  file("12345", "m-00002-of-00002.gguf");
  EXPECT_EQ(read_weights_blocking(first).size_bytes, static_cast<std::int64_t>(bytes.size()) + 5);
}

TEST_F(WeightsFile, SaysWhatIsWrong) {
  const std::string path = (folder / "m.gguf").string();
  EXPECT_EQ(trouble(folder / "m.gguf"), "the weights file " + path + " does not exist");
  EXPECT_NE(trouble(folder).find("does not exist"), std::string::npos) << "a folder";
  EXPECT_EQ(trouble(file("hello")),
            "the weights file " + path + " is of no use: it is no GGUF file");
  EXPECT_NE(trouble(file("")).find("no GGUF file"), std::string::npos);
  std::string old = header();
  old[4] = 1;
  EXPECT_NE(trouble(file(old)).find("version is 1"), std::string::npos);
}

// A header cut anywhere is recognised, never read beyond and never taken for whole.
TEST_F(WeightsFile, RecognisesEveryCut) {
  const std::string bytes = header();
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    EXPECT_NE(trouble(file(bytes.substr(0, size))).find("is of no use"), std::string::npos) << size;
  }
}

TEST_F(WeightsFile, RefusesSizesBeyondReason) {
  std::string bytes = "GGUF";
  put<std::uint32_t>(bytes, 3);
  put<std::uint64_t>(bytes, 0);
  put<std::uint64_t>(bytes, 1);
  put<std::uint64_t>(bytes, UINT64_MAX);  // a key that long
  EXPECT_NE(trouble(file(bytes)).find("makes no sense"), std::string::npos);
}

}  // namespace
}  // namespace bedplate::inference
