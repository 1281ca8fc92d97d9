#include "operations/batch/batch_record.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "operations/handlers.hpp"
#include "operations/runtime/measuring.hpp"
#include "protocol/rest_json.hpp"

namespace bedplate::operations {
namespace {

namespace json = boost::json;

/// As of a request's body.
constexpr std::size_t kDepthMax = 200;
/// The user guide's examples: "3223593EFGH".
constexpr std::size_t kRecordIdCharacters = 11;
constexpr int kAttemptsMax = 6;
constexpr int kOk = 200;
constexpr std::chrono::milliseconds kRetryPauseMin{500};

struct Answer {
  std::string body;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

std::int64_t count_in(const wire::Headers& headers, std::string_view name) {
  const std::string_view text = headers.get(name);
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

Task<Answer> converse(Context& context, std::string model_id, std::string input) {
  wire::Request request;
  request.method = "POST";
  request.body = std::move(input);
  const protocol::PathLabels labels{{"modelId", std::move(model_id)}};
  auto typed = protocol::read_request<op::runtime::Converse>(labels, request);
  request.body = {};
  const api::runtime::ConverseResponse response =
      co_await handle<op::runtime::Converse>(context, std::move(typed));
  Answer answer;
  answer.body = protocol::write_response<op::runtime::Converse>(response).body;
  answer.input_tokens = response.usage.inputTokens;
  answer.output_tokens = response.usage.outputTokens;
  co_return answer;
}

Task<Answer> invoke(Context& context, std::string model_id, std::string input) {
  api::runtime::InvokeModelRequest request;
  request.modelId = std::move(model_id);
  request.body = std::move(input);
  api::runtime::InvokeModelResponse response =
      co_await handle<op::runtime::InvokeModel>(context, std::move(request));
  Answer answer;
  answer.body = std::move(response.body);
  answer.input_tokens = count_in(context.response_headers, "X-Amzn-Bedrock-Input-Token-Count");
  answer.output_tokens = count_in(context.response_headers, "X-Amzn-Bedrock-Output-Token-Count");
  co_return answer;
}

Task<Answer> ask(const RecordCall& call, std::string input) {
  Context context{*call.services, call.principal, random_uuid(), SteadyClock::now(), {},
                  nullptr,        nullptr,        nullptr};
  context.priority = Priority::kBatch;
  context.measure.service = "bedrock";
  context.measure.operation = "CreateModelInvocationJob";
  try {
    Answer answer;
    if (call.converse) {
      answer = co_await converse(context, call.model_id, std::move(input));
    } else {
      answer = co_await invoke(context, call.model_id, std::move(input));
    }
    count_model_call(context, kOk);
    co_return answer;
  } catch (const ApiError& error) {
    count_model_call(context, error.http_status);
    throw;
  }
}

/// What may go well a little later, without any change of the request.
bool passes(const ApiError& error) {
  return error.http_status == 429 || error.http_status == 503;
}

RecordOutcome outcome_of(const BatchRecord& record, const std::string& input,
                         const std::optional<ApiError>& failure, const Answer& answer) {
  RecordOutcome outcome;
  outcome.line = fmt::format(R"({{"recordId":{},"modelInput":{},)",
                             json::serialize(json::string_view(record.id)), input);
  if (failure) {
    outcome.failed = true;
    outcome.line +=
        fmt::format(R"("error":{{"errorCode":{},"errorMessage":{}}}}})", failure->http_status,
                    json::serialize(json::string_view(failure->what())));
  } else {
    outcome.line += fmt::format(R"("modelOutput":{}}})", answer.body);
  }
  outcome.line += '\n';
  outcome.input_tokens = answer.input_tokens;
  outcome.output_tokens = answer.output_tokens;
  return outcome;
}

}  // namespace

BatchRecord read_record(std::string_view line) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::value value = json::parse({line.data(), line.size()}, error, {}, options);
  if (error || !value.is_object()) throw BadRecord("it is not a JSON object");
  json::object& object = value.get_object();
  BatchRecord record;
  if (const json::value* id = object.if_contains("recordId")) {
    if (!id->is_string()) throw BadRecord("recordId is not a string");
    record.id = std::string(id->get_string());
  } else {
    record.id = random_base62(kRecordIdCharacters);
  }
  json::value* input = object.if_contains("modelInput");
  if (input == nullptr) throw BadRecord("modelInput is missing");
  if (!input->is_object()) throw BadRecord("modelInput is not a JSON object");
  record.model_input = std::move(input->get_object());
  return record;
}

Task<RecordOutcome> run_record(RecordCall call, BatchRecord record) {
  const std::string input = json::serialize(record.model_input);
  Timer pause(co_await boost::asio::this_coro::executor);
  std::chrono::milliseconds wait = kRetryPauseMin;
  for (int attempt = 1;; ++attempt, wait *= 2) {
    std::optional<ApiError> failure;
    Answer answer;
    try {
      answer = co_await ask(call, input);
    } catch (const ApiError& error) {
      failure = error;
    } catch (const boost::system::system_error& problem) {
      if (problem.code() == boost::asio::error::operation_aborted) throw;
      log::error("a batch's record: {}", problem.what());
      failure = errors::internal_server();
    } catch (const std::exception& problem) {
      log::error("a batch's record: {}", problem.what());
      failure = errors::internal_server();
    }
    if (!failure || !passes(*failure) || attempt == kAttemptsMax) {
      co_return outcome_of(record, input, failure, answer);
    }
    pause.expires_after(wait);
    co_await pause.async_wait(use_task);
  }
}

}  // namespace bedplate::operations
