// TagResource, UntagResource and ListTagsForResource, for every service that has them.
#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

/// Adds tags to the resource that `arn` names, or gives those that exist another value. Throws
/// ResourceNotFoundException when the caller has no such resource, or another service tags it;
/// ValidationException for tags that break the rules; and too_many_tags().
Task<> tag_resource(Context& context, TagService service, std::string arn,
                    std::vector<storage::Tag> tags);

/// Keys that are not there are passed over.
Task<> untag_resource(Context& context, TagService service, std::string arn,
                      std::vector<std::string> keys);

/// By key.
Task<std::vector<storage::Tag>> list_tags(Context& context, TagService service, std::string arn);

}  // namespace bedplate::operations
