#include "inference/engines/openai_server.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <tuple>

#include "inference/engines/chat_stream.hpp"
#include "inference/engines/deadline.hpp"
#include "inference/engines/engine_errors.hpp"
#include "inference/engines/sse_reply.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// For the end of the body behind the reply's end.
constexpr std::chrono::milliseconds kTailTimeout{1'000};

wire::ClientRequest request_to(const OpenAiServer& server, std::string method, std::string path,
                               std::string body, std::string content_type = "application/json") {
  wire::ClientRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  if (!body.empty()) request.headers.add("Content-Type", std::move(content_type));
  if (!server.authorization.empty()) {
    request.headers.add("Authorization", server.authorization);
  }
  request.body = std::move(body);
  return request;
}

/// The members of an answer, or none when it is not 200 with a JSON object.
json::object members_of(const ServerAnswer& answer) {
  boost::system::error_code malformed;
  json::value value = json::parse(answer.body, malformed);
  if (answer.status != 200 || malformed || !value.is_object()) return {};
  return std::move(value.as_object());
}

const json::value* find(const json::object& from, std::string_view pointer) {
  boost::system::error_code missing;
  const json::value* at = from.if_contains(pointer.substr(0, pointer.find('/')));
  if (!at || pointer.find('/') == std::string_view::npos) return at;
  return at->find_pointer(pointer.substr(pointer.find('/')), missing);
}

std::string text_at(const json::object& from, std::string_view pointer) {
  const json::value* value = find(from, pointer);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_at(const json::object& from, std::string_view pointer) {
  const json::value* value = find(from, pointer);
  return value && value->is_int64() ? value->as_int64() : 0;
}

bool true_at(const json::object& from, std::string_view pointer) {
  const json::value* value = find(from, pointer);
  return value && value->is_bool() && value->as_bool();
}

/// llama-server puts the vocabulary's first token before a raw prompt when the weights say so.
Task<bool> adds_bos(wire::Client& client, OpenAiServer server) {
  const ServerAnswer counted = co_await ask_server(client, server, "POST", "/tokenize",
                                                   R"({"content":"","add_special":true})");
  const json::object answer = members_of(counted);
  const json::value* tokens = find(answer, "tokens");
  co_return tokens && tokens->is_array() && !tokens->as_array().empty();
}

Task<> learn_llama_server(wire::Client& client, OpenAiServer server, ServerTraits& traits) {
  const ServerAnswer answer = co_await ask_server(client, server, "GET", "/props", "");
  const json::object props = members_of(answer);
  // An older server does not tell what its template takes: then it is left to show the tools.
  if (find(props, "chat_template_caps")) {
    traits.template_takes_tools = true_at(props, "chat_template_caps/supports_tools");
  }
  if (find(props, "modalities")) traits.reads_images = true_at(props, "modalities/vision");
  const bool adds = co_await adds_bos(client, server);
  if (adds) traits.added_bos = text_at(props, "bos_token");
}

Task<std::string> bos_of_vllm(wire::Client& client, OpenAiServer server) {
  json::object question{{"prompt", ""}, {"return_token_strs", true}};
  if (!server.model.empty()) question["model"] = server.model;
  const ServerAnswer answer =
      co_await ask_server(client, server, "POST", "/tokenize", json::serialize(question));
  co_return text_at(members_of(answer), "token_strs/0");
}

/// Hands one step on to the sink.
Task<> report(StreamStep step, GenerationContext& context) {
  context.deadline.suspend();
  for (GenerationEvent& event : step.events) {
    const bool end = std::holds_alternative<GenerationEnd>(event);
    if (auto* start = std::get_if<GenerationStart>(&event)) {
      start->prompt_tokens = std::exchange(context.prompt_tokens, {});
    }
    co_await context.sink.on_event(std::move(event));
    context.ended = context.ended || end;
  }
}

/// read_some(), in our own errors.
Task<std::string_view> read_piece(wire::ClientResponse& response) {
  try {
    co_return co_await response.read_some();
  } catch (const wire::ClientError& problem) {
    throw error_from_transport(problem);
  }
}

/// Older servers, and what may stand before a server, know no path for counting.
bool has_no_such_path(int status) {
  return status == 404 || status == 405 || status == 501;
}

/// Reads the end of the body, so that the connection can be used again.
Task<> read_tail(wire::ClientResponse& response) {
  try {
    std::ignore = co_await response.read_some();
  } catch (const wire::ClientError&) {
    // Then it is closed, and the next request opens another.
  }
}

}  // namespace

Task<ServerAnswer> ask_server(wire::Client& client, OpenAiServer server, std::string method,
                              std::string path, std::string body, std::string content_type) {
  wire::ClientRequest request = request_to(server, std::move(method), std::move(path),
                                           std::move(body), std::move(content_type));
  auto response = co_await client.send(server.endpoint, std::move(request));
  ServerAnswer answer;
  answer.status = response->status();
  answer.body = co_await response->read_all();
  co_return answer;
}

Task<std::unique_ptr<wire::ClientResponse>> open_generation(wire::Client& client,
                                                            OpenAiServer server,
                                                            GenerationCall call) {
  wire::ClientRequest request =
      request_to(server, "POST", std::move(call.path), std::move(call.body));
  auto response = co_await client.send(server.endpoint, std::move(request));
  if (response->status() == 200) co_return response;
  const std::string body = co_await response->read_all();
  throw error_from_response(response->status(), body);
}

Task<> follow_generation(wire::ClientResponse& response, ReplyShape shape,
                         GenerationContext& context) {
  ChatStream stream(shape);
  SseReply reply(stream);
  co_await follow_reply(response, reply, context);
}

Task<> follow_reply(wire::ClientResponse& response, ReplyReader& reply,
                    GenerationContext& context) {
  SteadyClock::time_point first_token_by = context.deadline.at();
  bool token = false;
  while (!reply.ended()) {
    const std::string_view piece = co_await read_piece(response);
    if (piece.empty()) {
      throw EngineError(EngineError::Kind::kFailed, "The engine's reply broke off.");
    }
    reply.feed(piece);
    // What some servers send after the end is no part of the reply.
    while (!reply.ended()) {
      std::optional<StreamStep> step = reply.next();
      if (!step) break;
      token = token || step->token;
      if (context.progress) context.progress->mark();
      if (!step->events.empty()) co_await report(std::move(*step), context);
      if (token) {
        context.deadline.after(context.timeouts.next_token);
      } else {
        context.deadline.until(first_token_by);
      }
    }
  }
  context.deadline.after(kTailTimeout);
  co_await read_tail(response);
}

Task<std::int64_t> count_tokens_of(wire::Client& client, OpenAiServer server,
                                   GenerationRequest request) {
  auto call = counting_call(request, server.traits, server.model);
  if (!call) throw CannotCount();
  ServerAnswer answer;
  try {
    answer =
        co_await ask_server(client, server, "POST", std::move(call->path), std::move(call->body));
  } catch (const wire::ClientError& problem) {
    throw error_from_transport(problem);
  }
  if (has_no_such_path(answer.status)) throw CannotCount();
  if (answer.status != 200) throw error_from_response(answer.status, answer.body);
  co_return read_count(answer.body);
}

Task<ServerTraits> probe_server(wire::Client& client, OpenAiServer server) {
  const ServerAnswer models = co_await ask_server(client, server, "GET", "/v1/models", "");
  if (models.status == 401 || models.status == 403 || models.status == 429 ||
      models.status >= 500) {
    throw error_from_response(models.status, models.body);
  }
  const json::object members = members_of(models);
  const std::string owner = text_at(members, "data/0/owned_by");
  ServerTraits traits;
  if (owner == "llamacpp") {
    traits.dialect = Dialect::kLlamaCpp;
    traits.context_tokens = number_at(members, "data/0/meta/n_ctx");
    co_await learn_llama_server(client, server, traits);
  } else if (owner == "vllm") {
    traits.dialect = Dialect::kVllm;
    traits.context_tokens = number_at(members, "data/0/max_model_len");
    traits.added_bos = co_await bos_of_vllm(client, server);
  } else if (owner == "sglang") {
    traits.dialect = Dialect::kSglang;
    traits.context_tokens = number_at(members, "data/0/max_model_len");
  } else if (text_at(members, "data/0/id") == "sd-cpp-local") {
    traits.dialect = Dialect::kStableDiffusionCpp;
  }
  co_return traits;
}

}  // namespace bedplate::inference
