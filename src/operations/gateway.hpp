// The way in for every request and the way out for every error.
#pragma once

#include "identity/authenticator.hpp"
#include "operations/context.hpp"
#include "operations/doors/door.hpp"
#include "protocol/router.hpp"
#include "wire/http.hpp"

namespace bedplate::operations {

/// Answers requests: route, authenticate, read, do, write (docs/architecture.md, "One request").
class Gateway {
 public:
  Gateway(const Services& services, const identity::Authenticator& authenticator)
      : services_(services), authenticator_(authenticator) {}

  /// The wire's Handler. Throws only when the client is gone.
  Task<> serve(wire::Request request, wire::ResponseWriter& writer);

  /// The wire's ErrorRenderer.
  static wire::Response render_wire_error(const ApiError& error, std::string_view target);

 private:
  /// What a request turned out to be for; errors are worded by it. Neither: not known yet.
  struct Addressee {
    const protocol::ServiceDescriptor* service = nullptr;  ///< set with the operation or before
    const protocol::OperationDescriptor* operation = nullptr;
    const Door* door = nullptr;
  };

  Task<> answer(wire::Request& request, Context& context, Addressee& addressee,
                wire::ResponseWriter& writer);
  Task<> answer_operation(wire::Request& request, Context& context, Addressee& addressee,
                          wire::ResponseWriter& writer);
  Task<> answer_at_door(wire::Request& request, Context& context, wire::ResponseWriter& writer);
  Task<> report(const ApiError& error, const Context& context, Addressee addressee,
                wire::ResponseWriter& writer);

  const Services& services_;
  const identity::Authenticator& authenticator_;
};

}  // namespace bedplate::operations
