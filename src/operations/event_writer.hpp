// A streaming operation's way back: typed events, one frame each.
#pragma once

#include "operations/context.hpp"
#include "protocol/schema.hpp"

namespace bedplate::operations {

/// The untyped half of EventWriter.
class EventStream {
 public:
  EventStream(const protocol::OperationDescriptor& operation, Context& context,
              wire::ResponseWriter& writer)
      : operation_(operation), context_(context), writer_(writer) {}

  bool started() const { return writer_.started(); }

 protected:
  Task<> start_untyped(const void* response);
  Task<> send_untyped(const void* event);
  void hold_untyped(const void* event);

 private:
  const protocol::OperationDescriptor& operation_;
  Context& context_;
  wire::ResponseWriter& writer_;
  std::string held_;  ///< frames that travel with the next one
};

/// start() once, then send() for each event, or hold() when another one follows at once: both then
/// travel in one piece. Until start() an error still becomes an ordinary
/// error response; after it, an exception frame.
template <class Op>
class EventWriter : public EventStream {
 public:
  using EventStream::EventStream;

  Task<> start(const typename Op::Response& response) { return start_untyped(&response); }
  Task<> send(const typename Op::Event& event) { return send_untyped(&event); }
  void hold(const typename Op::Event& event) { hold_untyped(&event); }
};

}  // namespace bedplate::operations
