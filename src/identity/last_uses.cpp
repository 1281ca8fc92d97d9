#include "identity/last_uses.hpp"

#include <boost/json.hpp>

#include "base/log.hpp"

namespace bedplate::identity {
namespace {

namespace json = boost::json;

constexpr std::size_t kEntriesMax = 65'536;
constexpr std::size_t kChangesMax = 1'000;  // of one transaction

std::string setting_of(std::string_view id) {
  return "last-use " + std::string(id);
}

std::string document_of(const LastUses::Use& use) {
  return json::serialize(json::object{{"at_ms", use.at.time_since_epoch().count()},
                                      {"service", use.service},
                                      {"region", use.region}});
}

LastUses::Use use_in(const storage::Setting& setting) {
  const json::object document = json::parse(setting.document).as_object();
  return {Timestamp(std::chrono::milliseconds(document.at("at_ms").as_int64())),
          std::string(document.at("service").as_string()),
          std::string(document.at("region").as_string())};
}

}  // namespace

LastUses::LastUses(storage::Store& store)
    : store_(store), writing_("writing when keys were last used", kWritePeriod) {}

void LastUses::note(const std::string& account_id, const std::string& id, const Use& use) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(id);
  if (at == entries_.end()) {
    // Only keys and roles that exist get here. What is left out is noted after the next write.
    if (entries_.size() < kEntriesMax) entries_.emplace(id, Entry{account_id, use, false});
    return;
  }
  Entry& entry = at->second;
  const bool same = entry.use.service == use.service && entry.use.region == use.region;
  if (same && use.at < entry.use.at + kPrecision) return;
  entry.use = use;
  entry.written = false;
}

std::optional<LastUses::Use> LastUses::in_memory(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(id);
  return at == entries_.end() ? std::nullopt : std::optional(at->second.use);
}

Task<std::optional<LastUses::Use>> LastUses::find(std::string account_id, std::string id) const {
  const std::optional<Use> own = in_memory(id);
  const auto read = [account_id, name = setting_of(id)](storage::Transaction& transaction) {
    return transaction.setting(account_id, "", name);
  };
  const std::optional<storage::Setting> setting = co_await store_.read(read);
  if (!setting) co_return own;
  Use stored = use_in(*setting);
  if (own && own->at >= stored.at) co_return own;
  co_return stored;
}

void LastUses::erase(storage::Transaction& transaction, const std::string& account_id,
                     const std::string& id) {
  transaction.erase_setting(account_id, "", setting_of(id));
}

void LastUses::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  entries_.erase(id);
}

void LastUses::put(storage::Transaction& transaction, const std::vector<Change>& changes) {
  for (const auto& [account_id, id, use] : changes) {
    const std::string name = setting_of(id);
    const auto there = transaction.setting(account_id, "", name);
    if (there && use_in(*there).at >= use.at) continue;  // another server saw it later
    transaction.put_setting(account_id, "", name, document_of(use));
  }
}

std::vector<LastUses::Change> LastUses::changes() const {
  std::vector<Change> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : entries_) {
    if (!entry.written) out.push_back({entry.account_id, id, entry.use});
    if (out.size() == kChangesMax) break;
  }
  return out;
}

void LastUses::keep(const std::vector<Change>& written) {
  const std::lock_guard lock(mutex_);
  for (const Change& change : written) {
    const auto at = entries_.find(change.id);
    if (at != entries_.end() && at->second.use == change.use) at->second.written = true;
  }
  if (entries_.size() < kEntriesMax) return;
  std::erase_if(entries_, [](const auto& entry) { return entry.second.written; });
}

Task<> LastUses::write() {
  const std::vector<Change> changed = changes();
  if (changed.empty()) co_return;
  const auto work = [changed](storage::Transaction& transaction) { put(transaction, changed); };
  co_await store_.write(work);
  keep(changed);
}

void LastUses::write_blocking() {
  for (auto changed = changes(); !changed.empty(); changed = changes()) {
    store_.write_blocking([&](storage::Transaction& transaction) { put(transaction, changed); });
    keep(changed);
  }
}

void LastUses::start(Executor executor) {
  writing_.start(executor, [this] { return write(); });
}

void LastUses::stop_blocking() {
  writing_.stop_blocking();
  try {
    write_blocking();
  } catch (const std::exception& problem) {
    log::error("when keys were last used is lost: {}", problem.what());
  }
}

}  // namespace bedplate::identity
