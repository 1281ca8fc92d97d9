#include "operations/model_access/model_grants.hpp"

#include <boost/json.hpp>

#include "base/api_error.hpp"
#include "base/bytes.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

constexpr std::string_view kAgreement = "model-agreement";
constexpr std::string_view kUseCase = "use-case-form";
constexpr std::string_view kInForce = "ACTIVE";
constexpr std::string_view kEnded = "ENDED";
constexpr const char* kForm = "formData";

storage::ResourceKey agreement_key(const std::string& account_id, const std::string& model_id) {
  return {account_id, "", std::string(kAgreement), "", model_id};
}

/// One for each account.
storage::ResourceKey use_case_key(const std::string& account_id) {
  return {account_id, "", std::string(kUseCase), "", "form"};
}

void write(storage::Transaction& transaction, storage::Resource resource,
           const std::optional<storage::Resource>& before, Timestamp now) {
  resource.name = resource.key.id;
  resource.created_ms = resource.updated_ms = now.time_since_epoch().count();
  if (before) {
    transaction.update(resource, before->version);
  } else {
    transaction.insert(resource);
  }
  transaction.touch(kModelAccessGeneration);
}

template <class Visit>
void scan(storage::Transaction& transaction, std::string_view kind, Visit visit) {
  storage::ScanQuery query;
  query.kind = kind;
  while (true) {
    const std::vector<storage::Resource> batch = transaction.scan(query);
    for (const storage::Resource& resource : batch) visit(resource);
    if (batch.size() < static_cast<std::size_t>(query.limit)) return;
    query.after = batch.back().key;
  }
}

}  // namespace

ModelGrants::ModelGrants(storage::Transaction& transaction)
    : generation_(transaction.generation(kModelAccessGeneration)) {
  scan(transaction, kAgreement, [this](const storage::Resource& row) {
    accounts_[row.key.account_id].models[row.key.id] = row.state == kInForce;
  });
  scan(transaction, kUseCase,
       [this](const storage::Resource& row) { accounts_[row.key.account_id].use_case = true; });
}

bool ModelGrants::allows(const std::string& account_id, const std::string& model_id,
                         DefaultAccess otherwise) const {
  const bool open = otherwise == DefaultAccess::kOpen;
  const auto account = accounts_.find(account_id);
  if (account == accounts_.end()) return open;
  const auto model = account->second.models.find(model_id);
  return model == account->second.models.end() ? open : model->second;
}

bool ModelGrants::has_use_case(const std::string& account_id) const {
  const auto account = accounts_.find(account_id);
  return account != accounts_.end() && account->second.use_case;
}

void create_agreement(storage::Transaction& transaction, const std::string& account_id,
                      const std::string& model_id, Timestamp now) {
  storage::Resource agreement;
  agreement.key = agreement_key(account_id, model_id);
  agreement.state = kInForce;
  const auto before = transaction.get(agreement.key);
  // Recorded.
  if (before && before->state == kInForce) {
    throw errors::validation("Could not create agreement - Agreement already exists");
  }
  write(transaction, std::move(agreement), before, now);
}

void delete_agreement(storage::Transaction& transaction, const std::string& account_id,
                      const std::string& model_id, DefaultAccess otherwise, Timestamp now) {
  storage::Resource agreement;
  agreement.key = agreement_key(account_id, model_id);
  agreement.state = kEnded;
  const auto before = transaction.get(agreement.key);
  const bool exists = before ? before->state == kInForce : otherwise == DefaultAccess::kOpen;
  if (!exists) {
    throw errors::resource_not_found("There is no agreement for the model " + model_id + ".");
  }
  write(transaction, std::move(agreement), before, now);
}

void put_use_case(storage::Transaction& transaction, const std::string& account_id,
                  std::string_view form, Timestamp now) {
  storage::Resource resource;
  resource.key = use_case_key(account_id);
  json::object document;
  document[kForm] = base64_encode(form);
  resource.document = json::serialize(document);
  const auto before = transaction.get(resource.key);
  write(transaction, std::move(resource), before, now);
}

std::optional<std::string> use_case(storage::Transaction& transaction,
                                    const std::string& account_id) {
  const auto resource = transaction.get(use_case_key(account_id));
  if (!resource) return std::nullopt;
  const json::value document = json::parse(resource->document);
  return base64_decode(document.at(kForm).as_string());
}

}  // namespace bedplate::operations
