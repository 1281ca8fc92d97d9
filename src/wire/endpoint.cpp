#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <stdexcept>

#include "wire/client.hpp"

namespace bedplate::wire {
namespace {

constexpr std::string_view kUnixScheme = "unix:";
constexpr std::size_t kUnixPathMax = 107;  // sockaddr_un's, without the NUL

std::invalid_argument wrong(const std::string& url, std::string_view what) {
  return std::invalid_argument(fmt::format("\"{}\" is no server's address: {}", url, what));
}

Endpoint parse_unix(const std::string& url) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kUnix;
  endpoint.host = url.substr(kUnixScheme.size());
  if (endpoint.host.empty()) throw wrong(url, "the socket's path is missing");
  if (endpoint.host.size() > kUnixPathMax) {
    throw wrong(url, fmt::format("a socket's path has at most {} bytes", kUnixPathMax));
  }
  return endpoint;
}

}  // namespace

Endpoint parse_endpoint(const std::string& url) {
  if (url.starts_with(kUnixScheme)) return parse_unix(url);
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) throw wrong(url, "it should look like http://host:port or unix:/path");
  const boost::urls::url_view& view = *parsed;
  Endpoint endpoint;
  if (view.scheme() == "http") {
    endpoint.kind = Endpoint::Kind::kTcp;
    endpoint.port = 80;
  } else if (view.scheme() == "https") {
    endpoint.kind = Endpoint::Kind::kTls;
    endpoint.port = 443;
  } else {
    throw wrong(url, "the scheme should be http, https or unix");
  }
  if (view.has_userinfo()) throw wrong(url, "it must not contain a user or password");
  if (view.has_query() || view.has_fragment()) throw wrong(url, "it must end with the path");
  endpoint.host = view.host_address();
  if (endpoint.host.empty()) throw wrong(url, "the host is missing");
  if (view.has_port() && !view.port().empty()) {
    const std::string digits(view.port());
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    if (read.ec != std::errc() || endpoint.port == 0) {
      throw wrong(url, "the port should be 1 to 65535");
    }
  }
  endpoint.base_path = std::string(view.encoded_path());
  while (endpoint.base_path.ends_with('/')) endpoint.base_path.pop_back();
  return endpoint;
}

std::string Endpoint::text() const {
  if (kind == Kind::kUnix) return std::string(kUnixScheme) + host;
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", kind == Kind::kTls ? "https" : "http", v6 ? "[" : "", host,
                     v6 ? "]" : "", port, base_path);
}

}  // namespace bedplate::wire
