#include "operations/dispatch.hpp"

#include <array>
#include <type_traits>

#include "api/iam.hpp"
#include "api/operations.hpp"
#include "observe/api_call.hpp"
#include "operations/authorization/authorization.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {

// A line of catalog.def without its handler does not link: handle<> has no general definition.
namespace {

template <class Op>
typename Op::Request read_and_free(wire::Request& request, const protocol::Route& route) {
  typename Op::Request input;
  protocol::read_input(route, request, &input);
  request.body = {};
  return input;
}

template <class Op>
Task<> answer(wire::Request& request, const protocol::Route& route, Context& context,
              wire::ResponseWriter& writer) {
  typename Op::Request input = read_and_free<Op>(request, route);
  if (context.call != nullptr) context.call->takes(&input);
  co_await authorization::authorize(context, Op::descriptor, &input);
  if constexpr (std::is_void_v<typename Op::Event>) {
    const typename Op::Response output = co_await handle<Op>(context, std::move(input));
    if (context.call != nullptr) context.call->returns(&output);
    wire::Response response =
        protocol::write_output(Op::descriptor, &output, context.request_id, route.encoding);
    add_response_headers(context, response.head.headers);
    co_await writer.send(std::move(response));
  } else {
    EventWriter<Op> events(Op::descriptor, context, writer);
    co_await handle_stream<Op>(context, std::move(input), events);
    co_await writer.finish();
  }
}

using AnswerTable = std::array<Answer, api::kOperationCount>;

AnswerTable make_table() {
  AnswerTable table{};
#define OPERATION(service, name)                                                       \
  table[static_cast<std::size_t>(&op::service::name::descriptor - api::kOperations)] = \
      answer<op::service::name>;
#include "operations/catalog.def"
#undef OPERATION
  return table;
}

}  // namespace

Answer find_answer(const protocol::OperationDescriptor& operation) {
  static const AnswerTable table = make_table();
  return table[static_cast<std::size_t>(&operation - api::kOperations)];
}

}  // namespace bedplate::operations
