#include "inference/engines/bedrock_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "inference/engines/converse_body.hpp"
#include "inference/engines/converse_errors.hpp"
#include "inference/engines/converse_events.hpp"
#include "inference/engines/native_vectors.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr const char* kService = "bedrock";
constexpr std::size_t kRegionBytesMax = 64;
constexpr std::chrono::milliseconds kTasksEndTimeout{1'000};
/// Geographic system-defined inference profiles (the guide's page "Cross-Region inference").
constexpr std::string_view kProfilePrefixes[] = {"us.", "us-gov.", "eu.", "apac.",  "au.",
                                                 "jp.", "ca.",     "sa.", "global."};

/// The region becomes part of a host name and of what is signed.
const BedrockOptions& checked(const BedrockOptions& settings) {
  const std::string& region = settings.region;
  const bool good = !region.empty() && region.size() <= kRegionBytesMax &&
                    std::all_of(region.begin(), region.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (!good) {
    throw std::invalid_argument("a Bedrock engine needs a 'region', such as \"us-east-1\"");
  }
  return settings;
}

std::vector<wire::Endpoint> endpoints_of(const BedrockOptions& settings) {
  if (!settings.endpoints.empty()) return parse_endpoints(settings.endpoints, "a Bedrock engine");
  return parse_endpoints({fmt::format("https://bedrock-runtime.{}.amazonaws.com", settings.region)},
                         "a Bedrock engine");
}

/// As AWS's own clients write it: without a port that goes without saying.
std::string host_of(const wire::Endpoint& endpoint) {
  using Kind = wire::Endpoint::Kind;
  if (endpoint.kind == Kind::kUnix) return "localhost";
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  const std::string name = v6 ? fmt::format("[{}]", endpoint.host) : endpoint.host;
  const int usual = endpoint.kind == Kind::kTls ? 443 : 80;
  return endpoint.port == usual ? name : fmt::format("{}:{}", name, endpoint.port);
}

std::string path_to(const std::string& model, std::string_view operation) {
  return fmt::format("/model/{}/{}", uri_encode(model), operation);
}

ConverseEvents::Asked asked_of(const GenerationRequest& request) {
  ConverseEvents::Asked asked{.stop_sequences = request.sampling.stop_sequences};
  if (const auto* conversation = std::get_if<Conversation>(&request.prompt)) {
    asked.parallel_calls = conversation->tool_choice.parallel;
  }
  return asked;
}

std::int64_t read_input_tokens(std::string_view answer) {
  boost::system::error_code malformed;
  const json::value value = json::parse(answer, malformed);
  const json::object* object = malformed ? nullptr : value.if_object();
  const json::value* count = object ? object->if_contains("inputTokens") : nullptr;
  if (!count || !count->is_int64() || count->as_int64() < 0) {
    throw EngineError(EngineError::Kind::kFailed, "The engine sent no count of tokens.");
  }
  return count->as_int64();
}

/// Of an answer of InvokeModel; nothing when the service does not tell.
std::optional<std::int64_t> input_tokens_in(const wire::Headers& headers) {
  const std::string_view text = headers.get("x-amzn-bedrock-input-token-count");
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = problem == std::errc() && end == text.data() + text.size() && count >= 0;
  return whole ? std::optional(count) : std::nullopt;
}

}  // namespace

std::string model_in_profile(std::string_view id) {
  for (const std::string_view prefix : kProfilePrefixes) {
    if (id.starts_with(prefix)) return std::string(id.substr(prefix.size()));
  }
  return {};
}

BedrockEngine::BedrockEngine(EngineOptions options, wire::Client& client, Executor home,
                             BlockingPool& reading, std::chrono::milliseconds renewal_interval)
    : options_(std::move(options)),
      settings_(checked(std::get<BedrockOptions>(options_.kind))),
      home_(home),
      reading_(reading),
      renewal_interval_(renewal_interval),
      credentials_(read_upstream_credentials_blocking(settings_)),
      served_by_("bedrock/" + (settings_.model.empty() ? options_.name : settings_.model)),
      upstream_(options_, endpoints_of(settings_), {settings_.concurrency_max, settings_.queue_max},
                client, *this),
      tasks_("engine " + options_.name) {}

void BedrockEngine::start_watching() {
  if (can_be_renewed(settings_)) tasks_.spawn(home_, watch());
}

void BedrockEngine::stop_blocking() {
  tasks_.stop();
  tasks_.wait_blocking(kTasksEndTimeout);
}

Task<> BedrockEngine::watch() {
  const auto self = shared_from_this();
  Timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    timer.expires_after(renewal_interval_);
    co_await timer.async_wait(use_task);
    co_await renew();
  }
}

