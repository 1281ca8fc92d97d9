#include "operations/authorization/authorization.hpp"

#include "observe/api_call.hpp"
#include "operations/authorization/model_call.hpp"
#include "operations/authorization/questions.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "operations/resources/resource_policies.hpp"

namespace bedplate::operations::authorization {
namespace {

namespace policy = identity::policy;

/// The caller's account as it is now. Targets point into it.
using AccountNow = std::shared_ptr<const identity::Account>;

AccountNow account_now(const Context& context) {
  return context.services.directories.get()->find_account(context.principal.account_id);
}

Asking asking_of(const Context& context, const identity::Account* account) {
  return {{context.principal, account, context.services.bindings.catalogue()},
          context.request,
          context.services.clock.now()};
}

void require(const Context& context, const Question& question, const policy::Context& keys) {
  auto denial = answer(question, keys, context.principal, *context.principal.policies);
  if (denial) throw *denial;
}

/// The tags of a resource in the store, as condition keys.
Task<> add_stored_tags(const Context& context, Question& question) {
  const std::string owner = owner_of(question.target.arn);
  if (question.target.tags != nullptr || owner != context.principal.account_id) co_return;
  const auto read = [owner, arn = question.target.arn](storage::Transaction& transaction) {
    return transaction.tags(owner, arn);
  };
  const std::vector<storage::Tag> tags = co_await context.services.store.read(read);
  for (const storage::Tag& tag : tags) {
    question.keys.emplace_back("aws:ResourceTag/" + tag.key, tag.value);
  }
}

/// The policy of the target, whoever's it is, if it is of a kind that has one.
Task<> add_resource_policy(const Context& context, Question& question) {
  const auto named = resource_at(question.target.arn);
  if (!named || !named->kind->takes_policy) co_return;
  const auto read = [arn = question.target.arn](storage::Transaction& transaction) {
    return attached_policy(transaction, arn);
  };
  auto attached = co_await context.services.store.read(read);
  if (attached) question.on_resource.attached.push_back(std::move(*attached));
}

/// A provisioned throughput can be named by its name as well, but policies know it by its id: asks
/// about that, too.
Task<> add_named_throughput(const Context& context, Questions& questions) {
  const identity::Principal& principal = context.principal;
  const std::string prefix = fill(arn_template("provisioned-model"), principal, {});
  for (std::size_t i = 0, count = questions.all.size(); i < count; ++i) {
    Question by_id = questions.all[i];
    // Calls name it by its ARN only.
    const bool called = by_id.action.starts_with("bedrock:Invoke");
    if (called || !by_id.target.arn.starts_with(prefix)) continue;
    const auto read =
        [account = principal.account_id, region = principal.region,
         name = by_id.target.arn.substr(prefix.size())](storage::Transaction& transaction) {
          return transaction.find_unique(account, region, kProvisionedThroughput.kind, name);
        };
    const std::optional<storage::Resource> row = co_await context.services.store.read(read);
    if (!row) continue;
    by_id.target.arn = prefix + row->key.id;
    questions.all.push_back(std::move(by_id));
  }
}

Task<> require_all(const Context& context, Questions& questions) {
  co_await add_named_throughput(context, questions);
  if (look_at_resource_tags(*context.principal.policies)) {
    for (Question& question : questions.all) co_await add_stored_tags(context, question);
  }
  for (Question& question : questions.all) {
    co_await add_resource_policy(context, question);
    require(context, question, questions.keys);
  }
}

/// The identifier's question is the first on its action.
void keep_model_call(Context& context, std::string_view action, const Questions& questions) {
  for (const Question& question : questions.all) {
    if (question.action != action) continue;
    context.model_call = std::make_shared<const ModelCall>(
        ModelCall{question.action, question.target.arn, questions.keys});
    return;
  }
}

}  // namespace

Task<> authorize(Context& context, const protocol::OperationDescriptor& operation,
                 const void* input) {
  if (!operation.needs_signature || context.principal.policies == nullptr) co_return;
  const Rule& rule = rule_of(operation);
  const Input typed{operation.input, input};
  const bool calls_model =
      !rule.resources.empty() && rule.resources.front().kind == ResourceRule::Kind::kModel;
  const AccountNow account = account_now(context);
  Questions questions = operation_questions(operation, typed, asking_of(context, account.get()));
  co_await require_all(context, questions);
  if (calls_model) keep_model_call(context, operation.iam_action, questions);
}

Task<> authorize_model_call(Context& context, std::string_view action, std::string identifier) {
  if (context.call != nullptr) context.call->takes_identifier("model", identifier);
  if (context.principal.policies == nullptr) co_return;
  const AccountNow account = account_now(context);
  const Asking asking = asking_of(context, account.get());
  Questions questions = single_question(action, model_arn(identifier, asking.home), asking);
  co_await require_all(context, questions);
  keep_model_call(context, action, questions);
}

Task<> authorize_model_description(Context& context, std::string identifier) {
  if (context.call != nullptr) context.call->takes_identifier("model", identifier);
  const Home home{context.principal, nullptr, context.services.bindings.catalogue()};
  std::string arn = model_arn(identifier, home);
  const bool profile = arn.find("inference-profile/") != std::string::npos;
  const std::string_view action =
      profile ? "bedrock:GetInferenceProfile" : "bedrock:GetFoundationModel";
  return authorize_action(context, action, std::move(arn));
}

Task<> authorize_action(Context& context, std::string_view action, std::string arn) {
  if (context.principal.policies == nullptr) co_return;
  const AccountNow account = account_now(context);
  Questions questions = single_question(action, std::move(arn), asking_of(context, account.get()));
  co_await require_all(context, questions);
}

void authorize_resolved_model(const Context& context, const inference::ResolvedModel& resolved) {
  if (context.principal.policies == nullptr || context.model_call == nullptr) return;
  const ModelCall& call = *context.model_call;
  const Home home{context.principal, nullptr, context.services.bindings.catalogue()};
  for (const Question& question : model_questions(call.action, resolved, home)) {
    const bool asked = question.target.arn == call.arn && question.keys.empty();
    if (!asked) require(context, question, call.keys);
  }
}

void authorize_pass_role(const Context& context, std::string_view role_arn,
                         std::string_view service, std::string_view associated_arn) {
  if (context.principal.policies == nullptr) return;
  const AccountNow account = account_now(context);
  const Asking asking = asking_of(context, account.get());
  const policy::Context keys = request_keys(asking, protocol::Service::kControl);
  require(context, pass_role_question(role_arn, service, associated_arn, asking.home), keys);
}

}  // namespace bedplate::operations::authorization
