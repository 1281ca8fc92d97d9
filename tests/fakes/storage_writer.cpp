// Writes to a store until it is done or killed, and says what was acknowledged; or says what is
// there. For tests/scenarios/test_storage_crash.py.
//
//   storage_writer write LOCATION FIRST COUNT THREADS   one line an id, when its write returned;
//                                                       "full", then it waits for a line
//   storage_writer check LOCATION                       one line a resource: id, tags, token
//
// LOCATION: a SQLite file, or the URL of PostgreSQL.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "storage/open_store.hpp"

namespace bedplate::storage {
namespace {

constexpr const char* kAccount = "123456789012";
constexpr const char* kRegion = "us-east-1";
constexpr std::size_t kTags = 3;

std::unique_ptr<Store> open(const std::string& location) {
  StoreOptions options;
  if (location.starts_with("postgresql://")) {
    options.kind = StoreOptions::Kind::kPostgres;
    options.url = location;
  } else {
    options.file = location;
  }
  return open_store_blocking(options);
}

/// A resource, its tags and its client token: all of them, or none.
void create(Store& store, int number) {
  const std::string id = std::to_string(number);
  Resource resource;
  resource.key = {kAccount, kRegion, "thing", "", id};
  resource.name = "name-" + id;
  resource.unique_key = id;
  resource.created_ms = resource.updated_ms = number;
  resource.document = fmt::format(R"({{"filler":"{}"}})", std::string(500, 'f'));
  store.write_blocking([&](Transaction& transaction) {
    transaction.put_tags(kAccount, id, {{"a", "1"}, {"b", "2"}});
    transaction.insert(resource);
    transaction.remember_client_token({kAccount, kRegion, "Create", id, "hash", id, 1'000}, 0);
    transaction.put_tags(kAccount, id, {{"c", "3"}});
    transaction.touch("things");
  });
}

void say(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
}

/// On a full disk says "full", waits for a line, and tries again.
void create_some_time(Store& store, int number) {
  for (;;) {
    try {
      return create(store, number);
    } catch (const StoreFull&) {
      say("full\n");
      if (std::getchar() == EOF) throw;
    }
  }
}

int write(const std::string& location, int first, int count, int threads) {
  const auto store = open(location);
  std::atomic<int> next{first};
  const auto work = [&] {
    for (int number = next++; number < first + count; number = next++) {
      create_some_time(*store, number);
      say(fmt::format("{}\n", number));
    }
  };
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(work);
  for (std::thread& thread : running) thread.join();
  return 0;
}

int check(const std::string& location) {
  const auto store = open(location);
  store->check_blocking();
  store->read_blocking([&](Transaction& transaction) {
    ScanQuery query;
    query.kind = "thing";
    for (std::vector<Resource> batch; !(batch = transaction.scan(query)).empty();) {
      for (const Resource& one : batch) {
        const bool token =
            transaction.find_client_token(kAccount, kRegion, "Create", one.key.id, 0).has_value();
        const bool tags = transaction.tags(kAccount, one.key.id).size() == kTags;
        fmt::print("{} {} {}\n", one.key.id, tags ? "tags" : "half", token ? "token" : "half");
      }
      query.after = batch.back().key;
    }
    for (const std::string& arn : transaction.tagged(kAccount, "a", std::nullopt, "", 10'000'000)) {
      if (!transaction.get({kAccount, kRegion, "thing", "", arn}))
        fmt::print("{} none half\n", arn);
    }
    fmt::print("generation {} -\n", transaction.generation("things"));
  });
  return 0;
}

}  // namespace
}  // namespace bedplate::storage

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  try {
    if (what == "write" && argc == 6) {
      return bedplate::storage::write(argv[2], std::atoi(argv[3]), std::atoi(argv[4]),
                                      std::atoi(argv[5]));
    }
    if (what == "check") return bedplate::storage::check(argv[2]);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "storage_writer: {}\n", problem.what());
    return 1;
  }
  fmt::print(stderr, "storage_writer write LOCATION FIRST COUNT THREADS | check LOCATION\n");
  return 2;
}
