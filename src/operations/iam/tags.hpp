// Tags of users, roles and policies. They are part of the entity's row.
#pragma once

#include "operations/iam/rows.hpp"

namespace bedplate::operations::iam {

using ApiTags = std::vector<api::iam::Tag>;

/// Throws InvalidInput when a key is there twice (whatever its case) or begins with `aws:`.
identity::iam::Tags read_tags(const std::optional<ApiTags>& tags);
identity::iam::Tags read_tags(const ApiTags& tags);

/// Adds tags, or gives those that exist another value. Throws LimitExceeded beyond 50.
void put_tags(identity::iam::Entity& entity, const identity::iam::Tags& tags);
void remove_tags(identity::iam::Entity& entity, const std::vector<std::string>& keys);

ApiTags write_tags(const identity::iam::Entity& entity);

}  // namespace bedplate::operations::iam
