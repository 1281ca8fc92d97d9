// The way back to a client of whom the audit trail tells.
#pragma once

#include "observe/api_call.hpp"
#include "observe/audit_trail.hpp"
#include "wire/http.hpp"

namespace bedplate::observe {

/// Passes everything on. The call is recorded once: before the last bytes of its answer go out, so
/// that with AuditOptions::sync nobody has an answer that the log does not know; or at the end of
/// this object's life when the answer never got so far.
class AuditedResponse final : public wire::ResponseWriter {
 public:
  /// All of them outlive this object.
  AuditedResponse(wire::ResponseWriter& inner, AuditTrail& trail, ApiCall& call)
      : inner_(inner), trail_(trail), call_(call) {}
  ~AuditedResponse() override;

  Task<> send(wire::Response response) override;
  Task<> start(wire::ResponseHead head) override;
  Task<> write(std::string bytes) override { return inner_.write(std::move(bytes)); }
  Task<> finish(std::string last) override;
  bool started() const override { return inner_.started(); }

 private:
  std::uint64_t record(const wire::Headers* head);

  wire::ResponseWriter& inner_;
  AuditTrail& trail_;
  ApiCall& call_;
  wire::Headers head_;  ///< of a response that was started
  bool recorded_ = false;
};

}  // namespace bedplate::observe
