// `bedplate usage`: what was used of the models and what it costs at AWS's prices. Works on the
// store, beside a running server, whose last minute is not in it yet.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "app/commands.hpp"
#include "app/reporting.hpp"
#include "base/clock.hpp"
#include "observe/metrics/usage_ledger.hpp"
#include "storage/open_store.hpp"

namespace bedplate::app {
namespace {

using observe::UsageAmounts;
using observe::UsageRow;

constexpr std::string_view kTagPrefix = "tag:";
constexpr std::string_view kNone = "(none)";

/// "2026-01-02", of a day that there is.
std::string checked_day(const std::string& text) {
  if (!parse_iso8601_s(text + "T00:00:00Z")) {
    throw std::invalid_argument(fmt::format("'{}' is no day like 2026-01-02", text));
  }
  return text;
}

std::string this_month() {
  return format_iso8601_s(SystemClock::now()).substr(0, 7) + "-01";
}

std::string today() {
  return format_iso8601_s(SystemClock::now()).substr(0, 10);
}

void check_grouping(const std::string& by) {
  const bool tag = by.starts_with(kTagPrefix) && by.size() > kTagPrefix.size();
  if (tag || by == "principal" || by == "model" || by == "profile" || by == "account" ||
      by == "day") {
    return;
  }
  throw std::invalid_argument(
      fmt::format("'{}' is none of account, day, model, principal, profile and tag:KEY", by));
}

std::string group_of(const UsageRow& row, const std::string& by) {
  if (by == "principal") return row.subject.principal_arn;
  if (by == "model") return row.subject.model_id;
  if (by == "account") return row.subject.account_id;
  if (by == "day") return row.day;
  if (by == "profile") {
    return row.subject.profile.empty() ? std::string(kNone) : row.subject.profile;
  }
  const auto tag = row.tags.find(by.substr(kTagPrefix.size()));
  return tag == row.tags.end() ? std::string(kNone) : tag->second;
}

struct Line {
  std::string group;
  UsageAmounts amounts;
};

/// The most expensive first.
std::vector<Line> lines_of(const std::vector<UsageRow>& rows, const std::string& by) {
  std::map<std::string, UsageAmounts> sums;
  for (const UsageRow& row : rows) sums[group_of(row, by)].add(row.amounts);
  std::vector<Line> lines;
  for (auto& [group, amounts] : sums) lines.push_back({group, amounts});
  if (by == "day") return lines;
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return a.amounts.cost_usd > b.amounts.cost_usd;
  });
  return lines;
}

boost::json::object to_json(const Line& line) {
  const UsageAmounts& amounts = line.amounts;
  return {{"Group", line.group},
          {"Requests", amounts.requests},
          {"RequestsWithoutPrice", amounts.unpriced_requests},
          {"InputTokens", amounts.input_tokens},
          {"OutputTokens", amounts.output_tokens},
          {"CacheReadInputTokens", amounts.cache_read_tokens},
          {"CacheWriteInputTokens", amounts.cache_write_tokens},
          {"Images", amounts.images},
          {"CostUsd", amounts.cost_usd}};
}

void print_json(const std::vector<Line>& lines, const UsageOptions& options) {
  boost::json::array array;
  for (const Line& line : lines) array.push_back(to_json(line));
  boost::json::object out;
  out["By"] = options.by;
  out["From"] = options.from;
  out["To"] = options.to;
  out["Usage"] = std::move(array);
  fmt::print("{}\n", boost::json::serialize(out));
}

void print_line(const std::string& group, const UsageAmounts& amounts, bool priced) {
  const std::string cost = priced ? fmt::format("{:.4f}", amounts.cost_usd) : "-";
  fmt::print("{:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {}\n", amounts.requests, amounts.input_tokens,
             amounts.output_tokens, amounts.cache_read_tokens, cost, group);
}

void print_table(const std::vector<Line>& lines, const UsageOptions& options) {
  if (lines.empty()) {
    fmt::print("Nothing was used from {} to {}.\n", options.from, options.to);
    return;
  }
  fmt::print("{:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {}\n", "REQUESTS", "INPUT", "OUTPUT",
             "CACHE READ", "US DOLLARS", "GROUP");
  UsageAmounts all;
  for (const Line& line : lines) {
    print_line(line.group, line.amounts, line.amounts.unpriced_requests < line.amounts.requests);
    all.add(line.amounts);
  }
  print_line(fmt::format("all, {} to {}", options.from, options.to), all,
             all.unpriced_requests < all.requests);
  if (all.unpriced_requests > 0) {
    fmt::print("\n{} requests went to models whose price is not known.\n", all.unpriced_requests);
  }
}

}  // namespace

int usage_command(const Configuration& configuration, const UsageOptions& given) {
  return reporting([&] {
    UsageOptions options = given;
    check_grouping(options.by);
    options.from = options.from.empty() ? this_month() : checked_day(options.from);
    options.to = options.to.empty() ? today() : checked_day(options.to);
    if (options.from > options.to) throw std::invalid_argument("--from is later than --to");
    const auto store = storage::open_store_blocking(configuration.storage);
    const std::vector<Line> lines =
        lines_of(observe::read_usage_blocking(*store, options.from, options.to), options.by);
    if (options.json) {
      print_json(lines, options);
    } else {
      print_table(lines, options);
    }
    return 0;
  });
}

}  // namespace bedplate::app
