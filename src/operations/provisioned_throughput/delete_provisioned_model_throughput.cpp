// DeleteProvisionedModelThroughput: gives its slots back, once the commitment is over.
#include "operations/handlers.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/provisioned_throughput/reserved_capacity.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {
namespace {

std::string erase(storage::Transaction& transaction, const identity::Principal& caller,
                  const std::string& identifier, std::int64_t now_ms) {
  const auto row = find_provisioned(transaction, caller, identifier);
  if (!row) throw no_such_resource();
  if (is_committed(*row, now_ms)) {
    throw errors::conflict(
        "You can't delete a Provisioned Throughput before the commitment term is over.");
  }
  erase_resource(transaction, kProvisionedThroughput, row->key);
  transaction.touch(kProvisionedGeneration);
  return row->key.id;
}

}  // namespace

template <>
Task<api::control::DeleteProvisionedModelThroughputResponse>
handle<op::control::DeleteProvisionedModelThroughput>(
    Context& context, api::control::DeleteProvisionedModelThroughputRequest request) {
  const std::int64_t now_ms = to_ms(context.services.clock.now());
  auto work = [caller = context.principal, identifier = request.provisionedModelId,
               now_ms](storage::Transaction& transaction) {
    return erase(transaction, caller, identifier, now_ms);
  };
  const std::string id = co_await context.services.store.write(std::move(work));
  context.services.reserved_capacity.release(id);
  co_return api::control::DeleteProvisionedModelThroughputResponse();
}

}  // namespace bedplate::operations