/// What cannot be read is half written, or will be mended: until then the old ones may do.
Task<> BedrockEngine::renew() {
  const auto read = [settings = settings_] { return read_upstream_credentials_blocking(settings); };
  try {
    UpstreamCredentials credentials = co_await on(reading_, read);
    credentials_.set(std::move(credentials));
  } catch (const std::invalid_argument& problem) {
    log::warning("engine {}: its credentials stay as they were: {}", options_.name, problem.what());
  } catch (const ApiError&) {
    // Too much else is being read: next time.
  }
}

std::string BedrockEngine::model_of(const std::string& model_id) const {
  return named_upstream(settings_.models, model_id,
                        settings_.model.empty() ? model_id : settings_.model);
}

wire::ClientRequest BedrockEngine::make_request(const wire::Endpoint& endpoint,
                                                const std::string& path,
                                                const std::string& body) const {
  wire::Request signed_request;
  signed_request.method = "POST";
  signed_request.target = endpoint.base_path + path;
  signed_request.headers.add("Content-Type", "application/json");
  signed_request.headers.add("Host", host_of(endpoint));
  signed_request.body = body;
  const auto credentials = credentials_.get();
  if (!credentials->api_key.empty()) {
    signed_request.headers.add("Authorization", "Bearer " + credentials->api_key);
  } else {
    identity::sign(signed_request, credentials->access_key,
                   {.region = settings_.region, .service = kService, .time = MachineClock().now()});
  }
  wire::ClientRequest request;
  request.path = path;
  request.headers = std::move(signed_request.headers);
  request.body = std::move(signed_request.body);
  return request;
}

EngineError BedrockEngine::refusal(int http_status, const wire::Headers& headers,
                                   std::string body) const {
  return converse_error_from_response(http_status, headers.get("x-amzn-errortype"), std::move(body),
                                      credentials_.get()->secrets());
}

Task<> BedrockEngine::generate(GenerationRequest request, GenerationSink& sink) {
  const auto self = shared_from_this();
  const std::string model = model_of(request.model_id);
  std::string body = converse_body(request, model);
  ConverseEvents reply(asked_of(request));
  SlotClaim claim = std::move(request.claim);
  request = {};  // may be megabytes
  co_await upstream_.generate(path_to(model, "converse-stream"), std::move(body), reply, sink,
                              std::move(claim));
}

Task<NativeReply> BedrockEngine::invoke(NativeRequest request) {
  const auto self = shared_from_this();
  std::string path = path_to(model_of(request.model_id), "invoke");
  UpstreamAnswer answer = co_await upstream_.ask_in_turn(std::move(path), std::move(request.body),
                                                         std::move(request.claim));
  NativeReply reply;
  reply.input_tokens = input_tokens_in(answer.headers);
  reply.body = std::move(answer.body);
  co_return reply;
}

Task<EmbeddingReply> BedrockEngine::embed(EmbeddingRequest request) {
  const NativeVectors words(model_of(request.model_id), request.model_id);
  EmbeddingReply reply;
  reply.cut_at_characters.resize(request.texts.size());
  std::vector<NativeVectors::Part> parts = words.parts_of(request);
  for (NativeVectors::Part& part : parts) {
    NativeRequest native;
    native.model_id = request.model_id;
    native.body = std::move(part.body);
    native.claim = request.claim;
    const NativeReply answer = co_await invoke(std::move(native));
    for (std::vector<float>& vector : read_native_vectors(answer.body, part.texts)) {
      reply.vectors.push_back(std::move(vector));
    }
    reply.input_tokens += answer.input_tokens.value_or(0);
  }
  co_return reply;
}

Task<std::int64_t> BedrockEngine::count_tokens(GenerationRequest request) {
  const auto self = shared_from_this();
  const std::string model = model_of(request.model_id);
  const std::string body = converse_counting_body(request, model);
  request = {};
  const std::string base_model = model_in_profile(model);
  std::optional<EngineError> refused;
  UpstreamAnswer answer;
  try {
    answer = co_await upstream_.ask(path_to(model, "count-tokens"), body);
  } catch (const EngineError& error) {
    if (base_model.empty() || error.kind != EngineError::Kind::kInvalidRequest) throw;
    refused = error;
  }
  if (refused) {
    try {
      answer = co_await upstream_.ask(path_to(base_model, "count-tokens"), body);
    } catch (const EngineError& error) {
      if (error.kind == EngineError::Kind::kInvalidRequest) throw *refused;  // of the id we know
      throw;
    }
  }
  co_return read_input_tokens(answer.body);
}

}  // namespace bedplate::inference
