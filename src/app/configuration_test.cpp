// The configuration file: every key in effect, every mistake named with its line.
#include "app/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace bedplate::app {
namespace {
namespace fs = std::filesystem;

class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() {
    std::string pattern = (fs::temp_directory_path() / "bedplate-config-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    flags_.data_dir = dir_.string();
  }
  ~ConfigurationTest() override { fs::remove_all(dir_); }

  Configuration load(const std::string& text) {
    std::ofstream(dir_ / "bedplate.toml") << text;
    return load_configuration_blocking(flags_);
  }
  std::string mistake(const std::string& text) {
    try {
      load(text);
    } catch (const std::invalid_argument& problem) {
      const std::string what = problem.what();
      const std::size_t name = what.find("bedplate.toml:");
      return name == std::string::npos ? what : what.substr(name);
    }
    return "accepted";
  }

  fs::path dir_;
  ConfigurationFlags flags_;
};

TEST_F(ConfigurationTest, WithoutAFileItsOwnModelsServeEverything) {
  const Configuration configuration = load_configuration_blocking(flags_);
  EXPECT_EQ(configuration.listen.host, "127.0.0.1");
  EXPECT_EQ(configuration.listen.port, 4580);
  EXPECT_TRUE(configuration.authentication);
  ASSERT_EQ(configuration.engines.engines.size(), 2u);
  EXPECT_EQ(configuration.engines.engines[0].name, "embedding");
  EXPECT_EQ(configuration.engines.engines[1].name, "demo");
  EXPECT_TRUE(configuration.bindings.back().text_only);
}

TEST_F(ConfigurationTest, StateIsInTheDataDirectoryUnlessOneLineSaysOtherwise) {
  using Kind = storage::StoreOptions::Kind;
  const Configuration by_itself = load_configuration_blocking(flags_);
  EXPECT_EQ(by_itself.storage.kind, Kind::kSqlite);
  EXPECT_EQ(by_itself.storage.file, dir_ / "bedplate.db");
  const Configuration one_line = load("storage.url = \"postgresql://me@db/bedplate\"");
  EXPECT_EQ(one_line.storage.kind, Kind::kPostgres);
  EXPECT_EQ(one_line.storage.url, "postgresql://me@db/bedplate");
  const Configuration with_password = load(R"(
[storage]
kind = "postgres"
url = "postgresql://me@db/bedplate"
password_file = "secret"
)");
  EXPECT_EQ(with_password.storage.password_file, dir_ / "secret");
}

TEST_F(ConfigurationTest, NamesMistakesInStorage) {
  EXPECT_THAT(mistake("[storage]\nkind = \"mysql\""), testing::HasSubstr("\"sqlite\" or"));
  EXPECT_THAT(mistake("[storage]\nkind = \"postgres\""), testing::HasSubstr("needs 'url'"));
  EXPECT_THAT(mistake("[storage]\nkind = \"sqlite\"\nurl = \"postgresql:///d\""),
              testing::HasSubstr("are for kind"));
  EXPECT_THAT(mistake("[storage]\npassword_env = \"X\""), testing::HasSubstr("are for kind"));
  EXPECT_THAT(mistake("[storage]\nurl = \"postgresql://me:secret@db/d\""),
              testing::AllOf(testing::HasSubstr("holds a password"),
                             testing::Not(testing::HasSubstr("secret@"))));
  EXPECT_THAT(mistake("[storage]\nurl = \"postgresql:///d\"\npassword_env = \"X\"\n"
                      "password_file = \"y\""),
              testing::HasSubstr("exclude"));
  EXPECT_THAT(mistake("[storage]\nfile = \"x\""), testing::HasSubstr("storage.file"));
}

TEST_F(ConfigurationTest, AccessToModelsIsOpenUnlessClosed) {
  using operations::DefaultAccess;
  EXPECT_EQ(load("").model_access, DefaultAccess::kOpen);
  EXPECT_EQ(load("model_access.default = \"closed\"").model_access, DefaultAccess::kClosed);
  EXPECT_THAT(mistake("model_access.default = \"shut\""), testing::HasSubstr("\"open\" or"));
}

TEST_F(ConfigurationTest, ReadsQuotasInOrder) {
  EXPECT_TRUE(load("").quotas.empty());
  const Configuration configuration = load(R"(
[[quotas]]
accounts = ["111122223333"]
models = ["anthropic.*"]
regions = ["eu-west-1"]
tokens_per_minute = 1000
[[quotas]]
unlimited = true
[[quotas]]
requests_per_minute = 0
tokens_per_day = 5
)");
  ASSERT_EQ(configuration.quotas.size(), 3u);
  EXPECT_EQ(configuration.quotas[0].limits.tokens_per_minute, 1'000);
  EXPECT_EQ(configuration.quotas[0].limits.requests_per_minute, std::nullopt);
  EXPECT_EQ(configuration.quotas[0].regions, std::vector<std::string>{"eu-west-1"});
  EXPECT_TRUE(configuration.quotas[1].limits.unlimited());
  EXPECT_EQ(configuration.quotas[2].models, std::vector<std::string>{"*"});
  EXPECT_EQ(configuration.quotas[2].limits.requests_per_minute, 0);
}

TEST_F(ConfigurationTest, NamesMistakesInQuotas) {
  EXPECT_THAT(mistake("[[quotas]]\nmodels = [\"a\"]"), testing::HasSubstr("a quota needs"));
  EXPECT_THAT(mistake("[[quotas]]\nunlimited = true\ntokens_per_day = 1"),
              testing::HasSubstr("a quota needs"));
  EXPECT_THAT(mistake("[[quotas]]\ntokens_per_day = -1"), testing::HasSubstr("must be from 0"));
  EXPECT_THAT(mistake("[[quotas]]\ntokens_per_day = 1\naccounts = [\"1\"]"),
              testing::HasSubstr("'1' is no account"));
  EXPECT_THAT(mistake("[quotas]\ntokens_per_day = 1"), testing::HasSubstr("[[quotas]]"));
}

TEST_F(ConfigurationTest, ReadsEnginesAndBindingsInOrder) {
  const Configuration configuration = load(R"(
listen = "127.0.0.1:9000"
region = "eu-west-1"
[limits]
header_timeout_ms = 250
[engines.big]
type = "openai"
endpoints = ["http://127.0.0.1:8000"]
first_token_timeout_ms = 5000
[engines.small]
type = "llama.cpp"
weights = "weights/small.gguf"
projector = "weights/eyes.gguf"
slots = 2
[[bindings]]
models = ["anthropic.*"]
regions = ["eu-west-1"]
engine = "big"
)");
  EXPECT_EQ(configuration.listen.port, 9000);
  EXPECT_EQ(configuration.listen.limits.header_timeout.count(), 250);
  EXPECT_EQ(configuration.default_region, "eu-west-1");
  ASSERT_EQ(configuration.engines.engines.size(), 4u);
  const auto& small = std::get<inference::LlamaCppOptions>(configuration.engines.engines[1].kind);
  EXPECT_EQ(small.weights, fs::absolute(dir_) / "weights/small.gguf");
  EXPECT_EQ(small.projector, fs::absolute(dir_) / "weights/eyes.gguf");
  EXPECT_EQ(small.slots, 2);
  // The operator's bindings come before the demo model's.
  EXPECT_EQ(configuration.bindings.front().engine, "big");
  EXPECT_EQ(configuration.bindings.back().engine, "demo");
}

/// The engine that serves a model of the catalogue, whatever the region.
std::string engine_of(const Configuration& configuration, const std::string& model) {
  inference::ModelCatalogue catalogue = inference::ModelCatalogue::built_in();
  const inference::BindingTable table(catalogue, configuration.bindings);
  const inference::CatalogueModel* found = catalogue.find(model);
  const auto* binding = found != nullptr ? table.match(*found, "us-east-1") : nullptr;
  return binding != nullptr ? binding->engine : "none";
}

TEST_F(ConfigurationTest, EmbeddingAndRerankModelsHaveAnEngineOfTheirOwn) {
  const Configuration configuration = load_configuration_blocking(flags_);
  const inference::ModelCatalogue catalogue = inference::ModelCatalogue::built_in();
  for (const inference::CatalogueModel& model : catalogue.models()) {
    const bool embeds = model.outputs("EMBEDDING") || model.family.ends_with("rerank");
    EXPECT_EQ(engine_of(configuration, model.id) == "embedding", embeds) << model.id;
  }
}

TEST_F(ConfigurationTest, AnEngineNamedEmbeddingReplacesTheServersOwn) {
  const Configuration configuration = load(R"(
[engines.embedding]
type = "llama.cpp"
weights = "vectors.gguf"
task = "embed"
[[bindings]]
models = ["cohere.embed-*"]
engine = "embedding"
)");
  ASSERT_EQ(configuration.engines.engines.size(), 2u);
  const auto& own = std::get<inference::LlamaCppOptions>(configuration.engines.engines[0].kind);
  EXPECT_EQ(own.task, inference::LlamaTask::kEmbed);
  EXPECT_EQ(engine_of(configuration, "cohere.embed-english-v3"), "embedding");
  EXPECT_EQ(engine_of(configuration, "amazon.titan-embed-text-v2:0"), "none");
}

TEST_F(ConfigurationTest, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(mistake("lissten = \"x\"\n"), "bedplate.toml:1: unknown key 'lissten'");
  EXPECT_EQ(mistake("\nregion = 7\n"), "bedplate.toml:2: 'region' must be a text in quotes");
  EXPECT_EQ(mistake("[limits]\nheader_timeout_ms = 0\n"),
            "bedplate.toml:2: 'limits.header_timeout_ms' must be from 1 to 86400000");
  EXPECT_EQ(mistake("[engines.a]\ntype = \"vllm\"\n"),
            "bedplate.toml:1: engine 'a' needs type = \"llama.cpp\", \"openai\", "
            "\"anthropic\", \"bedrock\" or \"scripted\"");
  EXPECT_EQ(mistake("[engines.a]\ntype = \"llama.cpp\"\nweights = \"w\"\ntask = \"x\"\n"),
            "bedplate.toml:1: 'task' must be \"generate\", \"embed\" or \"rerank\"");
  EXPECT_EQ(mistake("[engines.a]\ntype = \"openai\"\nendpoints = []\n"),
            "bedplate.toml:1: an engine of type openai needs 'endpoints'");
  EXPECT_EQ(mistake("[[bindings]]\nmodels = [\"*\"]\n"),
            "bedplate.toml:1: a binding needs 'models' and 'engine'");
  EXPECT_TRUE(mistake("region = \n").starts_with("bedplate.toml:1:"));
}

TEST_F(ConfigurationTest, ObjectsAreInTheDataDirectoryAndSyncedUnlessItSaysOtherwise) {
  const Configuration by_itself = load_configuration_blocking(flags_);
  EXPECT_EQ(by_itself.objects.directory, dir_ / "objects");
  EXPECT_TRUE(by_itself.objects.durable);
  const Configuration other = load("[objects]\ndirectory = \"buckets\"\ndurability = \"rename\"\n");
  EXPECT_EQ(other.objects.directory, dir_ / "buckets");
  EXPECT_FALSE(other.objects.durable);
  EXPECT_EQ(mistake("[objects]\ndurability = \"none\"\n"),
            "bedplate.toml:1: 'objects.durability' must be \"fsync\" or \"rename\"");
  EXPECT_EQ(mistake("[objects]\nfolder = \"x\"\n"),
            "bedplate.toml:2: unknown key 'objects.folder'");
}

TEST_F(ConfigurationTest, AuthenticationMayBeOffOnLoopbackOnly) {
  EXPECT_EQ(mistake("authentication = false\n"), "accepted");
  EXPECT_NE(mistake("authentication = false\nlisten = \"0.0.0.0:4580\"\n"), "accepted");
  flags_.listen = "0.0.0.0:4580";
  flags_.no_authentication = true;
  EXPECT_NE(mistake(""), "accepted");
}

TEST_F(ConfigurationTest, AFileThatWasAskedForMustBeThere) {
  flags_.config_file = (dir_ / "absent.toml").string();
  EXPECT_THROW(load_configuration_blocking(flags_), std::invalid_argument);
}

TEST(Listen, TakesHostAndPort) {
  wire::ServerOptions options;
  parse_listen("[::1]:80", options);
  EXPECT_EQ(options.host, "::1");
  EXPECT_EQ(options.port, 80);
  parse_listen(":8080", options);
  EXPECT_EQ(options.host, "0.0.0.0");
  for (const char* wrong : {"", "127.0.0.1", "127.0.0.1:", "x:70000", "x:8a", "x:-1"}) {
    EXPECT_THROW(parse_listen(wrong, options), std::invalid_argument) << wrong;
  }
}

TEST_F(ConfigurationTest, JobsAndBatches) {
  const Configuration by_itself = load("");
  EXPECT_EQ(by_itself.jobs_at_once, 4u);
  EXPECT_EQ(by_itself.batch_limits.records_min, 1);
  const Configuration other = load(
      "[jobs]\nat_once = 2\nlease_seconds = 5\n"
      "[batch_inference]\nrecords_min = 100\nfile_mib_max = 2\n");
  EXPECT_EQ(other.jobs_at_once, 2u);
  EXPECT_EQ(other.job_lease, std::chrono::seconds(5));
  EXPECT_EQ(other.batch_limits.records_min, 100);
  EXPECT_EQ(other.batch_limits.file_bytes_max, 2 << 20);
  EXPECT_EQ(mistake("[batch_inference]\nminimum = 1\n"),
            "bedplate.toml:2: unknown key 'batch_inference.minimum'");
}

}  // namespace
}  // namespace bedplate::app
