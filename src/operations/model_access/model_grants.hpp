// Which models an account may use: rows of the store, and what is read from them.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "operations/model_access/default_access.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations {

/// What Transaction::touch() is called with after each change.
inline constexpr std::string_view kModelAccessGeneration = "model-access";

/// All accounts' decisions, as of one moment.
class ModelGrants {
 public:
  ModelGrants() = default;
  /// Reads every row.
  explicit ModelGrants(storage::Transaction& transaction);

  std::int64_t generation() const { return generation_; }
  bool allows(const std::string& account_id, const std::string& model_id,
              DefaultAccess otherwise) const;
  /// Whether the account has filled in the use-case form.
  bool has_use_case(const std::string& account_id) const;

 private:
  struct Account {
    std::unordered_map<std::string, bool> models;  ///< by id: whether an agreement is in force
    bool use_case = false;
  };
  std::unordered_map<std::string, Account> accounts_;
  std::int64_t generation_ = 0;
};

// Changes within a transaction; each touches the generation.

/// Throws ValidationException when there is an agreement.
void create_agreement(storage::Transaction& transaction, const std::string& account_id,
                      const std::string& model_id, Timestamp now);
/// Throws ResourceNotFoundException when there is none; `otherwise` counts as one.
void delete_agreement(storage::Transaction& transaction, const std::string& account_id,
                      const std::string& model_id, DefaultAccess otherwise, Timestamp now);
/// @param form  any bytes
void put_use_case(storage::Transaction& transaction, const std::string& account_id,
                  std::string_view form, Timestamp now);
std::optional<std::string> use_case(storage::Transaction& transaction,
                                    const std::string& account_id);

}  // namespace bedplate::operations
