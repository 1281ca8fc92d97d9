// Transaction: tags.
#include <stdexcept>

#include "storage/sql/connection.hpp"
#include "storage/transaction.hpp"

namespace bedplate::storage {

std::vector<Tag> Transaction::tags(std::string_view account_id, std::string_view resource_arn) {
  std::vector<Tag> out;
  for (const sql::Row& row : connection_.query(
           "SELECT tag_key, tag_value FROM tags WHERE account_id = $1 AND resource_arn = $2 "
           "ORDER BY tag_key",
           {account_id, resource_arn})) {
    out.push_back({row.text(0), row.text(1)});
  }
  return out;
}

void Transaction::put_tags(std::string_view account_id, std::string_view resource_arn,
                           const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    if (resource_arn.size() + tag.key.size() > kKeysBytesMax) {
      throw std::length_error("an ARN and a tag's key are longer than 2,400 bytes");
    }
    connection_.execute(
        "INSERT INTO tags (account_id, resource_arn, tag_key, tag_value) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, resource_arn, tag_key) "
        "DO UPDATE SET tag_value = excluded.tag_value",
        {account_id, resource_arn, tag.key, tag.value});
  }
}

void Transaction::erase_tags(std::string_view account_id, std::string_view resource_arn,
                             const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    connection_.execute(
        "DELETE FROM tags WHERE account_id = $1 AND resource_arn = $2 AND tag_key = $3",
        {account_id, resource_arn, key});
  }
}

void Transaction::erase_all_tags(std::string_view account_id, std::string_view resource_arn) {
  connection_.execute("DELETE FROM tags WHERE account_id = $1 AND resource_arn = $2",
                      {account_id, resource_arn});
}

std::vector<std::string> Transaction::tagged(std::string_view account_id, std::string_view key,
                                             const std::optional<std::string>& value,
                                             std::string_view after, std::int64_t limit) {
  std::vector<sql::Parameter> parameters{account_id, key, after, limit};
  std::string statement =
      "SELECT resource_arn FROM tags WHERE account_id = $1 AND tag_key = $2 AND resource_arn > $3";
  if (value) {
    statement += " AND tag_value = $5";
    parameters.emplace_back(std::string_view(*value));
  }
  statement += " ORDER BY resource_arn LIMIT $4";
  std::vector<std::string> out;
  for (const sql::Row& row :
       connection_.query(statement, std::span<const sql::Parameter>(parameters))) {
    out.push_back(row.text(0));
  }
  return out;
}

}  // namespace bedplate::storage
