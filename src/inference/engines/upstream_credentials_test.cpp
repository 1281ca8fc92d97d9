// Where the credentials for Amazon Bedrock come from.
#include "inference/engines/upstream_credentials.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

namespace bedplate::inference {
namespace {

class UpstreamCredentialsTest : public testing::Test {
 protected:
  UpstreamCredentialsTest()
      : file(std::filesystem::path(testing::TempDir()) /
             ("credentials-" + std::to_string(::getpid()))) {}
  ~UpstreamCredentialsTest() override {
    std::filesystem::remove(file);
    for (const char* name : {"T_ID", "T_SECRET", "T_TOKEN", "T_KEY"}) ::unsetenv(name);
  }

  void write(const std::string& text) { std::ofstream(file) << text; }
  BedrockOptions from_file(const std::string& profile = "default") const {
    BedrockOptions options;
    options.credentials_file = file;
    options.profile = profile;
    return options;
  }
  static BedrockOptions from_environment() {
    BedrockOptions options;
    options.access_key_id_env = "T_ID";
    options.secret_access_key_env = "T_SECRET";
    options.session_token_env = "T_TOKEN";
    return options;
  }
  static std::string complaint(const BedrockOptions& options) {
    try {
      read_upstream_credentials_blocking(options);
    } catch (const std::invalid_argument& problem) {
      EXPECT_EQ(std::string(problem.what()).find("s3cr3t"), std::string::npos);
      return problem.what();
    }
    return "none";
  }

  const std::filesystem::path file;
};

TEST_F(UpstreamCredentialsTest, Environment) {
  ::setenv("T_ID", "AKID", 1);
  ::setenv("T_SECRET", "s3cr3t", 1);
  const auto read = read_upstream_credentials_blocking(from_environment());
  EXPECT_EQ(read.access_key.id, "AKID");
  EXPECT_EQ(read.access_key.secret, "s3cr3t");
  EXPECT_EQ(read.access_key.session_token, "");
  ::setenv("T_TOKEN", "token", 1);
  const auto temporary = read_upstream_credentials_blocking(from_environment());
  EXPECT_EQ(temporary.access_key.session_token, "token");
  EXPECT_EQ(temporary.secrets().size(), 3u);
}

TEST_F(UpstreamCredentialsTest, EnvironmentThatLacksSomething) {
  EXPECT_NE(complaint(from_environment()).find("variables T_ID and T_SECRET"), std::string::npos);
  ::setenv("T_ID", "AKID", 1);
  EXPECT_NE(complaint(from_environment()).find("secret access key"), std::string::npos);
  ::setenv("T_SECRET", "s3cr3t\nX: y", 1);
  EXPECT_NE(complaint(from_environment()).find("odd characters"), std::string::npos);
  ::setenv("T_SECRET", "s3cr3t", 1);
  ::setenv("T_TOKEN", "a b", 1);
  EXPECT_NE(complaint(from_environment()).find("session token"), std::string::npos);
}

TEST_F(UpstreamCredentialsTest, ProfileOfAFile) {
  write(
      "# mine\n[default]\naws_access_key_id = AKID\naws_secret_access_key=s3cr3t/+=\n\n"
      "[my.work]\naws_access_key_id = ASIA\naws_secret_access_key = other\n"
      "aws_session_token = to==ken\n");
  const auto read = read_upstream_credentials_blocking(from_file());
  EXPECT_EQ(read.access_key.secret, "s3cr3t/+=");
  const auto work = read_upstream_credentials_blocking(from_file("my.work"));
  EXPECT_EQ(work.access_key.id, "ASIA");
  EXPECT_EQ(work.access_key.session_token, "to==ken");
}

TEST_F(UpstreamCredentialsTest, FileThatIsOfNoUse) {
  EXPECT_NE(complaint(from_file()).find("cannot be read"), std::string::npos);
  write("[default]\naws_access_key_id = AKID\n");
  EXPECT_NE(complaint(from_file()).find("secret access key"), std::string::npos);
  EXPECT_NE(complaint(from_file("none")).find("no profile 'none'"), std::string::npos);
  write("[default\ns3cr3t\n");
  EXPECT_NE(complaint(from_file()).find("makes no sense at line"), std::string::npos);
}

TEST_F(UpstreamCredentialsTest, AnApiKeyComesFirst) {
  ::setenv("T_KEY", "bedrock-api-key", 1);
  BedrockOptions options = from_environment();
  options.api_key_env = "T_KEY";
  const auto read = read_upstream_credentials_blocking(options);
  EXPECT_EQ(read.api_key, "bedrock-api-key");
  EXPECT_EQ(read.access_key.id, "");
  EXPECT_EQ(read.secrets(), std::vector<std::string>{"bedrock-api-key"});
}

}  // namespace
}  // namespace bedplate::inference
