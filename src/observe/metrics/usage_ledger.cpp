#include "observe/metrics/usage_ledger.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "base/log.hpp"

namespace bedplate::observe {
namespace {

namespace json = boost::json;
using storage::Resource;
using storage::ResourceKey;
using storage::Transaction;

constexpr const char* kKind = "usage-day";
constexpr std::size_t kIdDigits = 32;
constexpr std::int64_t kBatch = 500;

std::string day_of(Timestamp time) {
  return format_iso8601_s(time).substr(0, 10);
}

/// One text for all that tells subjects apart. No part has a line feed in it.
std::string joined(const UsageSubject& subject) {
  return subject.principal_arn + '\n' + subject.model_id + '\n' + subject.profile;
}

ResourceKey key_of(const std::string& day, const UsageSubject& subject) {
  const std::string id = hex_encode(as_view(sha256(joined(subject)))).substr(0, kIdDigits);
  return {subject.account_id, subject.region, kKind, day, id};
}

std::int64_t whole(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

json::object to_json(const UsageRow& row) {
  const UsageAmounts& amounts = row.amounts;
  json::object tags;
  for (const auto& [key, value] : row.tags) tags[key] = value;
  json::object out;
  out["principal"] = row.subject.principal_arn;
  out["model"] = row.subject.model_id;
  out["profile"] = row.subject.profile;
  out["tags"] = std::move(tags);
  out["requests"] = amounts.requests;
  out["unpriced"] = amounts.unpriced_requests;
  out["input"] = amounts.input_tokens;
  out["output"] = amounts.output_tokens;
  out["cacheRead"] = amounts.cache_read_tokens;
  out["cacheWrite"] = amounts.cache_write_tokens;
  out["images"] = amounts.images;
  out["usd"] = amounts.cost_usd;
  return out;
}

UsageRow read_row(const Resource& resource) {
  UsageRow row;
  row.day = resource.key.parent;
  row.subject.account_id = resource.key.account_id;
  row.subject.region = resource.key.region;
  json::error_code trouble;
  const json::value parsed = json::parse(resource.document, trouble);
  if (trouble || !parsed.is_object()) return row;
  const json::object& read = parsed.get_object();
  row.subject.principal_arn = text(read, "principal");
  row.subject.model_id = text(read, "model");
  row.subject.profile = text(read, "profile");
  row.amounts.requests = whole(read, "requests");
  row.amounts.unpriced_requests = whole(read, "unpriced");
  row.amounts.input_tokens = whole(read, "input");
  row.amounts.output_tokens = whole(read, "output");
  row.amounts.cache_read_tokens = whole(read, "cacheRead");
  row.amounts.cache_write_tokens = whole(read, "cacheWrite");
  row.amounts.images = whole(read, "images");
  if (const json::value* cost = read.if_contains("usd"); cost != nullptr && cost->is_number()) {
    row.amounts.cost_usd = cost->to_number<double>();
  }
  if (const json::value* tags = read.if_contains("tags"); tags != nullptr && tags->is_object()) {
    for (const auto& [key, value] : tags->get_object()) {
      if (value.is_string()) row.tags[std::string(key)] = std::string(value.get_string());
    }
  }
  return row;
}

}  // namespace

void UsageAmounts::add(const UsageAmounts& other) {
  requests += other.requests;
  unpriced_requests += other.unpriced_requests;
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
  cache_read_tokens += other.cache_read_tokens;
  cache_write_tokens += other.cache_write_tokens;
  images += other.images;
  cost_usd += other.cost_usd;
}

UsageAmounts amounts_of(const ModelUse& use) {
  const std::optional<double> cost = cost_usd(use);
  UsageAmounts amounts;
  amounts.requests = 1;
  amounts.unpriced_requests = cost ? 0 : 1;
  amounts.input_tokens = use.input_tokens;
  amounts.output_tokens = use.output_tokens;
  amounts.cache_read_tokens = use.cache_read_tokens;
  amounts.cache_write_tokens = use.cache_write_tokens;
  amounts.images = use.images;
  amounts.cost_usd = cost.value_or(0);
  return amounts;
}

void UsageLedger::add(const UsageSubject& subject, const UsageAmounts& amounts, Timestamp now) {
  // The day in digits is enough to tell entries apart, and cheaper to make than its text.
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  static thread_local std::string key;  // its memory is used again
  key = std::to_string(day);
  for (const std::string* part : {&subject.account_id, &subject.region, &subject.principal_arn,
                                  &subject.model_id, &subject.profile}) {
    key += '\n';
    key += *part;
  }
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end() && entries_.size() >= kSubjectsMax) {
    UsageSubject other{subject.account_id, subject.region, kOther, kOther, "", false};
    found = entries_
                .try_emplace(std::to_string(day) + subject.account_id + subject.region,
                             Entry{day_of(now), std::move(other), {}})
                .first;
  } else if (found == entries_.end()) {
    found = entries_.emplace(key, Entry{day_of(now), subject, {}}).first;
  }
  found->second.amounts.add(amounts);
}

void UsageLedger::write(Transaction& transaction, const Entry& entry) {
  const ResourceKey key = key_of(entry.day, entry.subject);
  std::optional<Resource> stored = transaction.get(key);
  UsageRow row;
  if (stored) row = read_row(*stored);
  row.subject = entry.subject;
  row.amounts.add(entry.amounts);
  if (entry.subject.own_profile) {
    const auto tags = transaction.tags(entry.subject.account_id, entry.subject.profile);
    // Those of a profile that was deleted since are remembered.
    if (!tags.empty()) row.tags.clear();
    for (const storage::Tag& tag : tags) row.tags[tag.key] = tag.value;
  }
  const std::string document = json::serialize(to_json(row));
  if (stored) {
    stored->document = document;
    transaction.update(*stored, stored->version);
    return;
  }
  Resource made;
  made.key = key;
  made.name = key.id;
  made.state = entry.day;
  made.document = document;
  transaction.insert(made);
}

void UsageLedger::flush_blocking(storage::Store& store) {
  Entries taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(entries_);
  }
  if (taken.empty()) return;
  try {
    store.write_blocking([&taken](Transaction& transaction) {
      for (const auto& [key, entry] : taken) write(transaction, entry);
    });
  } catch (const std::exception& problem) {
    log::warning("metrics: the last minutes' usage could not be stored: {}", problem.what());
    const std::lock_guard lock(mutex_);
    for (auto& [key, entry] : taken) {
      const auto [place, made] = entries_.try_emplace(key, entry);
      if (!made) place->second.amounts.add(entry.amounts);
    }
  }
}

