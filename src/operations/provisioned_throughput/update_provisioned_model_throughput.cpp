// UpdateProvisionedModelThroughput: another name.
#include <fmt/format.h>

#include "operations/handlers.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {
namespace {

using Request = api::control::UpdateProvisionedModelThroughputRequest;

void rename(storage::Transaction& transaction, storage::Resource row, const std::string& name,
            std::int64_t now_ms) {
  row.name = name;
  row.unique_key = name;
  row.updated_ms = now_ms;
  try {
    transaction.update(row, row.version);
  } catch (const storage::AlreadyExists&) {
    throw errors::validation(fmt::format("A resource with the name '{}' exists already.", name));
  }
}

}  // namespace

template <>
Task<api::control::UpdateProvisionedModelThroughputResponse>
handle<op::control::UpdateProvisionedModelThroughput>(Context& context, Request request) {
  const std::int64_t now_ms = to_ms(context.services.clock.now());
  auto work = [caller = context.principal, request = std::move(request),
               now_ms](storage::Transaction& transaction) {
    auto row = find_provisioned(transaction, caller, request.provisionedModelId);
    if (!row) throw no_such_resource();
    // The model's documentation of desiredModelId; there are no custom models yet.
    if (request.desiredModelId) {
      throw errors::validation(
          "You can't specify desiredModelId if the Provisioned Throughput is associated with a "
          "base model.");
    }
    const auto& name = request.desiredProvisionedModelName;
    if (name && *name != row->name) rename(transaction, std::move(*row), *name, now_ms);
  };
  co_await context.services.store.write(std::move(work));
  co_return api::control::UpdateProvisionedModelThroughputResponse();
}

}  // namespace bedplate::operations
