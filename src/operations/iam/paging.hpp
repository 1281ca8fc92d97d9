// Pages of IAM's lists: Marker and MaxItems in, Marker and IsTruncated out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operations/context.hpp"

namespace bedplate::operations::iam {

/// Goes over something that is sorted by a key and picks one page of it:
///
///   Paging page(context, "users " + prefix, request.Marker, request.MaxItems);
///   for (…) if (page.takes(name)) response.Users.push_back(…);
///   page.finish(response);
class Paging {
 public:
  static constexpr std::int32_t kItemsDefault = 100;

  /// @param list  what is listed and how it is filtered: markers are good for that only
  /// Throws a ValidationError when the marker is none of this list's.
  Paging(const Context& context, std::string list, const std::optional<std::string>& marker,
         const std::optional<std::int32_t>& max_items);

  /// Whether the item is on this page. Ask for each in the order of the keys, after filtering.
  bool takes(const std::string& key);

  template <class Response>
  void finish(Response& response) const {
    response.IsTruncated = truncated_;
    if (truncated_) response.Marker = marker();
  }

 private:
  std::string marker() const;

  std::string account_id_;
  std::string list_;
  std::string tokens_key_;
  std::string after_;
  std::string last_;
  std::int32_t left_;
  bool truncated_ = false;
};

}  // namespace bedplate::operations::iam
