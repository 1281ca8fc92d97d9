// A store in a temporary folder, and a clock that stands where a test puts it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "storage/open_store.hpp"

namespace bedplate::observe {

class SetClock final : public Clock {
 public:
  Timestamp now() const override { return time; }
  Timestamp time = *parse_iso8601_s("2026-03-04T05:06:07Z");
};

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "bedplate-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    reopen();
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  /// As after a restart.
  void reopen() {
    store_.reset();
    storage::StoreOptions options;
    options.file = folder_ / "bedplate.db";
    store_ = storage::open_store_blocking(options);
  }
  storage::Store& store() { return *store_; }

  SetClock clock_;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
};

}  // namespace bedplate::observe
