// Any request, as bytes: the authenticator must answer with a principal or an ApiError, and must
// never accept a signature that was not made with the secret.
//
// Input: request line, header lines ("name:value"), an empty line, the body.

#include <cstdlib>

#include "base/api_error.hpp"
#include "identity/authenticator.hpp"
#include "identity/sigv4.hpp"

namespace {

using namespace bedplate;
using namespace bedplate::identity;

class FixedClock final : public Clock {
 public:
  Timestamp now() const override { return *parse_amz_date("20260102T030405Z"); }
};

const FixedClock kClock;
const AccessKey kKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

const Authenticator& authenticator() {
  static const Authenticator instance = [] {
    Credentials credentials;
    credentials.account_id = "123456789012";
    credentials.session_key = std::string(32, 'k');
    credentials.access_keys.push_back({kKey.id, kKey.secret, "administrator", true, "-"});
    return Authenticator(std::make_shared<const CredentialStore>(std::move(credentials)), kClock);
  }();
  return instance;
}

std::string_view line_of(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

wire::Request parse(std::string_view input) {
  wire::Request request;
  std::string_view start = line_of(input);
  request.method = start.substr(0, start.find(' '));
  start.remove_prefix(std::min(start.size(), request.method.size() + 1));
  request.target = start;
  while (!input.empty()) {
    const std::string_view line = line_of(input);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    request.headers.add(
        std::string(line.substr(0, colon)),
        colon == std::string_view::npos ? std::string() : std::string(line.substr(colon + 1)));
  }
  request.body = input;
  return request;
}

bool accepted(const wire::Request& request) {
  try {
    authenticator().authenticate(request, {.signing_names = {}, .bearer_allowed = true});
    return true;
  } catch (const ApiError&) {
    return false;
  }
}

bool is_token(std::string_view name) {
  static constexpr std::string_view kLetters =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(kLetters) == std::string_view::npos;
}

// The request without what an earlier signature left and with header names that HTTP allows.
wire::Request unsigned_copy(const wire::Request& request) {
  static constexpr std::string_view kSignatureHeaders[] = {
      "host", "authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"};
  constexpr std::size_t kHeadersMax = 50;
  wire::Request copy = request;
  copy.headers = {};
  copy.headers.add("host", "127.0.0.1:4580");
  for (const auto& [name, value] : request.headers) {
    bool keep = is_token(name) && copy.headers.size() < kHeadersMax;
    for (std::string_view one : kSignatureHeaders) {
      if (wire::equal_ignoring_case(name, one)) keep = false;
    }
    if (keep) copy.headers.add(name, value);
  }
  return copy;
}

// What our own signature covers must verify, whatever the request looks like, and nothing else.
void sign_and_verify(const wire::Request& original) {
  if (original.target.find("X-Amz-") != std::string::npos) return;
  wire::Request request = unsigned_copy(original);
  SignOptions options;
  options.region = "us-east-1";
  options.service = "bedrock";
  options.time = kClock.now();
  if (request.body.size() % 2 == 1) {
    presign(request, kKey, options);
  } else {
    sign(request, kKey, options);
  }
  if (!accepted(request)) std::abort();
  request.body += 'x';
  if (accepted(request)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wire::Request request = parse(std::string_view(reinterpret_cast<const char*>(data), size));
  claimed_scope(request);
  accepted(request);
  sign_and_verify(request);
  return 0;
}
