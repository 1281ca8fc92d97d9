// Transaction: lists of resources. A page begins behind the last resource of the one before (not at
// an offset), so what is created or deleted meanwhile neither repeats nor hides another.
#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "storage/sql/resource_columns.hpp"
#include "storage/transaction.hpp"

namespace bedplate::storage {
namespace {

constexpr std::int64_t kLimitMax = 10'000;

/// SQL and its parameters, put together piece by piece.
class Statement {
 public:
  explicit Statement(std::string sql) : sql_(std::move(sql)) {}

  void add(std::string_view text) { sql_ += text; }
  /// `text` has one {} for the parameter, or several for the same.
  void add(std::string_view text, sql::Parameter parameter) {
    parameters_.push_back(parameter);
    const std::string placeholder = fmt::format("${}", parameters_.size());
    for (std::size_t from = 0;;) {
      const std::size_t at = text.find("{}", from);
      sql_ += text.substr(from, at == text.npos ? at : at - from);
      if (at == text.npos) return;
      sql_ += placeholder;
      from = at + 2;
    }
  }
  sql::Rows query(sql::Connection& connection) const {
    return connection.query(sql_, std::span<const sql::Parameter>(parameters_));
  }

 private:
  std::string sql_;
  std::vector<sql::Parameter> parameters_;
};

void check_limit(std::int64_t limit) {
  if (limit < 1 || limit > kLimitMax) throw std::invalid_argument("a page's size is 1 to 10,000");
}

void add_filters(Statement& statement, const ListQuery& query) {
  statement.add(" WHERE kind = {}", query.kind);
  statement.add(" AND account_id = {}", query.account_id);
  statement.add(" AND region = {}", query.region);
  statement.add(" AND parent = {}", query.parent);
  // The second condition lets both databases use the partial index.
  if (query.state) statement.add(" AND state = {}", *query.state);
  if (query.state && !query.state->empty()) statement.add(" AND state <> ''");
  if (query.name) statement.add(" AND name = {}", *query.name);
  if (query.name_prefix) {
    statement.add(" AND substr(name, 1, length(CAST({} AS TEXT))) = {}", *query.name_prefix);
  }
  // Neither LIKE (its wildcards, and SQLite's ignores case) nor a function of one database only.
  if (query.name_contains && !query.name_contains->empty()) {
    statement.add(" AND replace(name, {}, '') <> name", *query.name_contains);
  }
  if (query.created_after_ms) statement.add(" AND created_ms > {}", *query.created_after_ms);
  if (query.created_before_ms) statement.add(" AND created_ms < {}", *query.created_before_ms);
}

std::int64_t created_ms_of(const Position& position) {
  std::int64_t created_ms = 0;
  const char* end = position.sort.data() + position.sort.size();
  const auto parsed = std::from_chars(position.sort.data(), end, created_ms);
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    throw std::invalid_argument("a position in a list by time has no time");
  }
  return created_ms;
}

void add_position(Statement& statement, const ListQuery& query) {
  if (!query.after) return;
  const bool ascending = query.direction == Direction::kAscending;
  const std::string_view beyond = ascending ? " > " : " < ";
  if (query.order == Order::kId) {
    statement.add(fmt::format(" AND id{}", beyond));
    statement.add("{}", query.after->id);
    return;
  }
  const bool by_name = query.order == Order::kName;
  statement.add(fmt::format(" AND ({}, id){}", by_name ? "name" : "created_ms", beyond));
  if (by_name) {
    statement.add("({}, ", query.after->sort);
  } else {
    statement.add("({}, ", created_ms_of(*query.after));
  }
  statement.add("{})", query.after->id);
}

std::string order_by(const ListQuery& query) {
  const char* direction = query.direction == Direction::kAscending ? "ASC" : "DESC";
  switch (query.order) {
    case Order::kCreated:
      return fmt::format(" ORDER BY created_ms {0}, id {0}", direction);
    case Order::kName:
      return fmt::format(" ORDER BY name {0}, id {0}", direction);
    case Order::kId:
      break;
  }
  return fmt::format(" ORDER BY id {}", direction);
}

Position position_of(const Resource& resource, Order order) {
  switch (order) {
    case Order::kCreated:
      return {std::to_string(resource.created_ms), resource.key.id};
    case Order::kName:
      return {resource.name, resource.key.id};
    case Order::kId:
      break;
  }
  return {"", resource.key.id};
}

}  // namespace

ListPage Transaction::list(const ListQuery& query) {
  check_limit(query.limit);
  Statement statement("SELECT " BEDPLATE_RESOURCE_COLUMNS " FROM resources");
  add_filters(statement, query);
  add_position(statement, query);
  statement.add(order_by(query));
  statement.add(" LIMIT {}", query.limit + 1);  // one more shows whether there are more
  const sql::Rows rows = statement.query(connection_);
  ListPage page;
  for (const sql::Row& row : rows) {
    if (static_cast<std::int64_t>(page.resources.size()) == query.limit) break;
    page.resources.push_back(sql::read_resource(row));
  }
  if (rows.size() > page.resources.size()) {
    page.next = position_of(page.resources.back(), query.order);
  }
  return page;
}

std::int64_t Transaction::count(const ListQuery& query) {
  Statement statement("SELECT COUNT(*) FROM resources");
  add_filters(statement, query);
  return statement.query(connection_).at(0).integer(0);
}

std::vector<Resource> Transaction::scan(const ScanQuery& query) {
  check_limit(query.limit);
  Statement statement("SELECT " BEDPLATE_RESOURCE_COLUMNS " FROM resources");
  statement.add(" WHERE kind = {}", query.kind);
  if (query.account_id) statement.add(" AND account_id = {}", *query.account_id);
  if (query.state) statement.add(" AND state = {}", *query.state);
  if (query.state && !query.state->empty()) statement.add(" AND state <> ''");
  if (query.after) {
    statement.add(" AND (account_id, region, parent, id) > ({}, ", query.after->account_id);
    statement.add("{}, ", query.after->region);
    statement.add("{}, ", query.after->parent);
    statement.add("{})", query.after->id);
  }
  statement.add(" ORDER BY account_id, region, parent, id");
  statement.add(" LIMIT {}", query.limit);
  std::vector<Resource> out;
  for (const sql::Row& row : statement.query(connection_)) out.push_back(sql::read_resource(row));
  return out;
}

}  // namespace bedplate::storage
