#include "observe/metrics/metric_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/log.hpp"

namespace bedplate::observe {
namespace {

namespace json = boost::json;
using storage::Resource;
using storage::ResourceKey;
using storage::Transaction;

constexpr const char* kHourKind = "metric-hour";
constexpr const char* kIndexKind = "metric-index";
constexpr std::int64_t kMinutesOfHour = 60;
constexpr std::int64_t kMinutesOfDay = 24 * 60;
// A server that was off for longer leaves rows that nobody asks for.
constexpr int kPurgedDays = 45;

Timestamp time_of_minute(std::int64_t minute) {
  return Timestamp(std::chrono::minutes(minute));
}

/// "2026-01-02".
std::string day_of(std::int64_t minute) {
  return format_iso8601_s(time_of_minute(minute)).substr(0, 10);
}

ResourceKey hour_key(const std::string& account_id, const std::string& region, std::int64_t hour) {
  const std::string time = format_iso8601_s(time_of_minute(hour * kMinutesOfHour));
  return {account_id, region, kHourKind, "", time.substr(0, 13)};
}

ResourceKey index_key(const std::string& account_id, const std::string& region) {
  return {account_id, region, kIndexKind, "", std::string(kBedrockNamespace)};
}

/// A row's document; an empty one when there is none or it cannot be read.
json::object document_of(const std::optional<Resource>& row) {
  if (!row) return {};
  json::error_code trouble;
  json::value read = json::parse(row->document, trouble);
  if (trouble || !read.is_object()) {
    log::error("metrics: the row {} cannot be read and is written anew", row->key.id);
    return {};
  }
  return std::move(read.get_object());
}

json::object& member_object(json::object& object, std::string_view name) {
  json::value& member = object[name];
  if (!member.is_object()) member = json::object();
  return member.get_object();
}

void save(Transaction& transaction, std::optional<Resource> row, ResourceKey key,
          const std::string& state, const json::object& document) {
  if (row) {
    row->document = json::serialize(document);
    transaction.update(*row, row->version);
    return;
  }
  Resource made;
  made.key = std::move(key);
  made.name = made.key.id;
  made.state = state;
  made.document = json::serialize(document);
  transaction.insert(made);
}

Statistics read_statistics(const json::value& value) {
  try {
    return Statistics::from_json(value);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

/// `{model: {minute of the hour: {metric: statistics}}}`.
void merge_minute(json::object& hour, const std::string& model_id, std::int64_t minute,
                  const MetricMinute& values) {
  json::object& model = member_object(hour, model_id);
  json::object& place = member_object(model, std::to_string(minute % kMinutesOfHour));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    json::value& kept = place[name_of(static_cast<BedrockMetric>(i))];
    Statistics all = read_statistics(kept);
    all.merge(values[i]);
    kept = all.to_json();
  }
}

/// `{model: {metric: last minute}}`. Forgets what has run out.
void note_in_index(json::object& index, const std::string& model_id, std::int64_t minute,
                   const MetricMinute& values) {
  json::object& model = member_object(index, model_id);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    json::value& last = model[name_of(static_cast<BedrockMetric>(i))];
    if (!last.is_int64() || last.get_int64() < minute) last = minute;
  }
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void visit_hour(const json::object& hour, std::int64_t hour_number, std::int64_t from,
                std::int64_t to, const MetricHistory::Visit& visit) {
  for (const auto& [model_id, minutes] : hour) {
    if (!minutes.is_object()) continue;
    for (const auto& [minute_text, metrics] : minutes.get_object()) {
      const auto place = number_in(minute_text);
      if (!place || !metrics.is_object()) continue;
      const std::int64_t minute = hour_number * kMinutesOfHour + *place;
      if (minute < from || minute >= to) continue;
      for (const auto& [name, value] : metrics.get_object()) {
        const auto metric = find_bedrock_metric(name);
        if (!metric) continue;  // a newer Bedplate's
        const Statistics statistics = read_statistics(value);
        if (!statistics.empty()) visit(model_id, minute, *metric, statistics);
      }
    }
  }
}

}  // namespace

std::int64_t minute_of(Timestamp time) {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

MetricMinute* MetricHistory::minute_in(Recent& recent, std::int64_t minute) {
  auto& minutes = recent.minutes;
  const auto found = std::find_if(minutes.rbegin(), minutes.rend(),
                                  [&](const auto& each) { return each.first == minute; });
  if (found != minutes.rend()) return &found->second;
  if (minutes.size() >= kMinutesMax) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  return &minutes.emplace_back(minute, MetricMinute{}).second;
}

void MetricHistory::add(const Subject& subject, std::span<const Value> values, Timestamp now) {
  static thread_local std::string key;  // its memory is used again
  key.assign(subject.account_id).append(1, '\0').append(subject.region).append(1, '\0');
  key += subject.model_id;
  Shard& shard = shards_[std::hash<std::string_view>()(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.by_subject.find(key);
  if (found == shard.by_subject.end()) {
    if (shard.by_subject.size() >= kSubjectsMax / kShards) {
      lost_.fetch_add(values.size(), std::memory_order_relaxed);
      return;
    }
    Recent made{std::string(subject.account_id),
                std::string(subject.region),
                std::string(subject.model_id),
                {}};
    found = shard.by_subject.emplace(key, std::move(made)).first;
  }
  MetricMinute* minute = minute_in(found->second, minute_of(now));
  if (minute == nullptr) return;
  for (const auto& [metric, value] : values) (*minute)[static_cast<std::size_t>(metric)].add(value);
}

std::map<std::pair<std::string, std::string>, MetricHistory::Group> MetricHistory::take() {
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (Shard& shard : shards_) {
    std::unordered_map<std::string, Recent> taken;
    {
      const std::lock_guard lock(shard.mutex);
      taken.swap(shard.by_subject);
    }
    for (auto& [key, recent] : taken) {
      Group& group = groups[{recent.account_id, recent.region}];
      group.push_back(std::move(recent));
    }
  }
  return groups;
}

void MetricHistory::put_back(Group group) {
  for (Recent& old : group) {
    const std::string key = old.account_id + '\0' + old.region + '\0' + old.model_id;
    Shard& shard = shards_[std::hash<std::string_view>()(key) % kShards];
    const std::lock_guard lock(shard.mutex);
    Recent& recent =
        shard.by_subject.try_emplace(key, Recent{old.account_id, old.region, old.model_id, {}})
            .first->second;
    for (const auto& [minute, values] : old.minutes) {
      MetricMinute* place = minute_in(recent, minute);
      if (place == nullptr) continue;
      for (std::size_t i = 0; i < values.size(); ++i) (*place)[i].merge(values[i]);
    }
  }
}

void MetricHistory::flush_blocking(storage::Store& store) {
  const std::unique_lock lock(exchange_);
  for (auto& [where, group] : take()) {
    const auto& [account_id, region] = where;
    const auto write = [&, account = account_id, place = region](Transaction& transaction) {
      std::map<std::int64_t, std::pair<std::optional<Resource>, json::object>> hours;
      auto index_row = transaction.get(index_key(account, place));
      json::object index = document_of(index_row);
      for (const Recent& recent : group) {
        for (const auto& [minute, values] : recent.minutes) {
          const std::int64_t hour = minute / kMinutesOfHour;
          if (!hours.contains(hour)) {
            auto row = transaction.get(hour_key(account, place, hour));
            json::object document = document_of(row);
            hours.emplace(hour, std::pair(std::move(row), std::move(document)));
          }
          merge_minute(hours.at(hour).second, recent.model_id, minute, values);
          note_in_index(index, recent.model_id, minute, values);
        }
      }
      for (auto& [hour, read] : hours) {
        save(transaction, std::move(read.first), hour_key(account, place, hour),
             day_of(hour * kMinutesOfHour), read.second);
      }
      save(transaction, std::move(index_row), index_key(account, place), "", index);
    };
    try {
      store.write_blocking(write);
    } catch (const std::exception& problem) {
      log::warning("metrics: the last minutes could not be stored: {}", problem.what());
      put_back(std::move(group));
    }
  }
}

void MetricHistory::purge_blocking(storage::Store& store, Timestamp now) {
  const std::int64_t first = minute_of(now) - kKeptMinutes - kMinutesOfDay;
  for (int day = 0; day < kPurgedDays; ++day) {
    storage::ScanQuery query;
    query.kind = kHourKind;
    query.state = day_of(first - day * kMinutesOfDay);
    query.limit = 100;
    const auto erase_some = [&query](Transaction& transaction) {
      const std::vector<Resource> rows = transaction.scan(query);
      for (const Resource& row : rows) transaction.erase(row.key);
      return rows.size();
    };
    while (store.write_blocking(erase_some) == static_cast<std::size_t>(query.limit)) {
    }
  }
}

MetricHistory::Group MetricHistory::recent_of(const std::string& account_id,
                                              const std::string& region) {
  Group group;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [key, recent] : shard.by_subject) {
      if (recent.account_id == account_id && recent.region == region) group.push_back(recent);
    }
  }
  return group;
}

void MetricHistory::read(Transaction& transaction, const std::string& account_id,
                         const std::string& region, std::int64_t from, std::int64_t to,
                         const Visit& visit) {
  if (from >= to) return;
  const std::shared_lock lock(exchange_);
  for (std::int64_t hour = from / kMinutesOfHour; hour <= (to - 1) / kMinutesOfHour; ++hour) {
    const auto row = transaction.get(hour_key(account_id, region, hour));
    if (row) visit_hour(document_of(row), hour, from, to, visit);
  }
  for (const Recent& recent : recent_of(account_id, region)) {
    for (const auto& [minute, values] : recent.minutes) {
      if (minute < from || minute >= to) continue;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].empty()) continue;
        visit(recent.model_id, minute, static_cast<BedrockMetric>(i), values[i]);
      }
    }
  }
}

MetricHistory::Listed MetricHistory::list(Transaction& transaction, const std::string& account_id,
                                          const std::string& region) {
  Listed listed;
  const auto note = [&](std::string_view model_id, BedrockMetric metric, std::int64_t minute) {
    std::int64_t& last = listed[{std::string(model_id), metric}];
    last = std::max(last, minute);
  };
  const std::shared_lock lock(exchange_);
  const json::object index = document_of(transaction.get(index_key(account_id, region)));
  for (const auto& [model_id, metrics] : index) {
    if (!metrics.is_object()) continue;
    for (const auto& [name, last] : metrics.get_object()) {
      const auto metric = find_bedrock_metric(name);
      if (metric && last.is_int64()) note(model_id, *metric, last.get_int64());
    }
  }
  for (const Recent& recent : recent_of(account_id, region)) {
    for (const auto& [minute, values] : recent.minutes) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i].empty()) note(recent.model_id, static_cast<BedrockMetric>(i), minute);
      }
    }
  }
  return listed;
}

}  // namespace bedplate::observe
