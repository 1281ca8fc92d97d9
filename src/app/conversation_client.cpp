#include "app/conversation_client.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "identity/sigv4.hpp"
#include "protocol/event_frame.hpp"
#include "wire/client.hpp"

namespace bedplate::app {
namespace {
namespace json = boost::json;

std::string body_of(const Question& question) {
  json::object body;
  json::array& messages = body["messages"].emplace_array();
  for (const Turn& turn : question.turns) {
    json::object text;
    text["text"] = turn.text;
    json::object message;
    message["role"] = turn.role;
    message["content"].emplace_array().push_back(std::move(text));
    messages.push_back(std::move(message));
  }
  if (!question.system.empty()) {
    json::object text;
    text["text"] = question.system;
    body["system"].emplace_array().push_back(std::move(text));
  }
  body["inferenceConfig"] =
      json::object{{"temperature", question.temperature}, {"maxTokens", question.max_tokens}};
  return json::serialize(body);
}

wire::ClientRequest signed_request(const wire::Endpoint& endpoint,
                                   const identity::StoredAccessKey& key, const std::string& region,
                                   const Question& question) {
  wire::Request request;
  request.method = "POST";
  request.target = "/model/" + uri_encode(question.model) + "/converse-stream";
  request.headers.add("host", fmt::format("{}:{}", endpoint.host, endpoint.port));
  request.headers.add("content-type", "application/json");
  request.body = body_of(question);
  identity::SignOptions options;
  options.region = region;
  options.service = "bedrock";
  options.time = MachineClock().now();
  identity::sign(request, {key.access_key_id, key.secret_access_key, ""}, options);

  wire::ClientRequest out;
  out.method = request.method;
  out.path = request.target;
  out.body = request.body;
  for (const auto& [name, value] : request.headers) {
    if (!wire::equal_ignoring_case(name, "host")) out.headers.add(name, value);
  }
  return out;
}

std::string error_text(std::string_view body) {
  json::error_code broken;
  const json::value value = json::parse(body, broken);
  if (!broken && value.is_object()) {
    for (const char* member : {"message", "Message"}) {
      const json::value* text = value.get_object().if_contains(member);
      if (text != nullptr && text->is_string()) return std::string(text->get_string());
    }
  }
  return std::string(body);
}

void take_event(const protocol::Frame& frame, Answer& answer,
                const std::function<void(std::string_view)>& on_text) {
  if (frame.text(":message-type") != "event") {
    throw std::runtime_error(error_text(frame.payload));
  }
  const json::value payload = json::parse(frame.payload);
  const std::string_view type = frame.text(":event-type");
  if (type == "contentBlockDelta") {
    const json::string& text = payload.at("delta").at("text").as_string();
    answer.text += text;
    on_text(text);
  } else if (type == "messageStop") {
    answer.stop_reason = payload.at("stopReason").as_string();
  } else if (type == "metadata") {
    answer.input_tokens = payload.at("usage").at("inputTokens").to_number<std::int64_t>();
    answer.output_tokens = payload.at("usage").at("outputTokens").to_number<std::int64_t>();
    answer.latency_ms = payload.at("metrics").at("latencyMs").to_number<std::int64_t>();
  }
}

Task<Answer> ask(wire::Client& client, wire::Endpoint endpoint, wire::ClientRequest request,
                 const std::function<void(std::string_view)>& on_text) {
  auto response = co_await client.send(std::move(endpoint), std::move(request));
  if (response->status() != 200) {
    const std::string body = co_await response->read_all();
    throw std::runtime_error(fmt::format("{} ({})", error_text(body), response->status()));
  }
  Answer answer;
  protocol::FrameDecoder decoder;
  for (;;) {
    const std::string_view piece = co_await response->read_some();
    if (piece.empty()) break;
    decoder.feed(piece);
    while (auto frame = decoder.next()) take_event(*frame, answer, on_text);
  }
  co_return answer;
}

}  // namespace

Answer ask_blocking(const std::string& url, const identity::StoredAccessKey& key,
                    const std::string& region, const Question& question,
                    const std::function<void(std::string_view)>& on_text) {
  const wire::Endpoint endpoint = wire::parse_endpoint(url);
  IoPool pool(1);
  wire::Client client(pool, {});
  wire::ClientRequest request = signed_request(endpoint, key, region, question);
  auto answer =
      boost::asio::co_spawn(pool.executor(0), ask(client, endpoint, std::move(request), on_text),
                            boost::asio::use_future);
  return answer.get();
}

}  // namespace bedplate::app
