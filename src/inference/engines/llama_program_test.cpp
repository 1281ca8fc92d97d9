#include "inference/engines/llama_program.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <fstream>

namespace bedplate::inference {
namespace {

namespace fs = std::filesystem;

class FindLlamaServer : public testing::Test {
 protected:
  FindLlamaServer() {
    std::string pattern = (fs::temp_directory_path() / "program-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~FindLlamaServer() override { fs::remove_all(folder); }

  fs::path program(const std::string& name, bool executable = true) const {
    const fs::path path = folder / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "#!/bin/sh\n";
    if (executable) fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  fs::path folder;
};

TEST_F(FindLlamaServer, TakesTheConfiguredOneFirst) {
  const fs::path mine = program("mine");
  const fs::path on_path = program("bin/llama-server");
  EXPECT_EQ(find_llama_server_blocking(mine, (folder / "bin").string(), {}), mine);
  EXPECT_THROW(find_llama_server_blocking(folder / "missing", (folder / "bin").string(), {}),
               std::runtime_error)
      << "what was configured is not replaced in silence";
}

TEST_F(FindLlamaServer, SearchesPathThenThePrefix) {
  const fs::path unpacked = program("prefix/bin/llama-server");
  program("a/llama-server", false);
  const std::string search = ":" + (folder / "a").string() + ":" + (folder / "b").string() + ":";
  EXPECT_EQ(find_llama_server_blocking({}, search, folder / "prefix"), unpacked)
      << "one that may not be executed is none";
  const fs::path on_path = program("b/llama-server");
  EXPECT_EQ(find_llama_server_blocking({}, search, folder / "prefix"), on_path);
  EXPECT_THROW(find_llama_server_blocking({}, "", {}), std::runtime_error);
  EXPECT_THROW(find_llama_server_blocking({}, "", folder), std::runtime_error);
}

constexpr std::int64_t kGib = std::int64_t{1} << 30;
const WeightsFacts kEightBillion{.architecture = "llama",
                                 .size_bytes = 5 * kGib,
                                 .context_tokens = 131'072,
                                 .cache_bytes_per_token = 128 * 1024};

TEST(LlamaSize, TakesTheContextAsConfigured) {
  const LlamaCppOptions options{.slots = 2, .context_tokens = 8'192};
  const LlamaSize size = size_of_engine(options, kEightBillion, 1 * kGib);
  EXPECT_EQ(size.context_tokens, 8'192);
  EXPECT_GT(size.memory_bytes, 7 * kGib) << "weights and two slots of one GiB";
  EXPECT_LT(size.memory_bytes, 8 * kGib);
}

TEST(LlamaSize, FitsTheContextOfTheTrainingIntoTheMemory) {
  const LlamaCppOptions options{.slots = 4, .context_tokens = 0};
  EXPECT_EQ(size_of_engine(options, kEightBillion, 100 * kGib).context_tokens, 131'072);
  const LlamaSize fitted = size_of_engine(options, kEightBillion, 16 * kGib);
  EXPECT_EQ(fitted.context_tokens, 16'384);
  EXPECT_LE(fitted.memory_bytes, 16 * kGib);
  EXPECT_EQ(size_of_engine(options, kEightBillion, 1).context_tokens, 2'048) << "not below that";
  EXPECT_EQ(size_of_engine(options, {.size_bytes = 1}, kGib).context_tokens, 4'096);
}

TEST(LlamaSize, SmallWeightsGetNoMoreThreadsThanTheyCanUse) {
  LlamaCppOptions options;
  if (std::thread::hardware_concurrency() > 1) {
    EXPECT_EQ(size_of_engine(options, {.size_bytes = 5'000'000}, kGib).threads, 1);
  }
  EXPECT_EQ(size_of_engine(options, {.size_bytes = 1'000 * kGib}, kGib).threads, 0);
  options.threads = 3;
  EXPECT_EQ(size_of_engine(options, {.size_bytes = 5'000'000}, kGib).threads, 3);
}

TEST(LlamaArguments, GivesEachSlotItsContext) {
  LlamaCppOptions options{.weights = "w.gguf", .slots = 3};
  options.extra_arguments = {"--flash-attn", "on"};
  options.projector = "p.gguf";
  const auto arguments =
      llama_arguments("/p/llama-server", options,
                      {.context_tokens = 100, .cache_mib = 7, .threads = 5}, "/run/x.sock");
  EXPECT_EQ(arguments.front(), "/p/llama-server");
  const auto value = [&](const std::string& name) {
    const auto at = std::find(arguments.begin(), arguments.end(), name);
    return at == arguments.end() ? "missing" : *(at + 1);
  };
  EXPECT_EQ(value("--model"), "w.gguf");
  EXPECT_EQ(value("--mmproj"), "p.gguf");
  EXPECT_EQ(value("--host"), "/run/x.sock");
  EXPECT_EQ(value("--parallel"), "3");
  EXPECT_EQ(value("--ctx-size"), "300");
  EXPECT_EQ(value("--cache-ram"), "7");
  EXPECT_EQ(value("--threads"), "5");
  EXPECT_EQ(value("--flash-attn"), "on");
  EXPECT_EQ(value("--log-verbosity"), "1") << "no prompt and no reply in the log";
  EXPECT_EQ(arguments.back(), "on") << "what the operator adds comes last and wins";
}

TEST(LlamaTask, IsWhatTheWeightsSayUnlessTheOperatorSaysOtherwise) {
  const auto task = [](std::optional<std::int64_t> pooling, LlamaTask configured) {
    const WeightsFacts facts{.size_bytes = 1, .pooling = pooling};
    return size_of_engine({.task = configured}, facts, kGib).task;
  };
  EXPECT_EQ(task(std::nullopt, LlamaTask::kAuto), LlamaTask::kGenerate);
  EXPECT_EQ(task(0, LlamaTask::kAuto), LlamaTask::kGenerate);
  EXPECT_EQ(task(1, LlamaTask::kAuto), LlamaTask::kEmbed);
  EXPECT_EQ(task(3, LlamaTask::kAuto), LlamaTask::kEmbed);
  EXPECT_EQ(task(4, LlamaTask::kAuto), LlamaTask::kRank);
  EXPECT_EQ(task(std::nullopt, LlamaTask::kEmbed), LlamaTask::kEmbed);
  EXPECT_EQ(task(4, LlamaTask::kGenerate), LlamaTask::kGenerate);
}

// A text that is longer than the batch could not be embedded.
TEST(LlamaArguments, AnEmbeddingBatchHoldsAWholeText) {
  const auto after = [](const LlamaSize& size, const std::string& name) {
    const auto arguments = llama_arguments("p", {.weights = "w.gguf"}, size, "s");
    const auto at = std::find(arguments.begin(), arguments.end(), name);
    if (at == arguments.end()) return std::string("missing");
    return at + 1 == arguments.end() ? std::string() : *(at + 1);
  };
  const LlamaSize embed{.task = LlamaTask::kEmbed, .context_tokens = 8'192};
  EXPECT_EQ(after(embed, "--batch-size"), "8192");
  EXPECT_EQ(after(embed, "--ubatch-size"), "8192");
  EXPECT_NE(after(embed, "--embedding"), "missing");
  EXPECT_EQ(after(embed, "--reranking"), "missing");
  const LlamaSize rank{.task = LlamaTask::kRank, .context_tokens = 512};
  EXPECT_NE(after(rank, "--reranking"), "missing");
  const LlamaSize generate{.context_tokens = 8'192};
  EXPECT_EQ(after(generate, "--batch-size"), "512");
  EXPECT_EQ(after(generate, "--embedding"), "missing");
}

TEST(LlamaEnvironment, PassesNoSecrets) {
  const char* environment[] = {"PATH=/bin",
                               "AWS_SECRET_ACCESS_KEY=x",
                               "CUDA_VISIBLE_DEVICES=1",
                               "HF_TOKEN=x",
                               "LLAMA_ARG_HOST=0.0.0.0",
                               "PATHS=x",
                               "OMP_NUM_THREADS=2",
                               nullptr};
  EXPECT_THAT(llama_environment(environment),
              testing::ElementsAre("PATH=/bin", "CUDA_VISIBLE_DEVICES=1", "OMP_NUM_THREADS=2"));
}

}  // namespace
}  // namespace bedplate::inference
