#include "operations/measured_response.hpp"

#include "base/log.hpp"
#include "observe/metrics/server_metrics.hpp"
#include "operations/runtime/measuring.hpp"

namespace bedplate::operations {

MeasuredResponse::~MeasuredResponse() {
  count(observe::kClientGone);
}

void MeasuredResponse::count(int http_status) {
  if (std::exchange(counted_, true)) return;
  try {
    count_model_call(context_, http_status);
  } catch (const std::exception& problem) {
    log::error("request {} is not counted: {}", context_.request_id, problem.what());
  }
}

Task<> MeasuredResponse::send(wire::Response response) {
  count(response.head.status);
  return inner_.send(std::move(response));
}

Task<> MeasuredResponse::start(wire::ResponseHead head) {
  status_ = head.status;
  return inner_.start(std::move(head));
}

Task<> MeasuredResponse::finish(std::string last) {
  const int failed = context_.measure.failed_status;
  count(failed != 0 ? failed : status_);
  return inner_.finish(std::move(last));
}

}  // namespace bedplate::operations
