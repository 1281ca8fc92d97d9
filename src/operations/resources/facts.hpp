// A resource's document as a struct. Include it in .cpp files only: it is heavy.
//
//   struct WidgetFacts { std::string colour; std::optional<std::string> note; };
//   BOOST_DESCRIBE_STRUCT(WidgetFacts, (), (colour, note))      // in the .cpp
//   resource.document = write_facts(facts);   facts = read_facts<WidgetFacts>(resource);
//
// A member that a document lacks keeps its default, and one that the struct lacks is passed over:
// so a struct may get new members while old rows are there.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11/algorithm.hpp>
#include <string>

#include "storage/resource.hpp"

namespace bedplate::operations {

/// The document as an object. Throws std::runtime_error, naming the resource, when it is none.
boost::json::object document_of(const storage::Resource& resource);
/// Throws std::runtime_error that names the resource and the member.
[[noreturn]] void refuse_member(const storage::Resource& resource, std::string_view member);

template <class Facts>
std::string write_facts(const Facts& facts) {
  return boost::json::serialize(boost::json::value_from(facts));
}

template <class Facts>
Facts read_facts(const storage::Resource& resource) {
  using Members = boost::describe::describe_members<Facts, boost::describe::mod_public>;
  const boost::json::object document = document_of(resource);
  Facts facts;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    const boost::json::value* value = document.if_contains(member.name);
    if (value == nullptr) return;
    auto& target = facts.*member.pointer;
    auto read = boost::json::try_value_to<std::remove_reference_t<decltype(target)>>(*value);
    if (!read) refuse_member(resource, member.name);
    target = std::move(*read);
  });
  return facts;
}

}  // namespace bedplate::operations
