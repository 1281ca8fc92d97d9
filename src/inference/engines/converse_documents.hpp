// Documents as Converse takes them.
#pragma once

#include <boost/json/object.hpp>
#include <set>
#include <string>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// Writes the documents of one request. They have become text before they reach an engine, and go
/// as text files: every model that takes documents takes those.
class ConverseDocuments {
 public:
  /// A DocumentBlock. Converse allows few characters in a name, and each name once in a request:
  /// names of other doors are made to fit.
  boost::json::object write(const DocumentBlock& document);

 private:
  std::string free_name(const std::string& name);

  std::set<std::string> names_;
};

}  // namespace bedplate::inference
