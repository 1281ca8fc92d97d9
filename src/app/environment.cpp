#include "app/environment.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "app/commands.hpp"
#include "app/server_record.hpp"

namespace bedplate::app {

Environment client_environment(const Configuration& configuration,
                               const identity::CredentialStore& store, const std::string& url,
                               const std::string& certificate, bool bearer) {
  Environment environment{{"AWS_ENDPOINT_URL", url}, {"AWS_REGION", configuration.default_region}};
  environment.emplace_back("AWS_DEFAULT_REGION", configuration.default_region);
  if (bearer) {
    const auto* key = store.developer_api_key();
    if (key == nullptr || !key->value) throw std::runtime_error("there is no API key to print");
    environment.emplace_back("AWS_BEARER_TOKEN_BEDROCK", *key->value);
  } else {
    const auto* key = store.developer_access_key();
    if (key == nullptr) throw std::runtime_error("there is no active access key to print");
    environment.emplace_back("AWS_ACCESS_KEY_ID", key->access_key_id);
    environment.emplace_back("AWS_SECRET_ACCESS_KEY", key->secret_access_key);
  }
  if (!certificate.empty()) environment.emplace_back("AWS_CA_BUNDLE", certificate);
  return environment;
}

std::string environment_text(const Environment& environment, const std::string& format) {
  if (format == "json") {
    boost::json::object object;
    for (const auto& [name, value] : environment) object[name] = value;
    return boost::json::serialize(object) + "\n";
  }
  std::string text;
  for (const auto& [name, value] : environment) {
    text += format == "fish" ? fmt::format("set -gx {} '{}'\n", name, value)
                             : fmt::format("export {}='{}'\n", name, value);
  }
  return text;
}

int env_command(const Configuration& configuration, const EnvOptions& options) {
  if (!std::filesystem::exists(configuration.data_dir / identity::CredentialStore::kFileName)) {
    fmt::print(stderr, "bedplate: no server has run on {} yet; start `bedplate serve` first\n",
               configuration.data_dir.string());
    return 1;
  }
  const MachineClock clock;
  const auto store =
      identity::CredentialStore::open_blocking(configuration.data_dir.string(), clock);
  const auto running = find_server_blocking(configuration.data_dir);
  const bool tls = configuration.listen.tls || configuration.generate_tls_certificate;
  const std::string url = running
                              ? running->url
                              : fmt::format("{}://{}:{}", tls ? "https" : "http",
                                            configuration.listen.host, configuration.listen.port);
  const std::string certificate = running ? running->certificate
                                  : configuration.generate_tls_certificate
                                      ? generated_certificate(configuration).string()
                                      : "";
  fmt::print("{}", environment_text(
                       client_environment(configuration, *store, url, certificate, options.bearer),
                       options.format));
  return 0;
}

}  // namespace bedplate::app
