#include "inference/engines/upstream_credentials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/ini_parser.hpp>
#include <cstdlib>
#include <stdexcept>

#include "inference/engines/upstream_key.hpp"

namespace bedplate::inference {
namespace {

namespace tree = boost::property_tree;

constexpr std::size_t kValueBytesMax = 8'192;

/// Headers are made of them.
void check(const std::string& value, std::string_view what) {
  const bool printable =
      std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (value.empty() || value.size() > kValueBytesMax || !printable) {
    throw std::invalid_argument(
        fmt::format("the {} is missing, empty, too long or holds odd characters", what));
  }
}

std::string from_environment(const std::string& variable) {
  const char* value = variable.empty() ? nullptr : std::getenv(variable.c_str());
  return value ? value : "";
}

identity::AccessKey read_environment(const BedrockOptions& options) {
  return {from_environment(options.access_key_id_env),
          from_environment(options.secret_access_key_env),
          from_environment(options.session_token_env)};
}

/// The parser's own complaint is not passed on: it may quote a line.
identity::AccessKey read_profile(const BedrockOptions& options) {
  const std::string path = options.credentials_file.string();
  tree::ptree file;
  try {
    tree::read_ini(path, file);
  } catch (const tree::ini_parser_error& problem) {
    throw std::invalid_argument(
        problem.line() == 0 ? fmt::format("the credentials file {} cannot be read", path)
                            : fmt::format("the credentials file {} makes no sense at line {}", path,
                                          problem.line()));
  }
  // A profile's name may have dots, which separate steps otherwise.
  const auto profile = file.find(options.profile);
  if (profile == file.not_found()) {
    throw std::invalid_argument(
        fmt::format("the credentials file {} has no profile '{}'", path, options.profile));
  }
  const auto value = [&](const char* key) { return profile->second.get<std::string>(key, ""); };
  return {value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token")};
}

}  // namespace

std::vector<std::string> UpstreamCredentials::secrets() const {
  std::vector<std::string> all{api_key, access_key.secret, access_key.session_token, access_key.id};
  std::erase(all, "");
  return all;
}

UpstreamCredentials read_upstream_credentials_blocking(const BedrockOptions& options) {
  UpstreamCredentials credentials;
  credentials.api_key = read_upstream_key_blocking(options.api_key_env, options.api_key_file);
  if (!credentials.api_key.empty()) return credentials;
  const bool in_file = !options.credentials_file.empty();
  const std::string where =
      in_file ? fmt::format("credentials file {}, profile '{}'", options.credentials_file.string(),
                            options.profile)
              : fmt::format("environment, variables {} and {}", options.access_key_id_env,
                            options.secret_access_key_env);
  credentials.access_key = in_file ? read_profile(options) : read_environment(options);
  check(credentials.access_key.id, fmt::format("access key id for Amazon Bedrock ({})", where));
  check(credentials.access_key.secret,
        fmt::format("secret access key for Amazon Bedrock ({})", where));
  if (!credentials.access_key.session_token.empty()) {
    check(credentials.access_key.session_token,
          fmt::format("session token for Amazon Bedrock ({})", where));
  }
  return credentials;
}

bool can_be_renewed(const BedrockOptions& options) {
  return options.api_key_env.empty() &&
         !(options.api_key_file.empty() && options.credentials_file.empty());
}

CurrentCredentials::CurrentCredentials(UpstreamCredentials credentials)
    : credentials_(std::make_shared<const UpstreamCredentials>(std::move(credentials))) {}

std::shared_ptr<const UpstreamCredentials> CurrentCredentials::get() const {
  const std::lock_guard lock(mutex_);
  return credentials_;
}

void CurrentCredentials::set(UpstreamCredentials credentials) {
  auto made = std::make_shared<const UpstreamCredentials>(std::move(credentials));
  const std::lock_guard lock(mutex_);
  credentials_ = std::move(made);
}

}  // namespace bedplate::inference