void UsageLedger::purge_blocking(storage::Store& store, Timestamp now) {
  constexpr int kPurgedDays = 45;  // a server that was off for longer leaves some rows
  for (int day = 1; day <= kPurgedDays; ++day) {
    storage::ScanQuery query;
    query.kind = kKind;
    query.state = day_of(now - std::chrono::days(kKeptDays + day));
    query.limit = kBatch;
    const auto erase_some = [&query](Transaction& transaction) {
      const std::vector<Resource> rows = transaction.scan(query);
      for (const Resource& row : rows) transaction.erase(row.key);
      return rows.size();
    };
    while (store.write_blocking(erase_some) == static_cast<std::size_t>(kBatch)) {
    }
  }
}

std::vector<UsageRow> read_usage_blocking(storage::Store& store, const std::string& from,
                                          const std::string& to) {
  std::vector<UsageRow> rows;
  storage::ScanQuery query;
  query.kind = kKind;
  query.limit = kBatch;
  std::vector<Resource> batch;
  do {
    batch = store.read_blocking([&](Transaction& transaction) { return transaction.scan(query); });
    for (const Resource& resource : batch) {
      // Days of one form compare as texts.
      if (resource.key.parent >= from && resource.key.parent <= to) {
        rows.push_back(read_row(resource));
      }
    }
    if (!batch.empty()) query.after = batch.back().key;
  } while (batch.size() == static_cast<std::size_t>(kBatch));
  return rows;
}

}  // namespace bedplate::observe
