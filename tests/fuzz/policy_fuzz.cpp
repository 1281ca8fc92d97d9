// Any bytes as a policy document of each kind: refused with a PolicyError, or compiled; and then
// any request is decided, the same way twice, and denied where no policy allows.
//
// Input: kind (one character), action, resource and condition value, a line each; then the
// document.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "identity/policy/explanation.hpp"

namespace {

using namespace bedplate::identity::policy;

constexpr DocumentKind kKinds[] = {DocumentKind::kManaged, DocumentKind::kAwsManaged,
                                   DocumentKind::kTrust, DocumentKind::kResource};

std::string_view line_of(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

void decide(const std::shared_ptr<const Policy>& policy, bool principals, std::string_view action,
            std::string_view resource, std::string_view value) {
  const Caller caller = parse_caller("arn:aws:sts::111122223333:assumed-role/dev/s1").value();
  Context context;
  caller.describe(context);
  for (const char* key : {"aws:username", "aws:SourceIp", "aws:CurrentTime", "a"}) {
    context.add(key, value);
  }
  context.add("a", "b");
  PrincipalPolicies identity;
  ResourcePolicies attached;
  (principals ? attached.attached : identity.identity).push_back({policy, "p", ""});
  const Request request{caller, action, resource, "", context};
  const Decision decision = evaluate(request, identity, attached);
  const Explanation explanation = explain(request, identity, attached);
  if (decision.allowed != explanation.decision.allowed) std::abort();

  bool allow = false;
  bool deny = false;
  for (const StatementStep& one : explanation.policies.at(0).statements) {
    const bool applies = one.outcome == Statement::Outcome::kApplies;
    (one.denies ? deny : allow) |= applies;
  }
  if (decision.allowed && (deny || !allow)) std::abort();
  if (deny && decision.reason != Reason::kExplicitDeny) std::abort();
  if (!principals && decision.allowed != (allow && !deny)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view kind_line = line_of(rest);
  const std::size_t which = kind_line.empty() ? 0 : static_cast<unsigned char>(kind_line[0]) % 4;
  const std::string_view action = line_of(rest);
  const std::string_view resource = line_of(rest);
  const std::string_view value = line_of(rest);
  try {
    decide(Policy::parse(rest, kKinds[which]), which >= 2, action, resource, value);
  } catch (const PolicyError&) {
  }
  return 0;
}
