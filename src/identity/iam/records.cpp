#include "identity/iam/records.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "base/bytes.hpp"
#include "identity/iam/record_json.hpp"
#include "storage/errors.hpp"

namespace bedplate::identity::iam {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kIdLetters = 17;

// Names are ASCII.
std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

template <class Record>
storage::ResourceKey key_of(const Record& record) {
  return {record.account_id, "", std::string(Record::kKind), "", record.id};
}

template <class Record>
storage::Resource row_of(const Record& record) {
  storage::Resource row;
  row.key = key_of(record);
  row.name = record.name;
  row.unique_key = folded(record.name);
  row.created_ms = record.created_ms;
  row.updated_ms = record.updated_ms;
  row.document = boost::json::serialize(write_document(record));
  return row;
}

storage::Resource row_of_account(const AccountRecord& account) {
  storage::Resource row;
  row.key = {"", "", std::string(AccountRecord::kKind), "", account.id};
  row.name = account.name;
  row.unique_key = account.name;
  row.state = account.closed ? "CLOSED" : "ACTIVE";
  row.created_ms = account.created_ms;
  row.updated_ms = account.created_ms;
  return row;
}

}  // namespace

const PolicyVersionRecord* PolicyRecord::find_version(std::int32_t number) const {
  for (const PolicyVersionRecord& version : versions) {
    if (version.number == number) return &version;
  }
  return nullptr;
}

std::string generate_unique_id(std::string_view prefix) {
  std::string letters = random_bytes(kIdLetters);
  for (char& c : letters) c = kBase32[static_cast<unsigned char>(c) % kBase32.size()];
  return std::string(prefix) + letters;
}

std::string arn_of(std::string_view account_id, std::string_view type, std::string_view path,
                   std::string_view name) {
  return fmt::format("arn:aws:iam::{}:{}{}{}", account_id, type, path, name);
}

template <class Record>
Record read_record(const storage::Resource& resource) {
  Record record;
  record.account_id = resource.key.account_id;
  record.id = resource.key.id;
  record.name = resource.name;
  record.created_ms = resource.created_ms;
  record.updated_ms = resource.updated_ms;
  record.version = resource.version;
  read_document(boost::json::parse(resource.document).as_object(), record);
  return record;
}

template <class Record>
std::optional<Record> find_record(storage::Transaction& transaction, std::string_view account_id,
                                  std::string_view name) {
  const auto row = transaction.find_unique(account_id, "", Record::kKind, folded(name));
  if (!row || row->name != name) return std::nullopt;
  return read_record<Record>(*row);
}

template <class Record>
std::vector<Record> all_records(storage::Transaction& transaction, const std::string& account_id) {
  std::vector<Record> records;
  for_each_row(transaction, Record::kKind, account_id,
               [&](const storage::Resource& row) { records.push_back(read_record<Record>(row)); });
  return records;
}

template <class Record>
std::int64_t count_records(storage::Transaction& transaction, const std::string& account_id) {
  storage::ListQuery query;
  query.account_id = account_id;
  query.kind = Record::kKind;
  return transaction.count(query);
}

template <class Record>
void insert_record(storage::Transaction& transaction, Record& record) {
  transaction.insert(row_of(record));
  record.version = 1;
}

template <class Record>
void update_record(storage::Transaction& transaction, Record& record) {
  record.version = transaction.update(row_of(record), record.version);
}

template <class Record>
void erase_record(storage::Transaction& transaction, const Record& record) {
  transaction.erase(key_of(record), record.version);
}

AccountRecord read_account(const storage::Resource& resource) {
  return {resource.key.id, resource.name, resource.state == "CLOSED", resource.created_ms,
          resource.version};
}

std::optional<AccountRecord> find_account(storage::Transaction& transaction,
                                          const std::string& account_id) {
  const auto row = transaction.get({"", "", std::string(AccountRecord::kKind), "", account_id});
  if (!row) return std::nullopt;
  return read_account(*row);
}

void insert_account(storage::Transaction& transaction, const AccountRecord& account) {
  transaction.insert(row_of_account(account));
}

void update_account(storage::Transaction& transaction, const AccountRecord& account) {
  transaction.update(row_of_account(account), account.version);
}

#define BEDPLATE_IAM_RECORD(Record)                                                            \
  template Record read_record<Record>(const storage::Resource&);                               \
  template std::optional<Record> find_record<Record>(storage::Transaction&, std::string_view,  \
                                                     std::string_view);                        \
  template std::vector<Record> all_records<Record>(storage::Transaction&, const std::string&); \
  template std::int64_t count_records<Record>(storage::Transaction&, const std::string&);      \
  template void insert_record<Record>(storage::Transaction&, Record&);                         \
  template void update_record<Record>(storage::Transaction&, Record&);                         \
  template void erase_record<Record>(storage::Transaction&, const Record&);
BEDPLATE_IAM_RECORD(UserRecord)
BEDPLATE_IAM_RECORD(GroupRecord)
BEDPLATE_IAM_RECORD(RoleRecord)
BEDPLATE_IAM_RECORD(PolicyRecord)
#undef BEDPLATE_IAM_RECORD

}  // namespace bedplate::identity::iam
