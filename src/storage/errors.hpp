// What can go wrong with the store. Callers that branch catch the type; the texts are for the log.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace bedplate::storage {

class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An insert found its place taken.
class AlreadyExists : public StoreError {
 public:
  enum class By { kId, kUniqueKey };
  AlreadyExists(By by, const std::string& text) : StoreError(text), by(by) {}
  By by;
};

/// The row to change is not there (any more).
class NotFound : public StoreError {
 public:
  using StoreError::StoreError;
};

/// Somebody else changed the row since it was read.
class VersionConflict : public StoreError {
 public:
  VersionConflict(std::int64_t actual, const std::string& text)
      : StoreError(text), actual(actual) {}
  std::int64_t actual;  ///< the row's version now
};

/// The disk is full. Nothing was written; later writes succeed when there is room again.
class StoreFull : public StoreError {
 public:
  using StoreError::StoreError;
};

/// The database cannot be reached now, is locked for too long, or there were too many conflicts.
/// A write may be tried again; after a lost connection its outcome can be unknown.
class StoreUnavailable : public StoreError {
 public:
  using StoreError::StoreError;
};

/// The database is damaged, is no database of Bedplate's, or comes from a newer Bedplate. The text
/// says how to mend it.
class StoreUnusable : public StoreError {
 public:
  using StoreError::StoreError;
};

}  // namespace bedplate::storage
