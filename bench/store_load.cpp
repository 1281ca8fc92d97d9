// Fills a store with the resources of one account and measures pages of lists and single reads:
//   bedplate_store_load LOCATION RESOURCES ROUNDS      prints JSON
// LOCATION: a SQLite file, or the URL of PostgreSQL.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "samples.hpp"
#include "storage/open_store.hpp"

namespace bedplate::bench {
namespace {

using storage::Store;
using storage::Transaction;

constexpr std::int64_t kPage = 100;

storage::Resource resource(int number) {
  storage::Resource out;
  out.key = {"123456789012", "us-east-1", "thing", "", fmt::format("{:08x}", number * 2654435761u)};
  out.name = "thing-" + out.key.id;
  out.unique_key = out.name;
  out.state = number % 10 == 0 ? "Failed" : "Active";
  out.created_ms = out.updated_ms = 1'700'000'000'000 + number;
  out.document = fmt::format(R"({{"description":"{}"}})", std::string(1'000, 'd'));
  return out;
}

void fill(Store& store, int count) {
  constexpr int kBatch = 1'000;
  for (int from = 0; from < count; from += kBatch) {
    store.write_blocking([&](Transaction& transaction) {
      for (int i = from; i < std::min(from + kBatch, count); ++i) {
        transaction.insert(resource(i));
      }
    });
  }
}

template <class Function>
void measure(Samples& samples, Function&& function) {
  const auto begun = std::chrono::steady_clock::now();
  function();
  samples.add(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begun)
          .count());
}

/// Every page, as a client that follows the tokens.
void read_pages(Store& store, storage::ListQuery query, Samples& samples) {
  query.limit = kPage;
  do {
    storage::ListPage page;
    measure(samples, [&] {
      page = store.read_blocking([&](Transaction& transaction) { return transaction.list(query); });
    });
    query.after = page.next;
  } while (query.after);
}

boost::json::object run(Store& store, int count, int rounds) {
  storage::ListQuery query;
  query.account_id = "123456789012";
  query.region = "us-east-1";
  query.kind = "thing";
  Samples lists(static_cast<std::size_t>(count / kPage * rounds * 4));
  Samples gets(static_cast<std::size_t>(count * rounds));
  std::mt19937 random(1);
  for (int round = 0; round < rounds; ++round) {
    for (const auto order : {storage::Order::kCreated, storage::Order::kName}) {
      query.order = order;
      query.direction = order == storage::Order::kName ? storage::Direction::kAscending
                                                       : storage::Direction::kDescending;
      read_pages(store, query, lists);
    }
    storage::ListQuery filtered = query;
    filtered.order = storage::Order::kCreated;
    filtered.state = "Failed";
    read_pages(store, filtered, lists);
    for (int i = 0; i < count / 5; ++i) {
      const auto key = resource(static_cast<int>(random() % static_cast<unsigned>(count))).key;
      measure(gets, [&] {
        const auto found =
            store.read_blocking([&](Transaction& transaction) { return transaction.get(key); });
        if (!found) std::abort();
      });
    }
  }
  return {{"list", lists.to_json()}, {"get", gets.to_json()}};
}

}  // namespace
}  // namespace bedplate::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "bedplate_store_load LOCATION RESOURCES ROUNDS\n");
    return 2;
  }
  try {
    bedplate::storage::StoreOptions options;
    const std::string location = argv[1];
    if (location.starts_with("postgresql://")) {
      options.kind = bedplate::storage::StoreOptions::Kind::kPostgres;
      options.url = location;
    } else {
      options.file = location;
    }
    const int count = std::atoi(argv[2]);
    const auto store = bedplate::storage::open_store_blocking(options);
    bedplate::bench::fill(*store, count);
    const auto report = bedplate::bench::run(*store, count, std::atoi(argv[3]));
    fmt::print("{}\n", boost::json::serialize(report));
    return 0;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "bedplate_store_load: {}\n", problem.what());
    return 1;
  }
}
