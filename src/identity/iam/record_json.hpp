// The documents of IAM's rows.
#pragma once

#include <boost/json/object.hpp>

#include "identity/iam/records.hpp"

namespace bedplate::identity::iam {

// Everything of a record that its row has no column for. Reading throws std::exception when the
// document is not what was written.
boost::json::object write_document(const UserRecord& user);
boost::json::object write_document(const GroupRecord& group);
boost::json::object write_document(const RoleRecord& role);
boost::json::object write_document(const PolicyRecord& policy);
void read_document(const boost::json::object& document, UserRecord& user);
void read_document(const boost::json::object& document, GroupRecord& group);
void read_document(const boost::json::object& document, RoleRecord& role);
void read_document(const boost::json::object& document, PolicyRecord& policy);

}  // namespace bedplate::identity::iam
