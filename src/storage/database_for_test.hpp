// Databases for tests: a file in a temporary folder, or a schema of a private PostgreSQL server.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/open_store.hpp"

namespace bedplate::storage {

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Why there is no PostgreSQL for tests here, or empty. Starts the server on the first call; it
/// ends with the process.
std::string postgres_missing();

/// An empty database of its own; open() as often as wanted.
class TestDatabase {
 public:
  explicit TestDatabase(StoreOptions::Kind kind);
  const StoreOptions& options() const { return options_; }
  std::unique_ptr<Store> open() const { return open_store_blocking(options_); }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  StoreOptions options_;
};

}  // namespace bedplate::storage
