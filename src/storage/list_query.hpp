// What a list asks for, and where a page of it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/resource.hpp"

namespace bedplate::storage {

enum class Order { kCreated, kName, kId };
enum class Direction { kAscending, kDescending };

/// The last resource of a page. It need not exist any more when the next page is read.
struct Position {
  std::string sort;  ///< its name, its created_ms in digits, or empty when sorted by id
  std::string id;

  bool operator==(const Position&) const = default;
};

/// Resources of one account, region, kind and parent. Names compare by their bytes.
struct ListQuery {
  std::string account_id;
  std::string region;
  std::string kind;
  std::string parent;
  Order order = Order::kCreated;
  Direction direction = Direction::kAscending;
  // Filters; those that are set must all hold.
  std::optional<std::string> state;
  std::optional<std::string> name;  ///< equal to it
  std::optional<std::string> name_prefix;
  std::optional<std::string> name_contains;
  std::optional<std::int64_t> created_after_ms;   ///< later than it
  std::optional<std::int64_t> created_before_ms;  ///< earlier than it
  // The page.
  std::int64_t limit = 100;  ///< 1 to 10,000
  std::optional<Position> after;
};

struct ListPage {
  std::vector<Resource> resources;
  std::optional<Position> next;  ///< set when there are more
};

/// Every resource of a kind, whichever account, region and parent it is of, in the order of the
/// keys (account, region, parent, id): for what is kept in memory as a whole.
struct ScanQuery {
  std::string kind;
  std::optional<std::string> account_id;
  std::optional<std::string> state;
  std::int64_t limit = 1'000;        ///< 1 to 10,000
  std::optional<ResourceKey> after;  ///< the last one of the batch before
};

}  // namespace bedplate::storage
