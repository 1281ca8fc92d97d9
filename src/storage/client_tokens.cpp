// Transaction: client request tokens, which make a repeated create harmless.
#include "storage/errors.hpp"
#include "storage/sql/connection.hpp"
#include "storage/transaction.hpp"

namespace bedplate::storage {

std::optional<ClientToken> Transaction::find_client_token(std::string_view account_id,
                                                          std::string_view region,
                                                          std::string_view operation,
                                                          std::string_view token,
                                                          std::int64_t now_ms) {
  const sql::Rows rows = connection_.query(
      "SELECT request_hash, resource_id, expires_ms FROM client_tokens WHERE account_id = $1 AND "
      "region = $2 AND operation = $3 AND token = $4 AND expires_ms > $5",
      {account_id, region, operation, token, now_ms});
  if (rows.empty()) return std::nullopt;
  return ClientToken{std::string(account_id), std::string(region), std::string(operation),
                     std::string(token),      rows[0].text(0),     rows[0].text(1),
                     rows[0].integer(2)};
}

void Transaction::remember_client_token(const ClientToken& token, std::int64_t now_ms) {
  const std::int64_t written = connection_.execute(
      "INSERT INTO client_tokens (account_id, region, operation, token, request_hash, "
      "resource_id, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) "
      "ON CONFLICT (account_id, region, operation, token) DO UPDATE SET request_hash = "
      "excluded.request_hash, resource_id = excluded.resource_id, expires_ms = excluded.expires_ms "
      "WHERE client_tokens.expires_ms <= $8",
      {token.account_id, token.region, token.operation, token.token, token.request_hash,
       token.resource_id, token.expires_ms, now_ms});
  if (written == 1) return;
  throw AlreadyExists(AlreadyExists::By::kId, "the client request token is in use");
}

std::int64_t Transaction::purge_client_tokens(std::int64_t now_ms, std::int64_t limit) {
  return connection_.execute(
      "DELETE FROM client_tokens WHERE (account_id, region, operation, token) IN (SELECT "
      "account_id, region, operation, token FROM client_tokens WHERE expires_ms <= $1 LIMIT $2)",
      {now_ms, limit});
}

}  // namespace bedplate::storage
