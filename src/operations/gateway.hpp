// The way in for every request and the way out for every error.
#pragma once

#include "identity/authenticator.hpp"
#include "observe/audit_trail.hpp"
#include "operations/context.hpp"
#include "operations/doors/door.hpp"
#include "protocol/router.hpp"
#include "wire/http.hpp"

namespace bedplate::operations {

/// Answers requests: route, authenticate, read, do, write (docs/architecture.md, "One request").
class Gateway {
 public:
  /// With `audit` every request but those of the health check and /metrics is recorded there.
  Gateway(const Services& services, const identity::Authenticator& authenticator,
          observe::AuditTrail* audit = nullptr)
      : services_(services), authenticator_(authenticator), audit_(audit) {}

  /// The wire's Handler. Throws only when the client is gone.
  Task<> serve(wire::Request request, wire::ResponseWriter& writer);

  /// The wire's StreamsBody: objects, and where both sides speak at once. A client of the latter
  /// ends what it says last, and would wait in vain for an operation that is not built.
  static bool streams_body(const wire::Request& head);

  /// The wire's ErrorRenderer.
  static wire::Response render_wire_error(const ApiError& error, std::string_view target);

 private:
  /// What a request turned out to be for; errors are worded by it. Neither: not known yet.
  struct Addressee {
    const protocol::ServiceDescriptor* service = nullptr;  ///< set with the operation or before
    const protocol::OperationDescriptor* operation = nullptr;
    const Door* door = nullptr;
    protocol::Encoding encoding = protocol::Encoding::kModelled;
  };

  Task<> serve_in(wire::Request& request, Context& context, wire::ResponseWriter& writer);
  Task<> answer(wire::Request& request, Context& context, Addressee& addressee,
                wire::ResponseWriter& writer);
  Task<> answer_operation(wire::Request& request, Context& context, Addressee& addressee,
                          wire::ResponseWriter& writer);
  Task<> answer_at_door(wire::Request& request, Context& context, wire::ResponseWriter& writer);
  /// What cannot be recorded is not done, where the configuration says so.
  void check_audit() const;
  Task<> report(const ApiError& error, const Context& context, Addressee addressee,
                wire::ResponseWriter& writer);

  const Services& services_;
  const identity::Authenticator& authenticator_;
  observe::AuditTrail* audit_;
};

}  // namespace bedplate::operations
