#include "operations/resources/facts.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bedplate::operations {
namespace {

std::runtime_error unreadable(const storage::Resource& resource, std::string_view what) {
  return std::runtime_error(fmt::format("the document of {} {} in {} of {} cannot be read: {}",
                                        resource.key.kind, resource.key.id, resource.key.region,
                                        resource.key.account_id, what));
}

}  // namespace

boost::json::object document_of(const storage::Resource& resource) {
  boost::system::error_code problem;
  boost::json::value document = boost::json::parse(resource.document, problem);
  if (problem) throw unreadable(resource, problem.message());
  if (!document.is_object()) throw unreadable(resource, "it is no object");
  return std::move(document.get_object());
}

void refuse_member(const storage::Resource& resource, std::string_view member) {
  throw unreadable(resource, fmt::format("its member '{}' has another type", member));
}

}  // namespace bedplate::operations
