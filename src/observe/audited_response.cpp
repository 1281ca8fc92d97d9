#include "observe/audited_response.hpp"

#include "base/log.hpp"

namespace bedplate::observe {

AuditedResponse::~AuditedResponse() {
  if (recorded_) return;
  try {
    call_.client_is_gone();
    record(&head_);
  } catch (const std::exception& problem) {
    log::error("an event of the audit trail is lost: {}", problem.what());
  }
}

std::uint64_t AuditedResponse::record(const wire::Headers* head) {
  recorded_ = true;
  return trail_.record(call_.event(trail_.origin(), trail_.clock().now(), head));
}

Task<> AuditedResponse::send(wire::Response response) {
  const std::uint64_t ticket = record(&response.head.headers);
  co_await trail_.until_written(ticket);
  co_await inner_.send(std::move(response));
}

Task<> AuditedResponse::start(wire::ResponseHead head) {
  head_ = head.headers;
  co_await inner_.start(std::move(head));
}

Task<> AuditedResponse::finish(std::string last) {
  const std::uint64_t ticket = recorded_ ? 0 : record(&head_);
  co_await trail_.until_written(ticket);
  co_await inner_.finish(std::move(last));
}

}  // namespace bedplate::observe
